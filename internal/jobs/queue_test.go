package jobs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redistest"
)

// faces runs a test with the plain and with the auto-pipelined client.
func faces(t *testing.T, test func(t *testing.T, s *redistest.Server, cfg Config)) {
	for name, on := range map[string]bool{"plain": false, "auto-pipelined": true} {
		t.Run(name, func(t *testing.T) {
			s := redistest.Start(t)
			pipe, end, err := Pipe(s.Client(), on)
			must(t, err)
			t.Cleanup(func() { _ = end() })
			cfg := quick()
			cfg.Pipe = pipe
			test(t, s, cfg)
		})
	}
}

func TestEnqueueingTwiceIsOnce(t *testing.T) {
	faces(t, func(t *testing.T, s *redistest.Server, cfg Config) {
		q := NewQueue(s.Client(), cfg)
		batch := deliveries(300, notify.Email, notify.Normal)
		must(t, q.Enqueue(t.Context(), batch))
		must(t, q.Enqueue(t.Context(), batch))
		if n := s.Client().LLen(t.Context(), keys("email:normal").pending()).Val(); n != 300 {
			t.Errorf("%d jobs, want 300", n)
		}
		has, err := q.Has(t.Context(), []notify.Delivery{batch[0], delivery("other", notify.Email, notify.Normal)})
		if err != nil || !has[0] || has[1] {
			t.Errorf("Has = %v, %v, want [true false]", has, err)
		}
	})
}

// losesReplies answers each enqueueing the way it looks when the first reply was lost and
// the command was sent again.
type losesReplies struct{ uncancelled }

func (losesReplies) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if cmd.Name() == "evalsha" {
			if err := next(ctx, cmd); redis.HasErrorPrefix(err, "NOSCRIPT") {
				return err
			}
		}
		return next(ctx, cmd)
	}
}

func TestALostReplyToAnEnqueueingIsNoError(t *testing.T) {
	s := redistest.Start(t)
	client := s.Client()
	client.AddHook(losesReplies{})
	q := NewQueue(client, quick())
	must(t, q.Enqueue(t.Context(), deliveries(3, notify.SMS, notify.High)))
	if n := s.Client().LLen(t.Context(), keys("sms:high").pending()).Val(); n != 3 {
		t.Errorf("%d jobs, want 3", n)
	}
}

func TestADeliveryWithoutALaneIsAnError(t *testing.T) {
	q := NewQueue(redistest.Start(t).Client(), quick())
	for _, d := range []notify.Delivery{delivery("d", notify.SMS, ""), delivery("d", "fax", notify.High)} {
		if err := q.Enqueue(t.Context(), []notify.Delivery{d}); err == nil {
			t.Errorf("Enqueue into %s:%s: no error", d.Channel, d.Priority)
		}
	}
}

func TestEnqueueingWithoutRedisIsAnError(t *testing.T) {
	s := redistest.Start(t)
	client := redis.NewClient(&redis.Options{Addr: s.Addr, MaxRetries: -1, DialerRetries: 1})
	t.Cleanup(func() { _ = client.Close() })
	q := NewQueue(client, quick())
	s.Kill()
	if err := q.Enqueue(t.Context(), deliveries(2, notify.SMS, notify.High)); err == nil {
		t.Error("no error")
	}
}

func TestACancelledJobIsGone(t *testing.T) {
	s := redistest.Start(t)
	q := NewQueue(s.Client(), quick())
	d := delivery("d1", notify.SMS, notify.High)
	must(t, q.Enqueue(t.Context(), []notify.Delivery{d}))
	for _, want := range []bool{true, false} {
		if got, err := q.Cancel(t.Context(), d); err != nil || got != want {
			t.Errorf("Cancel = %t, %v, want %t", got, err, want)
		}
	}
}

func TestStats(t *testing.T) {
	s := redistest.Start(t)
	q := NewQueue(s.Client(), quick())
	must(t, q.Enqueue(t.Context(), deliveries(3, notify.Push, notify.Low)))
	must(t, q.Later(t.Context(), notify.Event{ID: "event-1"}, 1, time.Hour))
	must(t, q.Later(t.Context(), notify.Event{ID: "event-1"}, 1, time.Hour))
	must(t, q.Pause(t.Context(), "push:low"))
	stats, err := q.Stats(t.Context())
	must(t, err)
	if len(stats) != 14 {
		t.Fatalf("%d queues, want 14", len(stats))
	}
	for _, one := range stats {
		switch one.Queue {
		case "push:low":
			if one.Channel != notify.Push || one.Priority != notify.Low || one.Pending != 3 || !one.Paused || one.Oldest <= 0 || one.Oldest > time.Minute {
				t.Errorf("%+v", one)
			}
		case LaterQueue:
			if one.Scheduled != 1 || one.Channel != "" {
				t.Errorf("%+v", one)
			}
		default:
			if one.Pending+one.Scheduled != 0 || one.Paused {
				t.Errorf("%+v", one)
			}
		}
	}
}

