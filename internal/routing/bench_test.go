package routing

import (
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/streams"
)

// confirmed is the passport's order.confirmed, for its buyer and the storefront's two
// sellers.
func confirmed(t testing.TB) notify.Event {
	return with(t, "order.confirmed", `{"order_id":"12345","storefront_id":"67","items":"[{\"listing_id\":100,\"quantity\":2,\"warehouse_id\":1},{\"listing_id\":200,\"quantity\":1,\"warehouse_id\":1}]","timestamp":"1734825600"}`)
}

// BenchmarkDecodeCheckAndRoute makes a plan of the passport's order.confirmed as it lies in
// its stream: flat fields, all of them text. cpu-ns/op is the process's own time, which a busy
// machine doesn't stretch.
func BenchmarkDecodeCheckAndRoute(b *testing.B) {
	r := newRouter(b, town(), Config{})
	at := strconv.FormatInt(noon.Unix(), 10)
	entry := redis.XMessage{ID: at + "123-0", Values: map[string]any{
		"type": "order.confirmed", "order_id": "12345", "storefront_id": "67", "timestamp": at,
		"items": `[{"listing_id":100,"quantity":2,"warehouse_id":1},{"listing_id":200,"quantity":1,"warehouse_id":1}]`,
	}}
	b.ReportAllocs()
	start := processTime(b)
	for b.Loop() {
		e, err := streams.Decode("listings", "listings:events:orders", entry)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := eventtypes.Check(&e); err != nil {
			b.Fatal(err)
		}
		if plan, err := r.Route(b.Context(), e); err != nil || len(plan.Send) == 0 {
			b.Fatalf("%d deliveries, %v", len(plan.Send), err)
		}
	}
	b.ReportMetric(float64(processTime(b)-start)/float64(b.N), "cpu-ns/op")
}

// processTime is the processor time that this process has had, in nanoseconds.
func processTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
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
