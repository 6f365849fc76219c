package ledger

import (
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redistest"
)

func TestOnACluster(t *testing.T) {
	client := redistest.StartCluster(t, 0).Client()
	pipe, err := client.AutoPipeline()
	must(t, err)
	t.Cleanup(func() { _ = pipe.Close() })
	cfg := Defaults()
	cfg.Pipe = pipe
	l := New(client, cfg, func() time.Time { return time.Now().Add(time.Minute) })
	d := orderDelivery("d1")
	must(t, l.Keep(t.Context(), []notify.Planned{planned(d.Event, d)}))
	if got := mustClaim(t, l, d, long); got != notify.Claimed {
		t.Errorf("Claim = %d, want Claimed", got)
	}
	must(t, l.Retry(t.Context(), outcome(notify.Retried, d)))
	must(t, l.Release(t.Context(), d))
	mustSettle(t, l, sent(d, "SM1"))
	must(t, l.Note(t.Context(), outcome(notify.DeliveredState, d)))
	must(t, l.Skip(t.Context(), []notify.Outcome{outcome(notify.Skipped, orderDelivery("d2"))}))
	if r, err := l.ByEvent(t.Context(), d.Event.ID); err != nil || len(r.Deliveries) != 1 || len(r.Deliveries[0].Story) != 3 {
		t.Errorf("ByEvent = %+v, %v", r, err)
	}
	if r, err := l.ByUser(t.Context(), "890", 10); err != nil || len(r) != 2 {
		t.Errorf("ByUser = %+v, %v", r, err)
	}
	if got := audit(t, l, time.Time{}, jobsOf{}); got.Sent != 1 || !got.Holds() {
		t.Errorf("audit = %+v", got)
	}
}
