package ctl

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
	"github.com/vondi-global/notifications/internal/redistest"
	"github.com/vondi-global/notifications/internal/testlog"
)

// desk is somebody at a terminal, with the platform's Redis and nobody who works jobs off.
type desk struct {
	t        testing.TB
	environ  []string
	platform *platform
	redis    *redis.Client
}

func newDesk(t testing.TB) *desk {
	server := redistest.Start(t)
	d := &desk{t: t, redis: server.Client(), environ: []string{
		"USER=milica", "HOME=" + t.TempDir(), "VONDINOTIFY_REDIS_URL=" + server.URL(), "VONDINOTIFY_SOURCES=market=" + server.URL(),
	}}
	s := d.session("")
	t.Cleanup(func() { _ = s.close() })
	var err error
	if d.platform, err = s.platform(t.Context()); err != nil {
		t.Fatal(err)
	}
	ana := notify.Contact{UserID: "890", Name: "Ana", Email: "ana@example.com", Phone: "+381601234567", Locale: notify.SerbianLatin}
	if err := d.platform.book.Put(t.Context(), ana); err != nil {
		t.Fatal(err)
	}
	return d
}

// session is a call whose terminal answers with some text.
func (d *desk) session(answer string, args ...string) *session {
	s := &session{args: args, IO: IO{
		In: strings.NewReader(answer), Out: &bytes.Buffer{}, Err: &testlog.Log{}, Environ: d.environ, Terminal: true, Zone: time.UTC,
	}}
	s.flags.output = "table"
	return s
}

// call runs notifyctl at the terminal.
func (d *desk) call(answer string, args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = Main(args, IO{In: strings.NewReader(answer), Out: &o, Err: &e, Environ: d.environ, Terminal: true, Zone: time.UTC})
	return code, o.String(), e.String()
}

// failed records n payments whose SMS failed, and returns their deliveries.
func (d *desk) failed(n int) []notify.Delivery {
	d.t.Helper()
	list := make([]notify.Delivery, n)
	for i := range n {
		e := notify.Event{
			ID: fmt.Sprintf("evt-%d", i), Type: "payment.cod_confirmed", Time: time.Now(), Source: notify.Position{Source: "market", Stream: "payments:events", Entry: "1-1"},
			Data: fmt.Appendf(nil, `{"payment_id":"pay-%d","order_id":%d,"buyer_id":890,"amount":100,"currency":"RSD"}`, i, 1000+i),
		}
		if _, err := eventtypes.Check(&e); err != nil {
			d.t.Fatal(err)
		}
		plan, err := d.platform.router.Route(d.t.Context(), e)
		if err != nil {
			d.t.Fatal(err)
		}
		if err := d.platform.ledger.Keep(d.t.Context(), []notify.Planned{{Event: e, Plan: plan}}); err != nil {
			d.t.Fatal(err)
		}
		for _, one := range plan.Send {
			o := notify.Outcome{Status: notify.Sent, Time: time.Now(), Delivery: one, Provider: "smtp", MessageID: "m", Attempt: 1}
			if one.Channel == notify.SMS {
				o.Status, o.Reason, o.Error, o.Provider, list[i] = notify.Failed, notify.ReasonRejected, "twilio: rejected", "twilio", one
			}
			if _, err := d.platform.ledger.Settle(d.t.Context(), o); err != nil {
				d.t.Fatal(err)
			}
		}
	}
	return list
}

// queued counts the jobs of the lane.
func (d *desk) queued() int64 {
	d.t.Helper()
	stats, err := d.platform.queue.Stats(context.Background())
	if err != nil {
		d.t.Fatal(err)
	}
	var n int64
	for _, q := range stats {
		n += q.Pending
	}
	return n
}

