package streams_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redistest"
	"github.com/vondi-global/notifications/internal/streams"
)

func TestReadsDispatchesAndAcknowledges(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	addOrders(t, c, orders, 0, 50) // before the group exists
	r := start(t, quick(), options(s))
	r.awaitOrders(t, 0, 50)
	addOrders(t, c, orders, 50, 100)
	r.awaitOrders(t, 0, 100)
	awaitIdle(t, c, orders)
	if n := len(r.desk.events()); n != 100 {
		t.Errorf("got %d events, want each of 100 once", n)
	}
}

func TestFindsStreamsAtRuntimeAndLeavesOursAlone(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	r := start(t, quick(), options(s))
	names := []string{"a:events:b", "payments:events", "pvz.events"}
	for i, name := range names {
		addOrders(t, c, name, i, i+1)
	}
	ours := []string{"notifications:events", "notifications:events:dlq", "asynq:events:x", "other"}
	for _, name := range ours {
		addOrders(t, c, name, 99, 100)
	}
	r.awaitOrders(t, 0, 3)
	addOrders(t, c, "late.events", 3, 4)
	r.awaitOrders(t, 0, 4)
	for _, name := range ours {
		if g := c.XInfoGroups(t.Context(), name).Val(); len(g) > 0 {
			t.Errorf("%s was joined", name)
		}
	}
}

func TestANewGroupBeginsWhereItIsTold(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	addOrders(t, c, orders, 0, 5)
	last := c.XRevRangeN(t.Context(), orders, "+", "-", 1).Val()[0].ID
	cfg := quick()
	cfg.Start = last
	r := start(t, cfg, options(s))
	await(t, "the stream", func() bool { return len(r.Health().Streams) == 1 })
	addOrders(t, c, orders, 5, 6)
	addOrders(t, c, "late.events", 6, 7) // it appears while we run: from its beginning
	r.awaitOrders(t, 5, 7)
}

// TestPoisonBesideGoodOnes gives each kind of entry that can't be read, twice, among good
// ones. All are set aside with their reason, and none stays pending.
func TestPoisonBesideGoodOnes(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	cfg := quick()
	cfg.MaxEntryBytes = 256 << 10
	poison := map[string]map[string]any{
		streams.ReasonBrokenJSON:     {"data": `{"type":"order.accepted","order_id":`},
		streams.ReasonNoType:         {"order_id": "5"},
		streams.ReasonUnknownType:    {"type": "ana@example.com", "order_id": "5"},
		streams.ReasonInvalidPayload: {"type": "order.accepted"},
		streams.ReasonTooLarge:       {"type": "order.accepted", "order_id": 1, "note": strings.Repeat("x", 300<<10)},
	}
	n := 0
	var want []string
	for reason, fields := range poison {
		for range 2 {
			addOrders(t, c, orders, n, n+5)
			n += 5
			add(t, c, orders, fields)
			want = append(want, reason)
		}
	}
	add(t, c, orders, map[string]any{"type": "order.accepted", "order_id": n, "note": "\xff\xfe"}) // invalid UTF-8 is readable
	r := start(t, cfg, options(s))
	r.awaitOrders(t, 0, n+1)
	awaitIdle(t, c, orders)
	slices.Sort(want)
	if got := r.grave.reasons(); !slices.Equal(got, want) {
		t.Errorf("got letters %v, want %v", got, want)
	}
	if strings.Contains(r.log.String(), "ana@") {
		t.Error("the log shows an address that stood where a type should")
	}
	for _, l := range r.grave.all() {
		if strings.Contains(l.EventType+l.Error, "ana@") || len(l.Fields) == 0 || l.Source.Stream != orders || l.Source.Entry == "" || l.Consumer == "" || l.Tries != 1 || l.Error == "" || l.Time.IsZero() {
			t.Errorf("letter lacks something: %+v", l)
		}
	}
}

func TestAFiveMegabyteEntryIsSetAside(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	addOrders(t, c, orders, 0, 3)
	add(t, c, orders, map[string]any{"type": "order.accepted", "order_id": 3, "note": strings.Repeat("x", 5<<20)})
	addOrders(t, c, orders, 3, 6)
	r := start(t, quick(), options(s))
	r.awaitOrders(t, 0, 6)
	awaitIdle(t, c, orders)
	if got := r.grave.reasons(); !slices.Equal(got, []string{streams.ReasonTooLarge}) {
		t.Errorf("got letters %v", got)
	}
}

