package streams_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/embedded"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redistest"
	"github.com/vondi-global/notifications/internal/streams"
)

// TestLostReplySkipsNothing loses the replies of three reads: the server thinks that their
// entries are delivered, and nobody has seen them.
func TestLostReplySkipsNothing(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	p := redistest.StartProxy(t, s.Addr)
	cfg := quick()
	cfg.Count = 10
	cfg.MinIdle, cfg.Sweep = time.Hour, time.Hour // no sweep comes to the rescue
	cfg.Inspect = time.Hour                       // whose replies carry entries, too
	r := start(t, cfg, &redis.UniversalOptions{Addrs: []string{p.Addr}})
	addOrders(t, c, orders, 0, 10)
	r.awaitOrders(t, 0, 10)
	for n := 10; n < 40; n += 10 {
		p.LoseReplies(1, func(data []byte) bool { return bytes.Contains(data, []byte("order.accepted")) })
		addOrders(t, c, orders, n, n+10)
		await(t, "a lost reply", p.Lost)
	}
	r.awaitOrders(t, 0, 40)
	awaitIdle(t, c, orders)
	r.stop()
	if r.tally.errors < 3 {
		t.Errorf("%d errors counted, want one for each lost reply", r.tally.errors)
	}
}

// TestLostAcknowledgementRepeatsHarmlessly loses the reply of an XACK.
func TestLostAcknowledgementRepeatsHarmlessly(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	p := redistest.StartProxy(t, s.Addr)
	r := start(t, quick(), &redis.UniversalOptions{Addrs: []string{p.Addr}})
	addOrders(t, c, orders, 0, 1)
	r.awaitOrders(t, 0, 1)
	p.LoseReplies(3, nil)
	addOrders(t, c, orders, 1, 50)
	r.awaitOrders(t, 0, 50)
	awaitIdle(t, c, orders)
}

func TestResetsAndRefusals(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	p := redistest.StartProxy(t, s.Addr)
	r := start(t, quick(), &redis.UniversalOptions{Addrs: []string{p.Addr}})
	for n := range 20 {
		addOrders(t, c, orders, n, n+1)
		if n%2 == 0 {
			p.Reset()
		}
	}
	p.Shut(true)
	await(t, "to be disconnected", func() bool { return !r.Health().Connected })
	addOrders(t, c, orders, 20, 30)
	p.Shut(false)
	r.awaitOrders(t, 0, 30)
	awaitIdle(t, c, orders)
}

// TestSourceAwayAndBack kills the server and starts it again. The error says who and
// where, and another source goes on meanwhile.
func TestSourceAwayAndBack(t *testing.T) {
	s, other := redistest.Start(t), redistest.Start(t)
	c, otherClient := s.Client(), other.Client()
	r, otherReader := start(t, quick(), options(s)), start(t, quick(), options(other))
	addOrders(t, c, orders, 0, 10)
	r.awaitOrders(t, 0, 10)
	awaitIdle(t, c, orders)
	s.Stop()
	await(t, "the error", func() bool { return !r.Health().Connected })
	if msg := r.Health().LastError; !strings.Contains(msg, "listings") || !strings.Contains(msg, s.Addr) {
		t.Errorf("got %q, want it to name the source and its address", msg)
	}
	addOrders(t, otherClient, orders, 0, 10)
	otherReader.awaitOrders(t, 0, 10)
	before := r.Health().Progress
	await(t, "progress while waiting", func() bool { return r.Health().Progress.After(before) })
	s.Restart()
	addOrders(t, s.Client(), orders, 10, 20)
	r.awaitOrders(t, 0, 20)
	await(t, "connected again", func() bool { return r.Health().Connected })
}

func TestASourceThatIsAwayAtTheStart(t *testing.T) {
	s := redistest.Start(t)
	s.Stop()
	r := start(t, quick(), options(s))
	await(t, "the error", func() bool { return r.Health().LastError != "" })
	s.Restart()
	addOrders(t, s.Client(), orders, 0, 5)
	r.awaitOrders(t, 0, 5)
}

