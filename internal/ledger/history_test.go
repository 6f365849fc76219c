package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
	"github.com/vondi-global/notifications/internal/redistest"
)

func planned(e notify.Event, send ...notify.Delivery) notify.Planned {
	return notify.Planned{Event: e, Plan: notify.Plan{Send: send}, Expires: time.Now().Add(time.Hour)}
}

func of(e notify.Event, id, user string) notify.Delivery {
	d := orderDelivery(id)
	d.Event, d.To.UserID = e, user
	return d
}

func TestEventComesBackWhole(t *testing.T) {
	client := redistest.Start(t).Client()
	cfg := Defaults()
	cfg.Sealer = reversed{}
	l := New(client, cfg, time.Now)
	want := orderEvent("event-1")
	want.Wishes = notify.Wishes{UserID: "890", Channels: []notify.Channel{notify.SMS}, Metadata: json.RawMessage(`{"a":1}`)}
	must(t, l.Keep(t.Context(), []notify.Planned{planned(want)}))
	got, err := l.Event(t.Context(), "event-1")
	must(t, err)
	if _, err := eventtypes.Check(&want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	c, err := l.Claim(t.Context(), notify.Delivery{ID: "d1", Event: notify.Event{ID: "event-1"}}, time.Minute)
	must(t, errors.Join(err, c.EventErr))
	if diff := cmp.Diff(want, c.Event); diff != "" {
		t.Errorf("with the claim: %s", diff)
	}
	c, err = l.Claim(t.Context(), notify.Delivery{ID: "d2", Event: notify.Event{ID: "never"}}, time.Minute)
	if must(t, err); c.State != notify.Claimed || !errors.Is(c.EventErr, ErrNoEvent) {
		t.Errorf("a claim without its event: %+v", c)
	}
	if raw := client.Get(t.Context(), rediskeys.Event("event-1")).Val(); bytes.Contains([]byte(raw), []byte("order_id")) {
		t.Errorf("Redis holds %q unsealed", raw)
	}
}

// reversed is a sealer that one can see through.
type reversed struct{}

func (reversed) Seal(b []byte) ([]byte, error) { return turned(b), nil }
func (reversed) Open(b []byte) ([]byte, error) { return turned(b), nil }

func turned(b []byte) []byte {
	out := make([]byte, len(b))
	for i, c := range b {
		out[len(b)-1-i] = c
	}
	return out
}

func TestEventThatIsGone(t *testing.T) {
	srv := redistest.Start(t)
	l := New(srv.Client(), Defaults(), time.Now)
	if _, err := l.Event(t.Context(), "never"); !errors.Is(err, ErrNoEvent) || errors.Is(err, notify.ErrUnavailable) {
		t.Errorf("Event = %v, want ErrNoEvent alone", err)
	}
	srv.Kill()
	if _, err := l.Event(t.Context(), "never"); !errors.Is(err, notify.ErrUnavailable) {
		t.Errorf("Event without a Redis = %v, want ErrUnavailable", err)
	}
}

func TestPlanGrowsByWhatIsNew(t *testing.T) {
	l, client := start(t)
	e := orderEvent("event-1")
	first := planned(e, of(e, "d1", "890"))
	first.Plan.Missing = []string{"seller"}
	must(t, l.Keep(t.Context(), []notify.Planned{first}))
	if r, err := l.ByEvent(t.Context(), "event-1"); err != nil || cmp.Diff([]string{"seller"}, r.Waiting) != "" {
		t.Errorf("Waiting = %v, %v, want the seller", r.Waiting, err)
	}
	life := client.TTL(t.Context(), rediskeys.Event("event-1")).Val()

	resend := of(e, "d1.r1", "890")
	second := planned(e, of(e, "d1", "890"), resend)
	second.Expires = e.Time
	second.Plan.Missing = []string{"seller"}
	second.Plan.Skip = []notify.Outcome{{Status: notify.Skipped, Reason: notify.ReasonNoRecipient, Delivery: notify.Delivery{Event: e, To: notify.Recipient{Role: "seller"}}}}
	must(t, l.Keep(t.Context(), []notify.Planned{second, second}))

	r, err := l.ByEvent(t.Context(), "event-1")
	must(t, err)
	if len(r.Plan) != 3 || r.Plan[0].ID != "d1" || r.Plan[1].ID != "d1.r1" || r.Plan[2].Skip != notify.ReasonNoRecipient {
		t.Errorf("Plan = %+v", r.Plan)
	}
	if len(r.Waiting) != 0 {
		t.Errorf("still waiting for %v", r.Waiting)
	}
	if now := client.TTL(t.Context(), rediskeys.Event("event-1")).Val(); now < life-time.Minute {
		t.Errorf("the event's life fell from %s to %s", life, now)
	}
}

func TestRecordTellsTheStory(t *testing.T) {
	l, _ := start(t)
	d := orderDelivery("d1")
	if _, err := l.Record(t.Context(), "d1"); !errors.Is(err, ErrNoRecord) {
		t.Errorf("Record before = %v, want ErrNoRecord", err)
	}
	mustClaim(t, l, d, long)
	if r, _ := l.Record(t.Context(), "d1"); r.State != Sending || r.EventID != "event-d1" {
		t.Errorf("Record = %+v, want sending", r)
	}
	lost := outcome(notify.Retried, d)
	lost.Reason, lost.Error, lost.NextAt = "unknown", "twilio: unknown: EOF", time.Unix(1_900_000_000, 0)
	must(t, l.Retry(t.Context(), lost))
	if r, _ := l.Record(t.Context(), "d1"); r.State != Waiting || !r.MaybeDuplicate || r.Reason != "unknown" || r.Attempt != 1 {
		t.Errorf("Record = %+v, want waiting and unsure", r)
	}
	o := sent(d, "SM1")
	o.Attempt = 2
	mustSettle(t, l, o)
	must(t, l.Note(t.Context(), outcome(notify.Bounced, d)))

	r, err := l.Record(t.Context(), "d1")
	must(t, err)
	if r.State != Sent || r.Provider != "twilio" || r.MessageID != "SM1" || r.Attempt != 2 || r.Receipt != notify.Bounced || r.Reason != "" {
		t.Errorf("Record = %+v", r)
	}
	var story []notify.Status
	for _, e := range r.Story {
		story = append(story, e.Outcome.Status)
	}
	if diff := cmp.Diff([]notify.Status{notify.Retried, notify.Sent, notify.Bounced}, story); diff != "" {
		t.Error(diff)
	}
	if id, err := l.ByProviderID(t.Context(), "twilio", "SM1"); id != "d1" || err != nil {
		t.Errorf("ByProviderID = %q, %v", id, err)
	}
	if _, err := l.ByProviderID(t.Context(), "twilio", "SM2"); !errors.Is(err, ErrNoRecord) {
		t.Errorf("ByProviderID = %v, want ErrNoRecord", err)
	}
}

func TestALongStoryKeepsItsEnd(t *testing.T) {
	l, _ := start(t)
	d := orderDelivery("d1")
	for n := range 100 {
		o := outcome(notify.Retried, d)
		o.Unsent, o.Attempt = true, n+1
		must(t, l.Retry(t.Context(), o))
	}
	r, err := l.Record(t.Context(), "d1")
	must(t, err)
	if n := len(r.Story); n < 50 || n > 70 || r.Story[n-1].Outcome.Attempt != 100 {
		t.Errorf("%d entries of 100, the last %+v", n, r.Story[n-1])
	}
}

// TestAHistoryIsClearedNowAndThen: it holds what came since the last millisecond of sixteen,
// and before that only the newest.
func TestAHistoryIsClearedNowAndThen(t *testing.T) {
	client := redistest.Start(t).Client()
	cfg := Defaults()
	cfg.PerHistory = 3
	l := New(client, cfg, time.Now)
	began := time.Now().Truncate(16 * time.Millisecond)
	for i := range 40 {
		e := orderEvent(fmt.Sprintf("event-%d", i))
		e.Time = began.Add(time.Duration(i) * time.Millisecond)
		must(t, l.Keep(t.Context(), []notify.Planned{planned(e)}))
		if n := client.ZCard(t.Context(), rediskeys.ByEntity("order:12345")).Val(); n > 3+15 {
			t.Fatalf("%d entries after %d", n, i+1)
		}
	}
}

func TestHistories(t *testing.T) {
	client := redistest.Start(t).Client()
	cfg := Defaults()
	cfg.PerHistory = 3
	l := New(client, cfg, time.Now)
	for i := range 5 {
		e := orderEvent(fmt.Sprintf("event-%d", i))
		e.Time = e.Time.Add(time.Duration(i) * time.Second)
		d := of(e, fmt.Sprintf("d%d", i), "890")
		must(t, l.Keep(t.Context(), []notify.Planned{planned(e, d)}))
		mustSettle(t, l, sent(d, ""))
	}
	byUser, err := l.ByUser(t.Context(), "890", 2)
	must(t, err)
	if len(byUser) != 2 || byUser[0].ID != "d4" || byUser[1].ID != "d3" {
		t.Errorf("ByUser = %+v, want d4, d3", byUser)
	}
	if all, _ := l.ByUser(t.Context(), "890", 10); len(all) != 3 {
		t.Errorf("%d of a person's deliveries, want the newest 3", len(all))
	}
	byOrder, err := l.ByEntity(t.Context(), "order:12345", 10)
	must(t, err)
	if len(byOrder) != 3 || byOrder[0].Event.ID != "event-4" || byOrder[0].Deliveries[0].State != Sent {
		t.Errorf("ByEntity = %+v", byOrder)
	}
	if none, err := l.ByEntity(t.Context(), "order:1", 10); len(none) != 0 || err != nil {
		t.Errorf("ByEntity of nothing = %v, %v", none, err)
	}
}

func TestTail(t *testing.T) {
	l, client := start(t)
	if none, err := l.Tail(t.Context(), "", 10, 0); len(none) != 0 || err != nil {
		t.Errorf("Tail of nothing = %v, %v", none, err)
	}
	if none, err := l.Tail(t.Context(), "$", 10, 20*time.Millisecond); len(none) != 0 || err != nil {
		t.Errorf("Tail that waits in vain = %v, %v", none, err)
	}
	mustSettle(t, l, sent(orderDelivery("d1"), ""))
	must(t, client.XAdd(t.Context(), xadd(rediskeys.Log, "type", "somebody.else")).Err())
	mustSettle(t, l, sent(orderDelivery("d2"), ""))
	all, err := l.Tail(t.Context(), At(time.Now().Add(-time.Minute)), 10, 0)
	must(t, err)
	if len(all) != 3 || all[0].Outcome.Delivery.ID != "d1" || all[1].ID == "" || all[2].Outcome.Delivery.ID != "d2" {
		t.Errorf("Tail = %+v", all)
	}
	rest, err := l.Tail(t.Context(), all[1].ID, 10, time.Second)
	must(t, err)
	last, err := l.Last(t.Context(), 1)
	must(t, err)
	if diff := cmp.Diff(rest, last); diff != "" {
		t.Error(diff)
	}
}

func TestLogIsBounded(t *testing.T) {
	client := redistest.Start(t, "--stream-node-max-entries", "10").Client()
	tests := []struct {
		name string
		cfg  func(*Config)
	}{
		{"by length", func(c *Config) { c.LogEntries = 50 }},
		{"by age", func(c *Config) { c.LogAge = time.Millisecond }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			client.FlushDB(t.Context())
			cfg := Defaults()
			tt.cfg(&cfg)
			l := New(client, cfg, time.Now)
			for i := range 200 {
				mustSettle(t, l, sent(orderDelivery(fmt.Sprintf("d%d", i)), ""))
			}
			if n := client.XLen(t.Context(), rediskeys.Log).Val(); n > 75 {
				t.Errorf("%d entries stay", n)
			}
		})
	}
}

