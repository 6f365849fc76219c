package eventtypes_test

import (
	"bytes"
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

// FuzzCheckDocument feeds whole documents: every event is found on a line that there is,
// and reading always ends.
func FuzzCheckDocument(f *testing.F) {
	for _, doc := range []string{"", "[]", "[{},{}]", "{}\n{}", "{\n{}", "[{}", "7 \"x\"\r\n{\"type\":\"order.accepted\"}", "\xff{"} {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		n, findings, err := eventtypes.CheckDocument(bytes.NewReader(doc), flat)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range findings {
			if found.Event < 1 || found.Event > n || found.Line < 1 || found.Line > 1+bytes.Count(doc, []byte("\n")) {
				t.Errorf("event %d of %d on line %d: %s", found.Event, n, found.Line, found)
			}
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