func TestErrorsShowNoPassword(t *testing.T) {
	s := redistest.Start(t, "--requirepass", "hunter2")
	o := options(s)
	o.Password = "hunter3"
	r := start(t, quick(), o)
	await(t, "the error", func() bool { return r.Health().LastError != "" })
	if text := r.Health().LastError + r.log.String(); strings.Contains(text, "hunter") {
		t.Errorf("a password is shown: %s", text)
	}
}

// TestRepairs harms one stream while two are read. The other one always goes on, and what
// is written afterwards is read.
func TestRepairs(t *testing.T) {
	harms := map[string]func(t *testing.T, c *redis.Client){
		"XGROUP DESTROY": func(t *testing.T, c *redis.Client) { c.XGroupDestroy(t.Context(), orders, group) },
		"DEL":            func(t *testing.T, c *redis.Client) { c.Del(t.Context(), orders) },
		"DEL and made again": func(t *testing.T, c *redis.Client) {
			c.Del(t.Context(), orders)
			addOrders(t, c, orders, 100, 101)
		},
		"FLUSHALL": func(t *testing.T, c *redis.Client) { c.FlushAll(t.Context()) },
		"WRONGTYPE": func(t *testing.T, c *redis.Client) {
			c.Set(t.Context(), orders, "no stream", 0)
			addOrders(t, c, "pvz.events", 100, 103)
			c.Del(t.Context(), orders)
		},
		"RENAME": func(t *testing.T, c *redis.Client) { c.Rename(t.Context(), orders, "old") },
	}
	for name, harm := range harms {
		t.Run(name, func(t *testing.T) {
			s := redistest.Start(t)
			c := s.Client()
			r := start(t, quick(), options(s))
			addOrders(t, c, orders, 0, 5)
			addOrders(t, c, "pvz.events", 5, 10)
			r.awaitOrders(t, 0, 10)
			harm(t, c)
			addOrders(t, c, "pvz.events", 10, 20)
			await(t, "the other stream", func() bool { return containsAll(r.desk.orderIDs(), 10, 20) })
			addOrders(t, c, orders, 20, 30)
			await(t, "the harmed stream", func() bool { return containsAll(r.desk.orderIDs(), 20, 30) })
			awaitIdle(t, c, orders)
			if l := r.grave.all(); len(l) > 0 {
				t.Errorf("set aside: %+v", l)
			}
		})
	}
}

// TestAWrongTypeKeyIsLeftAlone keeps a key of another type in a stream's place: the others
// go on without a pause.
func TestAWrongTypeKeyIsLeftAlone(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	c.Set(t.Context(), "old:events:x", "text", 0)
	r := start(t, quick(), options(s))
	addOrders(t, c, orders, 0, 5)
	addOrders(t, c, "pvz.events", 5, 10)
	r.awaitOrders(t, 0, 10)
	c.Set(t.Context(), "pvz.events", "text", 0)
	addOrders(t, c, orders, 10, 20)
	r.awaitOrders(t, 0, 20)
	await(t, "the stream to be left out", func() bool { return len(r.Health().Streams) == 1 })
}

// TestAGroupBeyondTheEndBeginsAnew is what a restored older copy looks like: the group has
// read further than the stream goes.
func TestAGroupBeyondTheEndBeginsAnew(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	for n := range 5 {
		c.XAdd(t.Context(), &redis.XAddArgs{Stream: orders, ID: fmt.Sprintf("1734825600000-%d", n+1), Values: accepted(n)})
	}
	c.XGroupCreate(t.Context(), orders, group, "9734825600000-0")
	r := start(t, quick(), options(s))
	r.awaitOrders(t, 0, 5)
	awaitIdle(t, c, orders)
}

// between runs something once, after a look at a stream and before the look at its groups: a
// server may get to other clients there.
type between struct{ run func() }

func (between) DialHook(next redis.DialHook) redis.DialHook { return next }

func (between) ProcessHook(next redis.ProcessHook) redis.ProcessHook { return next }

func (b between) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if _, look := cmds[0].(*redis.XInfoStreamCmd); !look {
			return next(ctx, cmds)
		}
		err := next(ctx, cmds[:1])
		b.run()
		return errors.Join(err, next(ctx, cmds[1:]))
	}
}

