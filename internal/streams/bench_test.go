package streams_test

import (
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redistest"
	"github.com/vondi-global/notifications/internal/streams"
)

// counting takes everything at once.
type counting struct{ n atomic.Int64 }

func (c *counting) Dispatch(_ context.Context, events []notify.Event) []error {
	c.n.Add(int64(len(events)))
	return make([]error, len(events))
}

// fill adds n entries to each stream.
func fill(b testing.TB, c *redis.Client, names []string, n int) {
	b.Helper()
	for from := 0; from < n; from += 500 {
		_, err := c.Pipelined(context.Background(), func(p redis.Pipeliner) error {
			for _, name := range names {
				for i := from; i < min(n, from+500); i++ {
					p.XAdd(context.Background(), &redis.XAddArgs{Stream: name, Values: map[string]any{
						"type": "order.confirmed", "order_id": i, "storefront_id": 67, "buyer_id": 890, "total_amount": 5990, "currency": "RSD",
						"items": `[{"listing_id":100,"quantity":2,"warehouse_id":1}]`, "timestamp": 1734825600,
					}})
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReader reads, decodes, checks and acknowledges, with nobody behind it. The
// metric is entries a second; a log at info, as in production, costs some.
func BenchmarkReader(b *testing.B) {
	for _, level := range []zerolog.Level{zerolog.WarnLevel, zerolog.InfoLevel} {
		for _, count := range []int{1, 10} {
			b.Run(fmt.Sprintf("log=%s/streams=%d", level, count), func(b *testing.B) { benchmarkReader(b, level, count, 50_000) })
		}
	}
}

func benchmarkReader(b *testing.B, level zerolog.Level, count, total int) {
	s := redistest.Start(b)
	var names []string
	for i := range count {
		names = append(names, fmt.Sprintf("s%d:events:x", i))
	}
	fill(b, s.Client(), names, total/count)
	for b.Loop() {
		d := &counting{}
		began := time.Now()
		stop := startCountingAt(b, s, d, level)
		await(b, "all entries", func() bool { return d.n.Load() >= int64(total) })
		b.ReportMetric(float64(total)/time.Since(began).Seconds(), "entries/s")
		b.StopTimer()
		stop()
		for _, name := range names { // again from the beginning
			s.Client().XGroupDestroy(context.Background(), name, group)
		}
		b.StartTimer()
	}
}

// BenchmarkOneOfThousands measures how long an entry takes that comes alone, to one of
// 2,000 streams.
func BenchmarkOneOfThousands(b *testing.B) {
	s := redistest.Start(b)
	c := s.Client()
	names := make([]string, 2000)
	for i := range names {
		names[i] = fmt.Sprintf("s%d:events:x", i)
	}
	fill(b, c, names, 1)
	d := &counting{}
	startCounting(b, s, d)
	await(b, "the first", func() bool { return d.n.Load() == 2000 })
	for i := 0; b.Loop(); i++ {
		n := d.n.Load()
		add(b, c, names[i*37%2000], accepted(i))
		for tick := time.Tick(50 * time.Microsecond); d.n.Load() == n; <-tick {
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	m := redis.XMessage{ID: "1734825600000-0", Values: map[string]any{
		"type": "order.confirmed", "order_id": "12345", "storefront_id": "67", "buyer_id": "890", "total_amount": "5990", "currency": "RSD",
		"items": `[{"listing_id":100,"quantity":2,"warehouse_id":1}]`, "timestamp": "1734825600",
	}}
	for b.Loop() {
		if _, err := streams.Decode("listings", orders, m); err != nil {
			b.Fatal(err)
		}
	}
}

func startCounting(t testing.TB, s *redistest.Server, d *counting) {
	startCountingAt(t, s, d, zerolog.WarnLevel)
}

// startCountingAt runs a reader with the default configuration until the test ends or stop
// is called.
func startCountingAt(t testing.TB, s *redistest.Server, d *counting, level zerolog.Level) (stop func()) {
	client := streams.NewClient(options(s))
	src := streams.Source{Name: "listings", Client: client}
	r := streams.NewReader(streams.Config{}, src, d, &grave{}, streams.Nop{}, zerolog.New(io.Discard).Level(level))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = r.Run(ctx) }()
	stop = sync.OnceFunc(func() { cancel(); <-done; _ = client.Close() })
	t.Cleanup(stop)
	return stop
}
