package eventtypes_test

import (
	"encoding/json"
	"testing"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// passportConfirmed is the example of the passport's section 10.3.
const passportConfirmed = `{"order_id":12345,"storefront_id":67,"buyer_id":890,"items":"[{\"listing_id\":100,\"quantity\":2,\"warehouse_id\":1}]","total_amount":5990,"currency":"RSD"}`

func BenchmarkCheck(b *testing.B) {
	data := json.RawMessage(passportConfirmed)
	b.ReportAllocs()
	for b.Loop() {
		e := notify.Event{Type: "order.confirmed", Data: data}
		if _, err := eventtypes.Check(&e); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkValues(b *testing.B) {
	e := notify.Event{Type: "order.confirmed", Data: json.RawMessage(passportConfirmed)}
	t, err := eventtypes.Check(&e)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		_ = t.Values(e)
	}
}