// TestAnEntryThatComesDuringALookIsNoRestoredCopy: the group is then seen beyond the end
// that the stream had a moment before.
func TestAnEntryThatComesDuringALookIsNoRestoredCopy(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	addOrders(t, c, orders, 0, 5)
	client, d := streams.NewClient(options(s)), &desk{}
	looked := make(chan struct{})
	client.AddHook(between{sync.OnceFunc(func() {
		defer close(looked)
		add(t, c, orders, accepted(5))
		await(t, "the entry to be read", func() bool { return len(d.orderIDs()) == 6 })
	})})
	r := startWith(t, quick(), streams.Source{Name: "listings", Client: client}, d)
	<-looked
	await(t, "health", func() bool { h := r.Health(); return len(h.Streams) == 1 && h.Streams[0].Length == 6 })
	awaitIdle(t, c, orders)
	for _, e := range d.events() {
		if n := d.triesOf(e.Source.Entry); n != 1 {
			t.Errorf("%s was dispatched %d times", e.Source.Entry, n)
		}
	}
}

// TestTrimmedBeforeReadIsCounted trims a stream while the reader is held up.
func TestTrimmedBeforeReadIsCounted(t *testing.T) {
	for _, left := range []int64{10, 0} {
		s := redistest.Start(t)
		c := s.Client()
		d := &desk{}
		cfg := quick()
		cfg.Count = 5
		r := startWith(t, cfg, streams.Source{Name: "listings", Client: streams.NewClient(options(s))}, d)
		addOrders(t, c, orders, 0, 5)
		r.awaitOrders(t, 0, 5)
		awaitIdle(t, c, orders)
		d.refuse(func(notify.Event) error { return notify.ErrUnavailable })
		addOrders(t, c, orders, 5, 6) // it is held, and nothing is read after it
		await(t, "the hold-up", func() bool { return c.XPending(t.Context(), orders, group).Val().Count == 1 })
		addOrders(t, c, orders, 6, 106)
		c.XTrimMaxLen(t.Context(), orders, left)
		d.refuse(nil)
		lost := 101 - left
		if c.XInfoStream(t.Context(), orders).Val().EntriesAdded == 0 {
			lost = 1 // Redis 6.2 doesn't know how many there were beside the one that was held
		}
		await(t, "the count", func() bool { return r.tally.lostOf(orders) == lost })
		awaitIdle(t, c, orders)
		addOrders(t, c, orders, 200, 210)
		await(t, "the rest", func() bool { return containsAll(r.desk.orderIDs(), 200, 210) })
		if n := r.tally.lostOf(orders); n != lost {
			t.Errorf("%d left: %d lost, want %d, counted once", left, n, lost)
		}
		if text := r.log.String(); lost > 1 && !strings.Contains(text, "trimmed before they were read") {
			t.Error("no alarm in the log")
		}
	}
}

// TestDeletedWhilePending deletes entries that are held: they are counted, told of and
// acknowledged, by whichever way they come back.
func TestDeletedWhilePending(t *testing.T) {
	for name, fail := range map[string]error{"own pending first": notify.ErrUnavailable, "claimed": errors.New("stumble")} {
		t.Run(name, func(t *testing.T) {
			s := redistest.Start(t)
			c := s.Client()
			d := &desk{fail: func(notify.Event) error { return fail }}
			id := add(t, c, orders, accepted(0))
			r := startWith(t, quick(), streams.Source{Name: "listings", Client: streams.NewClient(options(s))}, d)
			await(t, "a try", func() bool { return d.triesOf(id) > 0 })
			c.XDel(t.Context(), orders, id)
			await(t, "the letter", func() bool { return len(r.grave.all()) == 1 })
			awaitIdle(t, c, orders)
			if l := r.grave.all()[0]; l.Reason != streams.ReasonNoFields || l.Source.Entry != id {
				t.Errorf("got %+v", l)
			}
			await(t, "the count", func() bool { return r.tally.lostOf(orders) == 1 })
		})
	}
}

