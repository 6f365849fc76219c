package streams_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redistest"
	"github.com/vondi-global/notifications/internal/streams"
	"github.com/vondi-global/notifications/internal/testlog"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	orders = "listings:events:orders"
	group  = "notification-consumers"
)

// quick is a configuration whose waits suit tests.
func quick() streams.Config {
	return streams.Config{
		Consumer: "notify-instance-1",
		Block:    50 * time.Millisecond, Poll: 20 * time.Millisecond,
		Discover: 50 * time.Millisecond, Inspect: 50 * time.Millisecond,
		Sweep: 50 * time.Millisecond, MinIdle: 200 * time.Millisecond,
		Budget:  5 * time.Second,
		Backoff: 20 * time.Millisecond, MaxBackoff: 200 * time.Millisecond,
		TrimEvery: 50 * time.Millisecond,
	}
}

// desk takes events and remembers them; fail may refuse one.
type desk struct {
	mu    sync.Mutex
	seen  []notify.Event
	fail  func(e notify.Event) error
	tries map[string]int
}

func (d *desk) Dispatch(_ context.Context, events []notify.Event) []error {
	d.mu.Lock()
	defer d.mu.Unlock()
	errs := make([]error, len(events))
	for i, e := range events {
		if d.tries == nil {
			d.tries = map[string]int{}
		}
		d.tries[e.Source.Entry]++
		if d.fail != nil {
			errs[i] = d.fail(e)
		}
		if errs[i] == nil {
			d.seen = append(d.seen, e)
		}
	}
	return errs
}

// refuse makes the desk refuse what f refuses from now on; nil lets all pass.
func (d *desk) refuse(f func(e notify.Event) error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fail = f
}

func (d *desk) events() []notify.Event {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.seen)
}

func (d *desk) triesOf(entry string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.tries[entry]
}

// orderIDs are the orders that were dispatched, each once.
func (d *desk) orderIDs() []int {
	var ids []int
	for _, e := range d.events() {
		ids = append(ids, orderID(e))
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func orderID(e notify.Event) int {
	s, _, _ := bytes.Cut(e.Data[bytes.Index(e.Data, []byte(`"order_id":"`))+12:], []byte(`"`))
	n, _ := strconv.Atoi(string(s))
	return n
}

// grave remembers letters; away makes it refuse them.
type grave struct {
	mu      sync.Mutex
	letters []notify.Letter
	away    bool
}

func (g *grave) Bury(_ context.Context, l notify.Letter) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.away {
		return errors.New("no route")
	}
	g.letters = append(g.letters, l)
	return nil
}

func (g *grave) all() []notify.Letter {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.letters)
}

func (g *grave) reasons() []string {
	var list []string
	for _, l := range g.all() {
		list = append(list, l.Reason)
	}
	slices.Sort(list)
	return list
}

// tally counts what an Observer is told.
type tally struct {
	mu       sync.Mutex
	lost     map[string]int64
	statuses map[string]int
	errors   int
}

func (c *tally) Consumed(_, _, status string, _ time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.statuses == nil {
		c.statuses = map[string]int{}
	}
	c.statuses[status]++
}

func (c *tally) Lost(stream string, n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lost == nil {
		c.lost = map[string]int64{}
	}
	c.lost[stream] += n
}

func (c *tally) ReadError(string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.errors++
}

func (c *tally) lostOf(stream string) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lost[stream]
}

// reading is a reader that runs.
type reading struct {
	*streams.Reader
	desk  *desk
	grave *grave
	tally *tally
	log   *testlog.Log
	stop  func() // and wait
}

// start runs a reader of the Redis at addr until the test ends.
func start(t testing.TB, cfg streams.Config, o *redis.UniversalOptions) *reading {
	t.Helper()
	return startWith(t, cfg, streams.Source{Name: "listings", Client: streams.NewClient(o)}, &desk{})
}

func startWith(t testing.TB, cfg streams.Config, src streams.Source, d *desk) *reading {
	t.Helper()
	r := &reading{desk: d, grave: &grave{}, tally: &tally{}, log: &testlog.Log{}}
	r.Reader = streams.NewReader(cfg, src, d, r.grave, r.tally, zerolog.New(r.log))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := r.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
	}()
	r.stop = sync.OnceFunc(func() { cancel(); <-done; _ = src.Client.Close() })
	t.Cleanup(r.stop)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the reader's log:\n%s", r.log)
		}
	})
	return r
}

func options(s *redistest.Server) *redis.UniversalOptions {
	return &redis.UniversalOptions{Addrs: []string{s.Addr}}
}

// accepted is an order.accepted of order n.
func accepted(n int) map[string]any {
	return map[string]any{"type": "order.accepted", "order_id": n, "timestamp": 1734825600}
}

func add(t testing.TB, c redis.UniversalClient, stream string, values map[string]any) string {
	t.Helper()
	id, err := c.XAdd(context.Background(), &redis.XAddArgs{Stream: stream, Values: values}).Result()
	if err != nil {
		t.Fatalf("XADD %s: %v", stream, err)
	}
	return id
}

// addOrders adds order.accepted of the orders from … to-1.
func addOrders(t testing.TB, c redis.UniversalClient, stream string, from, to int) {
	t.Helper()
	for n := from; n < to; n++ {
		add(t, c, stream, accepted(n))
	}
}

// numbers are from … to-1.
func numbers(from, to int) []int {
	var list []int
	for n := from; n < to; n++ {
		list = append(list, n)
	}
	return list
}

// await waits until ok, and fails the test after twenty seconds.
func await(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline, tick := time.Now().Add(20*time.Second), time.Tick(2*time.Millisecond); !ok(); <-tick {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// awaitOrders waits until exactly the orders from … to-1 were dispatched.
func (r *reading) awaitOrders(t testing.TB, from, to int) {
	t.Helper()
	want := numbers(from, to)
	await(t, fmt.Sprintf("orders %d to %d", from, to-1), func() bool { return slices.Equal(r.desk.orderIDs(), want) })
}

// awaitIdle waits until nothing is pending on the stream.
func awaitIdle(t testing.TB, c redis.UniversalClient, stream string) {
	t.Helper()
	await(t, "nothing pending on "+stream, func() bool {
		p, err := c.XPending(context.Background(), stream, group).Result()
		return err == nil && p.Count == 0
	})
}

type dispatchFunc func(ctx context.Context, events []notify.Event) []error

func (f dispatchFunc) Dispatch(ctx context.Context, events []notify.Event) []error {
	return f(ctx, events)
}

var nolog = zerolog.Nop()

// runReader runs a reader whose letters go to g, until the test ends.
func runReader(t *testing.T, cfg streams.Config, s *redistest.Server, g streams.Graveyard) {
	t.Helper()
	client := streams.NewClient(options(s))
	r := streams.NewReader(cfg, streams.Source{Name: "listings", Client: client}, &desk{}, g, streams.Nop{}, nolog)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = r.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done; _ = client.Close() })
}
