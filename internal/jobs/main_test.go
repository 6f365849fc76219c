package jobs

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redistest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tuned is a factory of clients as the daemon gives them to workers.
func tuned(s *redistest.Server) func() redis.UniversalClient {
	return func() redis.UniversalClient {
		return redis.NewUniversalClient(Tune(redis.UniversalOptions{Addrs: []string{s.Addr}}))
	}
}

// quick makes waiting short where nothing else is tested.
func quick() Config {
	c := Defaults()
	c.Forward, c.Look, c.Drain, c.DefaultConcurrency = 50*time.Millisecond, 200*time.Millisecond, 2*time.Second, 8
	c.Bells = NewBells()
	return c
}

func done(context.Context, notify.Delivery, notify.Attempt) notify.Decision {
	return notify.Decision{Action: notify.Done}
}

// work starts workers that are stopped when the test ends.
func work(t testing.TB, cfg Config, s *redistest.Server, h Handlers) *Workers {
	t.Helper()
	return workWith(t, cfg, tuned(s), h)
}

func workWith(t testing.TB, cfg Config, newClient func() redis.UniversalClient, h Handlers) *Workers {
	t.Helper()
	w := NewWorkers(cfg, newClient, h, zerolog.Nop())
	must(t, w.Start(context.Background()))
	t.Cleanup(func() { stop(t, w) })
	return w
}

func stop(t testing.TB, w *Workers) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	must(t, w.Stop(ctx))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// await waits until a condition holds.
func await(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for until, tick := time.Now().Add(20*time.Second), time.Tick(5*time.Millisecond); !holds(); <-tick {
		if time.Now().After(until) {
			t.Fatalf("after 20 s still not: %s", what)
		}
	}
}

func delivery(id string, ch notify.Channel, p notify.Priority) notify.Delivery {
	return notify.Delivery{
		ID: id, Channel: ch, Priority: p, Message: "order.shipped", Locale: "sr-Latn",
		Event: notify.Event{
			ID: "event-" + id, Type: "order.shipped", Time: time.UnixMilli(1734825600123).UTC(),
			Source: notify.Position{Source: "listings", Stream: "listings:events:orders", Entry: "1734825600000-0"},
		},
		To: notify.Recipient{UserID: "890", Role: "buyer"}, Topic: "order_id:12345/order.shipped",
		Expires: time.Now().Add(time.Hour).UTC().Truncate(time.Millisecond),
	}
}

func deliveries(n int, ch notify.Channel, p notify.Priority) []notify.Delivery {
	all := make([]notify.Delivery, n)
	for i := range all {
		all[i] = delivery("d"+strconv.Itoa(i), ch, p)
	}
	return all
}

// counter counts by key.
type counter struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *counter) add(key string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[string]int{}
	}
	c.n[key]++
	return c.n[key]
}

func (c *counter) of(key string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n[key]
}

func (c *counter) keys() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.n)
}
