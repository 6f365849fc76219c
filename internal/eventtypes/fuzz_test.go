package eventtypes_test

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// FuzzCheck feeds payloads to every reader of the package: none may panic, what passes
// passes again after a round trip, and no error or mask is broken text.
func FuzzCheck(f *testing.F) {
	for _, typ := range eventtypes.Catalogue() {
		f.Add(string(typ.Name), []byte(typ.Payload.Example()))
		f.Add(string(typ.Name), []byte(typ.Payload.Minimal()))
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		e := notify.Event{Type: name, Data: json.RawMessage(data)}
		typ, err := eventtypes.Check(&e)
		if err != nil && !utf8.ValidString(err.Error()) {
			t.Errorf("broken text in an error: %q", err)
		}
		if masked := eventtypes.Mask(typ, data); !json.Valid(masked) {
			t.Errorf("%q masked is no JSON: %q", data, masked)
		}
		if typ == nil {
			return
		}
		_ = typ.Values(e)
		_ = typ.Expires(e.Payload, e.Time)
		if err == nil {
			again(t, e)
		}
	})
}

// again checks the payload as it is printed after decoding.
func again(t *testing.T, e notify.Event) {
	t.Helper()
	printed, err := json.Marshal(e.Payload)
	if err != nil {
		t.Fatalf("%q can't be printed: %v", e.Data, err)
	}
	e.Data, e.Payload = printed, nil
	if _, err := eventtypes.Check(&e); err != nil {
		t.Errorf("printed as %s: %v", printed, err)
	}
}
