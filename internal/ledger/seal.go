package ledger

// Sealer protects kept events, whose payloads may hold codes and links, while they lie in
// Redis. Open undoes Seal.
type Sealer interface {
	Seal(text []byte) ([]byte, error)
	Open(sealed []byte) ([]byte, error)
}

// plain keeps events as they are.
type plain struct{}

func (plain) Seal(b []byte) ([]byte, error) { return b, nil }
func (plain) Open(b []byte) ([]byte, error) { return b, nil }