func TestHolds(t *testing.T) {
	now := time.Now()
	s := redistest.Start(t)
	clock := func() time.Time { return now }
	h, other := NewHolds(s.Client(), clock), NewHolds(s.Client(), clock)
	d := delivery("d1", notify.SMS, notify.High)
	held := func(h *Holds) bool {
		t.Helper()
		p, err := h.Held(t.Context(), d)
		must(t, err)
		return p != nil
	}
	for _, what := range []string{"all", "channel:sms", "type:order.shipped"} {
		hold := Hold{What: what, By: "mira", Reason: "wrong words", Until: now.Add(time.Hour)}
		if held(other) {
			t.Errorf("%s: held before it was set", what)
		}
		must(t, h.Set(t.Context(), hold))
		if !held(h) {
			t.Errorf("%s: not held", what)
		}
		if now = now.Add(holdsFresh); !held(other) {
			t.Errorf("%s: not held in another process after %s", what, holdsFresh)
		}
		if list, err := h.List(t.Context()); err != nil || len(list) != 1 || list[0].By != "mira" || list[0].What != what {
			t.Errorf("List = %v, %v", list, err)
		}
		if now = now.Add(time.Hour); held(h) {
			t.Errorf("%s: held after its end", what)
		}
		if found, err := h.Lift(t.Context(), what); err != nil || !found {
			t.Errorf("Lift = %t, %v", found, err)
		}
	}
	for _, what := range []string{"channel:email", "type:order.created", "provider:twilio"} {
		must(t, h.Set(t.Context(), Hold{What: what, By: "mira", Reason: "test"}))
	}
	if held(h) {
		t.Error("held by what does not concern it")
	}
	if p, err := h.Holding(t.Context(), "provider:twilio"); err != nil || p == nil {
		t.Errorf("Holding = %v, %v", p, err)
	}
}

func TestHoldsThatMakeNoSense(t *testing.T) {
	h := NewHolds(nil, time.Now)
	for _, hold := range []Hold{
		{What: "everything", By: "m", Reason: "r"},
		{What: "channel:fax", By: "m", Reason: "r"},
		{What: "type:", By: "m", Reason: "r"},
		{What: "all", Reason: "r"},
		{What: "all", By: "m"},
	} {
		if err := h.Set(t.Context(), hold); err == nil || !strings.HasPrefix(err.Error(), "hold") {
			t.Errorf("Set(%+v) = %v, want an error that begins with hold", hold, err)
		}
	}
}

func TestHoldsWithoutRedis(t *testing.T) {
	s := redistest.Start(t)
	h := NewHolds(s.Client(), time.Now)
	s.Kill()
	if _, err := h.Held(context.Background(), delivery("d", notify.SMS, notify.High)); err == nil || errors.Is(err, redis.Nil) {
		t.Errorf("Held = %v, want an error", err)
	}
}

// BenchmarkEnqueue is a batch of 500 deliveries: by asynq's client through the auto-pipelined
// client, and by scripts of ours that take one job or many.
func BenchmarkEnqueue(b *testing.B) {
	for name, set := range map[string]struct {
		parcelled bool
		atOnce    int
	}{"asynq": {false, 256}, "one a script": {true, 1}, "64 a script": {true, 64}} {
		b.Run(name, func(b *testing.B) {
			s := redistest.Start(b)
			pipe, end, err := Pipe(s.Client(), true)
			must(b, err)
			defer func() { _ = end() }()
			cfg := quick()
			cfg.Pipe, cfg.AtOnce = pipe, set.atOnce
			q := NewQueue(s.Client(), cfg)
			q.parcelled = set.parcelled
			n := 0
			for b.Loop() {
				batch := make([]notify.Delivery, 500)
				for i := range batch {
					n++
					batch[i] = delivery(fmt.Sprintf("d%025d", n), notify.Email, notify.Normal)
				}
				must(b, q.Enqueue(b.Context(), batch))
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "jobs/s")
			b.ReportMetric(memory(b, s.Client())/float64(n), "bytes/job")
		})
	}
}

// memory is what the server uses.
func memory(b *testing.B, c *redis.Client) (n float64) {
	b.Helper()
	for line := range strings.Lines(c.Info(b.Context(), "memory").Val()) {
		if _, err := fmt.Sscanf(line, "used_memory:%f", &n); err == nil {
			return n
		}
	}
	return n
}