// TestTwoReadersShareAndOneDies runs two members of the group. One of them stops for ever
// with entries in its hands; the other takes them over.
func TestTwoReadersShareAndOneDies(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	first, second := quick(), quick()
	second.Consumer = "notify-instance-2"
	first.Count, second.Count = 5, 5
	shared := &desk{}
	a := startWith(t, first, streams.Source{Name: "listings", Client: streams.NewClient(options(s))}, shared)
	startWith(t, second, streams.Source{Name: "listings", Client: streams.NewClient(options(s))}, shared)
	addOrders(t, c, orders, 0, 500)
	a.awaitOrders(t, 0, 500)
	if n := len(shared.events()); n != 500 {
		t.Errorf("%d dispatches of 500 entries: each should go to one reader", n)
	}

	addOrders(t, c, "dead.events", 500, 510) // what a killed reader leaves behind: read, not acknowledged
	c.XGroupCreate(t.Context(), "dead.events", group, "0")
	c.XReadGroup(t.Context(), &redis.XReadGroupArgs{Group: group, Consumer: "killed", Streams: []string{"dead.events", ">"}, Count: 4})
	a.awaitOrders(t, 0, 510)
	awaitIdle(t, c, "dead.events")
	if n := len(shared.events()); n != 510 {
		t.Errorf("%d dispatches of 510 entries", n)
	}
}

// TestARestartedReaderFindsItsOwnEntries reads as the reader would and forgets; a reader
// of the same name comes back to it at once, long before anybody may claim.
func TestARestartedReaderFindsItsOwnEntries(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	cfg := quick()
	cfg.MinIdle, cfg.Sweep = time.Hour, time.Hour
	addOrders(t, c, orders, 0, 10)
	c.XGroupCreate(t.Context(), orders, group, "0")
	c.XReadGroup(t.Context(), &redis.XReadGroupArgs{Group: group, Consumer: cfg.Consumer, Streams: []string{orders, ">"}, Count: 4})
	r := start(t, cfg, options(s))
	r.awaitOrders(t, 0, 10)
	awaitIdle(t, c, orders)
}

// TestAnEntryThatKillsIsSetAside has an entry that was delivered many times and never
// finished: the processes that took it died.
func TestAnEntryThatKillsIsSetAside(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	id := add(t, c, orders, accepted(0))
	c.XGroupCreate(t.Context(), orders, group, "0")
	c.XReadGroup(t.Context(), &redis.XReadGroupArgs{Group: group, Consumer: "killed", Streams: []string{orders, ">"}})
	c.Do(t.Context(), "XCLAIM", orders, group, "killed", 0, id, "RETRYCOUNT", 10, "JUSTID")
	r := start(t, quick(), options(s))
	await(t, "the letter", func() bool { return len(r.grave.all()) == 1 })
	if l := r.grave.all()[0]; l.Tries != 11 || l.Fields["order_id"] != "0" || len(r.desk.events()) > 0 {
		t.Errorf("got %+v and %d dispatches, want it set aside untried", l, len(r.desk.events()))
	}
}

func TestConsumersOfVanishedPodsAreRemoved(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	addOrders(t, c, orders, 0, 1)
	c.XGroupCreate(t.Context(), orders, group, "0")
	for _, name := range []string{"gone", "holding"} {
		c.XGroupCreateConsumer(t.Context(), orders, group, name)
	}
	c.XReadGroup(t.Context(), &redis.XReadGroupArgs{Group: group, Consumer: "holding", Streams: []string{orders, ">"}})
	cfg := quick()
	cfg.ConsumerIdle = 300 * time.Millisecond
	cfg.MinIdle, cfg.Sweep = time.Hour, time.Hour // nobody takes over
	r := start(t, cfg, options(s))
	addOrders(t, c, orders, 1, 2)
	r.awaitOrders(t, 1, 2)
	names := func() string {
		var list []string
		for _, info := range c.XInfoConsumers(context.Background(), orders, group).Val() {
			list = append(list, info.Name)
		}
		return strings.Join(list, " ")
	}
	await(t, "the empty one to go", func() bool { return !strings.Contains(names(), "gone") })
	if got := names(); got != "holding notify-instance-1" {
		t.Errorf("got consumers %q, want the one that holds something, and ours", got)
	}
}

