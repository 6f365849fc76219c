package eventtypes_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// flat is a decoder of flat entries.
func flat(entry json.RawMessage) (notify.Event, error) {
	var head struct{ Type string }
	if err := json.Unmarshal(entry, &head); err != nil {
		return notify.Event{}, errors.New("want an object")
	}
	return notify.Event{Type: head.Type, Data: entry}, nil
}

func TestCheckDocument(t *testing.T) {
	const good, bad = `{"type":"order.accepted","order_id":1}`, `{"type":"order.cancelled","order_id":1}`
	const missing = "order.cancelled: reason: found nothing, it is required, for example out_of_stock"
	for _, c := range []struct {
		name, document string
		events         int
		want           []string
	}{
		{"nothing", " \n", 0, nil},
		{"one", good, 1, nil},
		{"one, in lines", "\n\n{\n\"type\":\"order.cancelled\",\n\"order_id\":1}\n", 1, []string{"line 3: " + missing}},
		{"lines", good + "\n" + bad + "\n\n" + good + "\r\n" + bad, 4, []string{"line 2: " + missing, "line 5: " + missing}},
		{"array", "[\n" + good + ",\n" + bad + "\n]", 2, []string{"line 3: " + missing}},
		{"empty array", "[]", 0, nil},
		{"a broken line in between", good + "\n{\"type\":\n" + bad, 3, []string{
			"line 2: not JSON: want an object, an array of objects, or an object a line", "line 3: " + missing,
		}},
		{"a broken array", "[" + good, 1, []string{"line 1: not JSON: want an object, an array of objects, or an object a line"}},
		{"no object", `7`, 1, []string{"line 1: want an object"}},
		{"unknown type", `{"type":"order.acepted"}`, 1, []string{`line 1: unknown event type "order.acepted": did you mean order.accepted?`}},
		{"two violations", `{"type":"order.refunded","order_id":1,"amount":0}`, 1, []string{
			"line 1: order.refunded: amount: found 0, want a number above 0",
			"line 1: order.refunded: currency: found nothing, it is required, for example RSD",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, findings, err := eventtypes.CheckDocument(strings.NewReader(c.document), flat)
			if err != nil || n != c.events {
				t.Errorf("%d events, want %d (%v)", n, c.events, err)
			}
			var got []string
			for _, f := range findings {
				got = append(got, f.String())
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("want (-), got (+):\n%s", diff)
			}
		})
	}
}

func TestCheckDocumentCountsEvents(t *testing.T) {
	_, findings, err := eventtypes.CheckDocument(strings.NewReader(`{"type":"x"}{"type":"y"}`), flat)
	if err != nil || len(findings) != 2 || findings[1].Event != 2 || findings[1].Line != 1 {
		t.Errorf("%+v (%v)", findings, err)
	}
}

func TestCheckDocumentPassesReadersErrors(t *testing.T) {
	gone := errors.New("gone")
	if _, _, err := eventtypes.CheckDocument(iotest.ErrReader(gone), flat); !errors.Is(err, gone) {
		t.Errorf("%v", err)
	}
}