func TestBulkResendAsksFirst(t *testing.T) {
	d := newDesk(t)
	d.failed(3)
	code, out, errs := d.call("n\n", "resend", "--user", "890")
	if code != exitFound || d.queued() != 0 || !strings.Contains(errs, "Send 3 deliveries again? (y/N)") || !strings.Contains(errs, "nothing was done") {
		t.Errorf("no: code %d, %d queued\n%s%s", code, d.queued(), out, errs)
	}
	code, out, errs = d.call("y\n", "resend", "--user", "890", "--rate", "100")
	if code != exitDone || d.queued() != 3 || !strings.Contains(out, "3 to send again (3 sms)") {
		t.Errorf("yes: code %d, %d queued\n%s%s", code, d.queued(), out, errs)
	}
	if _, out, _ := d.call("", "resend", "--user", "890"); d.queued() != 3 || !strings.Contains(out, "still on its way") {
		t.Errorf("once more: %d queued\n%s", d.queued(), out)
	}
}

func TestResendStopsAndGoesOn(t *testing.T) {
	d := newDesk(t)
	d.failed(6)
	args := []string{"resend", "--user", "890", "--rate", "20", "--reason", "it's back"}
	f := resendFlags{user: "890", rate: 20, yes: true, reason: "it's back"}
	s := d.session("", args...)
	defer s.close()
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		for tick := time.Tick(5 * time.Millisecond); d.queued() < 2; <-tick {
		}
		stop()
	}()
	if err := s.resend(ctx, nil, f); err == nil {
		t.Error("a stopped command has no error")
	}
	done := d.queued()
	errs := fmt.Sprint(s.Err)
	if want := fmt.Sprintf("%d of 6 are on their way. To go on:  notifyctl resend --user 890 --rate 20 --reason 'it'\\''s back'", done); !strings.Contains(errs, want) || done >= 6 {
		t.Errorf("%d done; said %q, want %q", done, errs, want)
	}
	s = d.session("", args...)
	defer s.close()
	if err := s.resend(t.Context(), nil, f); err != nil || d.queued() != 6 {
		t.Errorf("gone on: %v, %d queued, want 6", err, d.queued())
	}
}

func TestResendIsLinkedAndAccountedFor(t *testing.T) {
	d := newDesk(t)
	id := d.failed(1)[0].ID
	if code, _, errs := d.call("", "resend", id, "--operator", "ana", "--reason", "ticket 1"); code != exitDone {
		t.Fatal(errs)
	}
	e, err := d.platform.ledger.ByEvent(t.Context(), "evt-0")
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, k := range e.Plan {
		if k.Channel == notify.SMS {
			ids = append(ids, k.ID)
		}
	}
	if diff := cmp.Diff([]string{id, id + ".r1"}, ids); diff != "" {
		t.Error(diff)
	}
}

func TestARedisThatIsGone(t *testing.T) {
	d := newDesk(t)
	d.environ = append(d.environ, "VONDINOTIFY_REDIS_URL=redis://:secret@127.0.0.1:1/0")
	code, out, errs := d.call("", "why", "12345")
	if code != exitConnect || out != "" || !strings.Contains(errs, "doesn't answer") || strings.Contains(errs, "secret") {
		t.Errorf("code %d\n%s%s", code, out, errs)
	}
}

var logEntries = flag.Int("log", 20_000, "BenchmarkWhy: entries of the delivery log")

// BenchmarkWhy answers for an order, on a long log:
//
//	go test -run '^$' -bench Why -log 1000000 ./internal/ctl
func BenchmarkWhy(b *testing.B) {
	d := newDesk(b)
	d.failed(50)
	d.fillLog(*logEntries)
	b.ReportAllocs()
	for b.Loop() {
		if code, out, errs := d.call("", "why", "1007", "--no-color"); code != exitDone || !strings.Contains(out, "1 sent, 1 failed") {
			b.Fatal(out, errs)
		}
	}
}

// fillLog makes the log as long as that, with entries as they are.
func (d *desk) fillLog(n int) {
	like, err := d.redis.XRangeN(d.t.Context(), rediskeys.Log, "-", "+", 1).Result()
	if err != nil || len(like) == 0 {
		d.t.Fatal("no log entry", err)
	}
	for done := 0; done < n; {
		p := d.redis.Pipeline()
		for range min(5000, n-done) {
			p.XAdd(d.t.Context(), &redis.XAddArgs{Stream: rediskeys.Log, Values: like[0].Values})
			done++
		}
		if _, err := p.Exec(d.t.Context()); err != nil {
			d.t.Fatal(err)
		}
	}
}