// TestSetAsideAfterThreeTries fails one event for good: its batch goes on without it, and
// after its third failure it is a letter that holds the whole entry.
func TestSetAsideAfterThreeTries(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	d := &desk{fail: func(e notify.Event) error {
		if orderID(e) == 2 {
			return errors.New("no rule for it")
		}
		return nil
	}}
	addOrders(t, c, orders, 0, 5)
	r := startWith(t, quick(), streams.Source{Name: "listings", Client: streams.NewClient(options(s))}, d)
	await(t, "a letter", func() bool { return len(r.grave.all()) == 1 })
	awaitIdle(t, c, orders)
	l := r.grave.all()[0]
	if l.Reason != streams.ReasonDispatchFailed || l.Tries != 3 || l.Fields["order_id"] != "2" || !strings.Contains(l.Error, "no rule") {
		t.Errorf("got %+v", l)
	}
	if n := d.triesOf(l.Source.Entry); n != 3 {
		t.Errorf("tried %d times, want 3", n)
	}
	if got := d.orderIDs(); !slices.Equal(got, []int{0, 1, 3, 4}) {
		t.Errorf("got orders %v, want all but 2", got)
	}
	if n := len(d.events()); n != 4 {
		t.Errorf("got %d dispatches, want the good ones once", n)
	}
}

// TestAnEntryWaitsForHowLongTheQueueIsAway refuses everything as unavailable for many more
// turns than there are tries: nothing is set aside, and nothing is held against it later.
func TestAnEntryWaitsForHowLongTheQueueIsAway(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	d := &desk{fail: func(notify.Event) error { return fmt.Errorf("enqueue: %w", notify.ErrUnavailable) }}
	id := add(t, c, orders, accepted(0))
	r := startWith(t, quick(), streams.Source{Name: "listings", Client: streams.NewClient(options(s))}, d)
	await(t, "more tries than are allowed", func() bool { return d.triesOf(id) > 12 })
	if h := r.Health(); !h.Connected || !strings.Contains(h.LastError, "enqueue") {
		t.Errorf("got health %+v, want connected, and the error", h)
	}
	var once bool
	d.refuse(func(notify.Event) error { // now one failure of its own
		if once {
			return nil
		}
		once = true
		return errors.New("stumble")
	})
	r.awaitOrders(t, 0, 1)
	awaitIdle(t, c, orders)
	if l := r.grave.all(); len(l) > 0 {
		t.Errorf("set aside: %+v", l)
	}
}

func TestALetterThatCannotBeBuriedStaysPending(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	r := start(t, quick(), options(s))
	r.grave.mu.Lock()
	r.grave.away = true
	r.grave.mu.Unlock()
	add(t, c, orders, map[string]any{"type": "nonsense"})
	await(t, "the error", func() bool { return strings.Contains(r.Health().LastError, "bury") })
	if n := c.XPending(t.Context(), orders, group).Val().Count; n != 1 {
		t.Errorf("%d pending, want 1", n)
	}
	r.grave.mu.Lock()
	r.grave.away = false
	r.grave.mu.Unlock()
	await(t, "the letter", func() bool { return len(r.grave.all()) == 1 })
	awaitIdle(t, c, orders)
}

// TestAPanicHitsItsOwnEventOnly lets the dispatcher panic over one event of a batch.
func TestAPanicHitsItsOwnEventOnly(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	d := &desk{fail: func(e notify.Event) error {
		if orderID(e) == 1 {
			panic("no such rule")
		}
		return nil
	}}
	addOrders(t, c, orders, 0, 4)
	r := startWith(t, quick(), streams.Source{Name: "listings", Client: streams.NewClient(options(s))}, d)
	await(t, "a letter", func() bool { return len(r.grave.all()) == 1 })
	if got := d.orderIDs(); !slices.Equal(got, []int{0, 2, 3}) {
		t.Errorf("got %v, want all but 1", got)
	}
}

// TestAStopFinishesTheBatch stops the reader while a batch is being dispatched.
func TestAStopFinishesTheBatch(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	inHand, goOn := make(chan struct{}), make(chan struct{})
	d := dispatchFunc(func(_ context.Context, events []notify.Event) []error {
		close(inHand)
		<-goOn
		return make([]error, len(events))
	})
	addOrders(t, c, orders, 0, 3)
	client := streams.NewClient(options(s))
	defer client.Close()
	reader := streams.NewReader(quick(), streams.Source{Name: "listings", Client: client}, d, &grave{}, streams.Nop{}, nolog)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- reader.Run(ctx) }()
	<-inHand
	cancel()
	unread := add(t, c, orders, accepted(3))
	select {
	case <-done:
		t.Fatal("stopped while a batch was in hand")
	case <-time.After(100 * time.Millisecond):
	}
	close(goOn)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	groups := c.XInfoGroups(context.Background(), orders).Val()
	if groups[0].Pending != 0 || groups[0].LastDeliveredID == unread {
		t.Errorf("got %+v, want the batch acknowledged and one entry unread", groups[0])
	}
}

