package routing

import (
	"testing"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// confirmed is the passport's order.confirmed, for its buyer and the storefront's two
// sellers.
func confirmed(t testing.TB) notify.Event {
	return with(t, "order.confirmed", `{"order_id":"12345","storefront_id":"67","items":"[{\"listing_id\":100,\"quantity\":2,\"warehouse_id\":1},{\"listing_id\":200,\"quantity\":1,\"warehouse_id\":1}]","timestamp":"1734825600"}`)
}

// BenchmarkCheckAndRoute plans the passport's order.confirmed, seven deliveries to three
// people, with everything in memory.
func BenchmarkCheckAndRoute(b *testing.B) {
	r, e := newRouter(b, town(), Config{}), confirmed(b)
	b.ReportAllocs()
	for b.Loop() {
		if plan, err := r.Route(b.Context(), e); err != nil || len(plan.Send) != 7 {
			b.Fatalf("%d deliveries, %v", len(plan.Send), err)
		}
	}
}

// BenchmarkRouteChecked is the same for an event that the reader has already checked.
func BenchmarkRouteChecked(b *testing.B) {
	r, e := newRouter(b, town(), Config{}), confirmed(b)
	if _, err := eventtypes.Check(&e); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Route(b.Context(), e); err != nil {
			b.Fatal(err)
		}
	}
}

var _ Book = (*book)(nil)
