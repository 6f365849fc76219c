package ledger

import (
	"errors"
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

func TestForgetErasesWhatIsOver(t *testing.T) {
	l, client := start(t)
	over, shared := orderEvent("event-over"), orderEvent("event-shared")
	his, hers, others := of(over, "d1", "890"), of(shared, "d2", "890"), of(shared, "d3", "891")
	must(t, l.Keep(t.Context(), []notify.Planned{planned(over, his), planned(shared, hers, others)}))
	for _, d := range []notify.Delivery{his, hers} {
		mustClaim(t, l, d, time.Minute)
		mustSettle(t, l, sent(d, "m-"+d.ID))
	}
	must(t, l.Forget(t.Context(), "890"))
	if _, err := l.Event(t.Context(), over.ID); !errors.Is(err, ErrNoEvent) {
		t.Errorf("an event that is over still stands: %v", err)
	}
	if _, err := l.Event(t.Context(), shared.ID); err != nil {
		t.Errorf("somebody else still waits for this one: %v", err)
	}
	if n := client.Exists(t.Context(), rediskeys.ByUser("890")).Val(); n != 0 {
		t.Error("the history still stands")
	}
	mustClaim(t, l, others, time.Minute)
	mustSettle(t, l, sent(others, "m-3"))
	must(t, l.Forget(t.Context(), "nobody"))
}