// TestTrimmingIsSafe trims to 1,000 entries, but a second group has read 2,000 of 5,000
// only and still holds one of the first.
func TestTrimmingIsSafe(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	_, err := c.Pipelined(t.Context(), func(p redis.Pipeliner) error {
		for n := range 5000 {
			p.XAdd(t.Context(), &redis.XAddArgs{Stream: orders, Values: accepted(n)})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	c.XGroupCreate(t.Context(), orders, "wms-consumers", "0")
	got := c.XReadGroup(t.Context(), &redis.XReadGroupArgs{Group: "wms-consumers", Consumer: "w", Streams: []string{orders, ">"}, Count: 2000}).Val()[0].Messages
	ack := func(ms []redis.XMessage) {
		for _, m := range ms {
			c.XAck(t.Context(), orders, "wms-consumers", m.ID)
		}
	}
	ack(got[500:])
	cfg := quick()
	cfg.Trim = 1000
	r := start(t, cfg, options(s))
	r.awaitOrders(t, 0, 5000)
	length := func() int64 { return c.XLen(context.Background(), orders).Val() }
	addOrders(t, c, orders, 5000, 5001)
	first := func() string { return c.XRangeN(context.Background(), orders, "-", "+", 1).Val()[0].ID }
	await(t, "a look", func() bool { return r.Health().Lag() == 0 && length() == 5001 })
	if first() != got[0].ID {
		t.Fatal("an entry that a group still holds was trimmed")
	}
	ack(got[:500])
	await(t, "trimming up to what was read", func() bool { return length() < 3200 })
	if n := len(c.XRange(t.Context(), orders, got[1999].ID, got[1999].ID).Val()); n != 1 || length() < 3000 {
		t.Fatalf("%d entries left: trimmed beyond what the group has read", length())
	}
	c.XGroupDestroy(t.Context(), orders, "wms-consumers")
	await(t, "trimming to the bound", func() bool { return length() < 1200 })
	if n := length(); n < 1000 {
		t.Errorf("%d entries left, want about 1,000 and not fewer", n)
	}
	if n := r.tally.lostOf(orders); n != 0 {
		t.Errorf("%d counted as lost", n)
	}
}

// TestBlackHole makes the line swallow everything for longer than reads wait.
func TestBlackHole(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	p := redistest.StartProxy(t, s.Addr)
	o := &redis.UniversalOptions{Addrs: []string{p.Addr}, ReadTimeout: 200 * time.Millisecond, DialTimeout: 200 * time.Millisecond}
	r := start(t, quick(), o)
	addOrders(t, c, orders, 0, 5)
	r.awaitOrders(t, 0, 5)
	p.BlackHole(true)
	addOrders(t, c, orders, 5, 10)
	p.Reset() // else the blocked read is noticed after its own ten seconds
	await(t, "the error", func() bool { return !r.Health().Connected })
	p.BlackHole(false)
	p.Reset()
	r.awaitOrders(t, 0, 10)
}

func TestSentinelFailover(t *testing.T) {
	g := redistest.StartSentinels(t, 1)
	c := g.Client()
	r := start(t, quick(), g.Options())
	addOrders(t, c, orders, 0, 20)
	r.awaitOrders(t, 0, 20)
	awaitIdle(t, c, orders)
	copied := g.Nodes[1].Client()
	await(t, "the replica", func() bool { return copied.XLen(t.Context(), orders).Val() == 20 })
	g.Failover()
	await(t, "a master that takes entries", func() bool {
		return c.XAdd(t.Context(), &redis.XAddArgs{Stream: orders, Values: accepted(20)}).Err() == nil
	})
	addOrders(t, c, orders, 21, 40)
	r.awaitOrders(t, 0, 40)
	awaitIdle(t, c, orders)
}

// TestCluster reads streams of all nodes, goes on with the others while one is away, and
// comes back to it after its failover.
func TestCluster(t *testing.T) {
	g := redistest.StartCluster(t, 1)
	c := g.Client()
	r := start(t, quick(), g.Options())
	const n = 60
	name := func(i int) string { return fmt.Sprintf("s%d:events:x", i%20) }
	for i := range n {
		addOrders(t, c, name(i), i, i+1)
	}
	r.awaitOrders(t, 0, n)
	for i := range 20 {
		awaitIdle(t, c, name(i))
	}
	c.Do(t.Context(), "XGROUP", "DESTROY", name(0), group)
	g.Failover()
	for i := n; i < 2*n; i++ {
		await(t, "a node that takes the entry", func() bool {
			c.ReloadState(t.Context())
			return c.XAdd(t.Context(), &redis.XAddArgs{Stream: name(i), Values: accepted(i)}).Err() == nil
		})
	}
	await(t, "all of them", func() bool { return containsAll(r.desk.orderIDs(), n, 2*n) })
	if l := r.grave.all(); len(l) > 0 {
		t.Errorf("set aside: %+v", l)
	}
}

// TestClusterGoesOnWithoutANode kills a node that nobody replaces: the streams of the
// others are read, found and swept as before, and those of the dead one when it is back.
func TestClusterGoesOnWithoutANode(t *testing.T) {
	g := redistest.StartCluster(t, 0)
	c := g.Client()
	r := start(t, quick(), g.Options())
	onLast := func(name string) bool { return c.ClusterKeySlot(t.Context(), name).Val() >= 2*16384/3 }
	var alive, dying []string
	for i := range 20 {
		name := fmt.Sprintf("s%d:events:x", i)
		if onLast(name) {
			dying = append(dying, name)
		} else {
			alive = append(alive, name)
		}
		addOrders(t, c, name, i, i+1)
	}
	r.awaitOrders(t, 0, 20)
	g.Nodes[2].Kill()
	await(t, "the error", func() bool { return r.Health().LastError != "" })
	alive = append(alive, "{"+alive[0]+"}:events:late") // a new stream in a slot that lives
	for i, name := range alive {
		addOrders(t, c, name, 100+i, 101+i)
	}
	await(t, "the others", func() bool { return containsAll(r.desk.orderIDs(), 100, 100+len(alive)) })
	g.Nodes[2].Restart()
	await(t, "the node", func() bool {
		return c.XAdd(t.Context(), &redis.XAddArgs{Stream: dying[0], Values: accepted(500)}).Err() == nil
	})
	await(t, "its entry", func() bool { return containsAll(r.desk.orderIDs(), 500, 501) })
}

// TestThousandsOfStreams reads 2,000 streams side by side while one of them is flooded.
func TestThousandsOfStreams(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	names := make([]string, 2000)
	for i := range names {
		names[i] = fmt.Sprintf("s%d:events:x", i)
	}
	fill(t, c, names, 2)
	d := &counting{}
	startCounting(t, s, d)
	await(t, "the first", func() bool { return d.n.Load() == 4000 })
	fill(t, c, names[:1], 10_000)
	fill(t, c, names, 1)
	await(t, "all of them", func() bool { return d.n.Load() == 16_000 })
}

// TestEmbedded reads from the server that dev mode has: it knows fewer commands.
func TestEmbedded(t *testing.T) {
	m, err := embedded.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	o := &redis.UniversalOptions{Addrs: []string{m.Addr()}}
	c := redis.NewUniversalClient(o)
	defer c.Close()
	cfg := quick()
	cfg.Trim, cfg.ConsumerIdle = 5, 100*time.Millisecond
	d := &desk{}
	r := startWith(t, cfg, streams.Source{Name: "listings", Client: streams.NewClient(o)}, d)
	defer r.stop()
	addOrders(t, c, orders, 0, 20)
	r.awaitOrders(t, 0, 20)
	awaitIdle(t, c, orders)

	d.refuse(func(_ notify.Event) error { return errors.New("stumble") })
	deleted, failing := add(t, c, orders, accepted(20)), add(t, c, orders, accepted(21))
	await(t, "a try", func() bool { return d.triesOf(deleted) > 0 && d.triesOf(failing) > 0 })
	c.XDel(t.Context(), orders, deleted)
	await(t, "the letter", func() bool { return len(r.grave.all()) > 0 })
	awaitIdle(t, c, orders)
	await(t, "health", func() bool { h := r.Health(); return h.Connected && len(h.Streams) == 1 && h.Streams[0].Length > 0 })

	c.XGroupDestroy(t.Context(), orders, group)
	d.refuse(nil)
	addOrders(t, c, orders, 30, 31)
	await(t, "the new entry", func() bool { return containsAll(d.orderIDs(), 30, 31) })
}

func containsAll(ids []int, from, to int) bool {
	have := map[int]bool{}
	for _, n := range ids {
		have[n] = true
	}
	for _, n := range numbers(from, to) {
		if !have[n] {
			return false
		}
	}
	return true
}
