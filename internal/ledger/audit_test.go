package ledger

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redistest"
)

// jobsOf has jobs of some deliveries; meanwhile runs while it is asked.
type jobsOf struct {
	ids       map[string]bool
	meanwhile func()
}

func (j jobsOf) Has(_ context.Context, deliveries []notify.Delivery) ([]bool, error) {
	if j.meanwhile != nil {
		j.meanwhile()
	}
	has := make([]bool, len(deliveries))
	for i, d := range deliveries {
		has[i] = j.ids[d.ID]
	}
	return has, nil
}

// audit takes the whole account.
func audit(t *testing.T, l *Ledger, since time.Time, j Jobs) (all Tally) {
	t.Helper()
	for cursor := uint64(0); ; {
		page, next, err := l.Audit(t.Context(), cursor, since, j)
		must(t, err)
		all.Add(page)
		if cursor = next; cursor == 0 {
			return all
		}
	}
}

func TestAudit(t *testing.T) {
	client := redistest.Start(t).Client()
	l := New(client, Defaults(), func() time.Time { return time.Now().Add(time.Minute) })
	e := orderEvent("event-1")
	var plan []notify.Delivery
	for _, id := range []string{"sent", "failed", "waiting", "dying", "queued", "lost", "quick"} {
		plan = append(plan, of(e, id, "890"))
	}
	p := planned(e, plan...)
	p.Plan.Skip = []notify.Outcome{{Status: notify.Skipped, Reason: notify.ReasonMuted, Delivery: of(e, "muted", "891")}}
	must(t, New(client, Defaults(), time.Now).Keep(t.Context(), []notify.Planned{p}))
	must(t, l.Skip(t.Context(), p.Plan.Skip))
	mustSettle(t, l, sent(plan[0], ""))
	mustSettle(t, l, outcome(notify.Failed, plan[1]))
	unsent := outcome(notify.Retried, plan[2])
	unsent.Unsent = true
	must(t, l.Retry(t.Context(), unsent))
	mustClaim(t, l, plan[3], long)

	j := jobsOf{ids: map[string]bool{"waiting": true, "dying": true, "queued": true}, meanwhile: func() { mustSettle(t, l, sent(plan[6], "")) }}
	got := audit(t, l, time.Time{}, j)
	if len(got.Lost) != 1 || got.Lost[0].Delivery.ID != "lost" || got.Lost[0].EventType != "order.shipped" || got.Holds() {
		t.Errorf("Lost = %+v, want the lost one", got.Lost)
	}
	got.Lost = nil
	if diff := cmp.Diff(Tally{Events: 1, Planned: 8, Sent: 2, Skipped: 1, Dead: 1, InFlight: 3}, got); diff != "" {
		t.Error(diff)
	}
	if later := audit(t, l, time.Now(), j); later.Events != 0 {
		t.Errorf("events since now: %d", later.Events)
	}
}

func TestAuditOfEventsThatWait(t *testing.T) {
	client := redistest.Start(t).Client()
	for _, tt := range []struct {
		after         time.Duration
		events, waits int
		lost          int
	}{{0, 1, 1, 0}, {10 * time.Minute, 1, 1, 0}, {2 * time.Hour, 1, 0, 1}} {
		client.FlushDB(t.Context())
		l := New(client, Defaults(), func() time.Time { return time.Now().Add(tt.after) })
		p := planned(orderEvent("event-1"))
		p.Plan.Missing = []string{"buyer"}
		must(t, New(client, Defaults(), time.Now).Keep(t.Context(), []notify.Planned{p}))
		got := audit(t, l, time.Time{}, jobsOf{})
		if got.Events != tt.events || got.Waiting != tt.waits || len(got.Lost) != tt.lost {
			t.Errorf("after %s: %+v", tt.after, got)
		}
	}
}

func TestAuditOfManyEvents(t *testing.T) {
	client := redistest.Start(t).Client()
	l := New(client, Defaults(), func() time.Time { return time.Now().Add(time.Minute) })
	var all []notify.Planned
	for i := range 3000 {
		e := orderEvent(fmt.Sprintf("event-%d", i))
		all = append(all, planned(e, of(e, fmt.Sprintf("d%d", i), "890")))
	}
	must(t, New(client, Defaults(), time.Now).Keep(t.Context(), all))
	got := audit(t, l, time.Time{}, jobsOf{})
	if got.Planned != 3000 || len(got.Lost) != 3000 {
		t.Errorf("planned %d, lost %d, want 3000 each", got.Planned, len(got.Lost))
	}
}