func TestConfigThatCantWork(t *testing.T) {
	must(t, Defaults().Validate())
	for name, spoil := range map[string]func(*Config){
		"remember": func(c *Config) { c.Remember = time.Hour }, "log_entries": func(c *Config) { c.LogEntries = 1 },
		"log_age": func(c *Config) { c.LogAge = 0 }, "per_history": func(c *Config) { c.PerHistory = 0 }, "settle_for": func(c *Config) { c.SettleFor = 0 },
	} {
		c := Defaults()
		spoil(&c)
		if err := c.Validate(); err == nil || !bytes.HasPrefix([]byte(err.Error()), []byte(name)) {
			t.Errorf("Validate = %v, want an error about %s", err, name)
		}
	}
}

// TestAnEventThatDoesNotOpenIsNotLost: a key that is missing is put right; until then the
// event's deliveries wait.
func TestAnEventThatDoesNotOpenIsNotLost(t *testing.T) {
	l, client := start(t)
	must(t, l.Keep(t.Context(), []notify.Planned{planned(orderEvent("event-1"))}))
	cfg := Defaults()
	cfg.Sealer = locked{}
	if _, err := New(client, cfg, time.Now).Event(t.Context(), "event-1"); !errors.Is(err, notify.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

// locked is a sealer without the key.
type locked struct{ reversed }

func (locked) Open([]byte) ([]byte, error) { return nil, errors.New("no such key") }

// TestALongPlanStaysWithinBounds: the claims of its deliveries carry the event alone.
func TestALongPlanStaysWithinBounds(t *testing.T) {
	l, client := start(t)
	e := orderEvent("event-1")
	e.Data = append(e.Data[:len(e.Data)-1], fmt.Sprintf(`,"note":%q}`, strings.Repeat("x", 5000))...)
	for page := range 6 {
		var some []notify.Delivery
		for i := range 500 {
			some = append(some, of(e, fmt.Sprintf("d%d", 500*page+i), "890"))
		}
		must(t, l.Keep(t.Context(), []notify.Planned{planned(e, some...)}))
	}
	if n := client.StrLen(t.Context(), rediskeys.Event("event-1")).Val(); n < recordBytes || n > recordBytes+1000 {
		t.Errorf("a record of %d bytes, want about %d", n, recordBytes)
	}
	r, err := l.ByEvent(t.Context(), "event-1")
	must(t, err)
	if len(r.Plan) < 1500 || r.Plan[0].ID != "d0" || r.Plan[1200].ID != "d1200" {
		t.Errorf("%d deliveries in the plan", len(r.Plan))
	}
	c, err := l.Claim(t.Context(), of(e, "d2999", "890"), time.Minute)
	must(t, errors.Join(err, c.EventErr))
	if !bytes.Equal(c.Event.Data, e.Data) {
		t.Errorf("the claim's event has %d bytes, want %d", len(c.Event.Data), len(e.Data))
	}
}
