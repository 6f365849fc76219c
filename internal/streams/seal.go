package streams

// Sealer protects the entries of dead letters while they lie in Redis. Open undoes Seal,
// and reads what was never sealed.
type Sealer interface {
	Seal(text []byte) ([]byte, error)
	Open(sealed []byte) ([]byte, error)
}

// seal appends the fields to args, sealed: their names too, which a broken entry may have
// made of anything.
func (d *DeadLetters) seal(args []any, fields map[string]string) ([]any, error) {
	for name, value := range fields {
		for _, s := range []string{name, value} {
			b, err := d.sealed(s)
			if err != nil {
				return nil, err
			}
			args = append(args, b)
		}
	}
	return args, nil
}

func (d *DeadLetters) sealed(s string) ([]byte, error) {
	if d.cfg.Sealer == nil {
		return []byte(s), nil
	}
	return d.cfg.Sealer.Seal([]byte(s))
}

// open undoes seal.
func (d *DeadLetters) open(kept map[string]string) (map[string]string, error) {
	if d.cfg.Sealer == nil {
		return kept, nil
	}
	fields := make(map[string]string, len(kept))
	for n, v := range kept {
		name, err := d.cfg.Sealer.Open([]byte(n))
		if err != nil {
			return nil, err
		}
		value, err := d.cfg.Sealer.Open([]byte(v))
		if err != nil {
			return nil, err
		}
		fields[string(name)] = string(value)
	}
	return fields, nil
}