// TestAStopWaitsForTheReadAtMost stops a reader that waits for news.
func TestAStopWaitsForTheReadAtMost(t *testing.T) {
	s := redistest.Start(t)
	cfg := quick()
	cfg.Block = time.Hour // no read waits longer than two seconds, whatever it is told
	r := start(t, cfg, options(s))
	addOrders(t, s.Client(), orders, 0, 1)
	r.awaitOrders(t, 0, 1)
	began := time.Now()
	r.stop()
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("the stop took %s", took)
	}
}

func TestAHangingDispatchIsBounded(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	cfg := quick()
	cfg.Budget = 100 * time.Millisecond
	began := make(chan struct{}, 100)
	d := dispatchFunc(func(ctx context.Context, _ []notify.Event) []error {
		began <- struct{}{}
		<-ctx.Done()
		return []error{ctx.Err()}
	})
	addOrders(t, c, orders, 0, 1)
	client := streams.NewClient(options(s))
	defer client.Close()
	reader := streams.NewReader(cfg, streams.Source{Name: "listings", Client: client}, d, &grave{}, streams.Nop{}, nolog)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- reader.Run(ctx) }()
	<-began
	stopped := time.Now()
	cancel()
	<-done
	if took := time.Since(stopped); took > 2*time.Second {
		t.Errorf("the stop took %s", took)
	}
	p := c.XPendingExt(context.Background(), &redis.XPendingExtArgs{Stream: orders, Group: group, Start: "-", End: "+", Count: 10}).Val()
	if len(p) != 1 || p[0].RetryCount != 0 {
		t.Errorf("got %+v, want the unfinished entry, its try taken back", p)
	}
}

// TestLogLines looks for the lines of the passport's section 13.3.
func TestLogLines(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	id := add(t, c, orders, map[string]any{"type": "order.confirmed", "order_id": 456, "storefront_id": 67, "items": `[{"listing_id":100,"quantity":2}]`, "buyer_id": 890, "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})
	bad := add(t, c, orders, map[string]any{"type": "user.registered", "email": "ana@example.com", "note": "secret-9"})
	r := start(t, quick(), options(s))
	r.awaitOrders(t, 456, 457)
	await(t, "the letter", func() bool { return len(r.grave.all()) == 1 })
	r.stop()
	log := r.log.String()
	for _, want := range []string{
		`"message":"Processing order confirmed event"`, `"level":"info"`, `"stream":"listings:events:orders"`, `"event_type":"order.confirmed"`,
		`"message_id":"` + id + `"`, `"order_id":456`, `"trace_id":"0af7651916cd43dd8448eb211c80319c"`, `"message":"Failed to process message"`, `"message_id":"` + bad + `"`,
	} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s", want)
		}
	}
	for _, never := range []string{"ana@", "secret-9"} {
		if strings.Contains(log, never) {
			t.Errorf("the log shows %s", never)
		}
	}
}

// TestHealthTellsLengthPendingAndLag holds two entries and leaves a third unread.
func TestHealthTellsLengthPendingAndLag(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	d := &desk{fail: func(notify.Event) error { return notify.ErrUnavailable }}
	hour := time.Now().Add(-time.Hour).UnixMilli()
	for i := range 2 {
		if err := c.XAdd(t.Context(), &redis.XAddArgs{Stream: orders, ID: fmt.Sprintf("%d-%d", hour, i), Values: accepted(i)}).Err(); err != nil {
			t.Fatal(err)
		}
	}
	cfg := quick()
	cfg.Count = 2
	r := startWith(t, cfg, streams.Source{Name: "listings", Client: streams.NewClient(options(s))}, d)
	await(t, "pending entries", func() bool { return r.Health().Pending() == 2 })
	if err := c.XAdd(t.Context(), &redis.XAddArgs{Stream: orders, ID: fmt.Sprint(hour+60_000, "-0"), Values: accepted(2)}).Err(); err != nil {
		t.Fatal(err)
	}
	await(t, "a lag", func() bool { return r.Health().Lag() > 0 })
	h := r.Health().Streams[0]
	if h.Name != orders || h.Length != 3 || h.Lag.Round(time.Minute) != 59*time.Minute || h.OldestPending.Round(time.Minute) != time.Hour {
		t.Errorf("got %+v, want 3 entries, 59 minutes of lag, pending for an hour", h)
	}
	before := r.Health().Progress
	await(t, "progress", func() bool { return r.Health().Progress.After(before) })
	d.refuse(nil)
	await(t, "all to be done", func() bool { h := r.Health(); return h.Connected && h.Pending() == 0 && h.Lag() == 0 })
}
