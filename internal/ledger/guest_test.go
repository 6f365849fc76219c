package ledger

import (
	"errors"
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

func TestAGuestIsFoundByAddressAndForgotten(t *testing.T) {
	l, client := start(t)
	ana := notify.Address{Channel: notify.Email, Value: "ana@example.com"}.Key()
	l.cfg.Guests = func(notify.Event) []string { return []string{ana} }
	toGuest, toUser := orderEvent("event-guest"), orderEvent("event-user")
	d := of(toGuest, "d1", "")
	d.To.Guest = true
	must(t, l.Keep(t.Context(), []notify.Planned{planned(toGuest, d), planned(toUser, of(toUser, "d2", "890"))}))
	mustClaim(t, l, d, time.Minute)
	mustSettle(t, l, sent(d, "m-1"))

	found, err := l.ByGuest(t.Context(), ana, 10)
	must(t, err)
	if len(found) != 1 || found[0].Event.ID != toGuest.ID || found[0].Deliveries[0].State != Sent {
		t.Fatalf("found %+v, want what the guest was sent", found)
	}
	must(t, l.ForgetAddress(t.Context(), ana))
	if _, err := l.Event(t.Context(), toGuest.ID); !errors.Is(err, ErrNoEvent) {
		t.Errorf("the guest's event still stands: %v", err)
	}
	if n := client.Exists(t.Context(), rediskeys.ByEntity("guest:"+ana)).Val(); n != 0 {
		t.Error("the guest's history still stands")
	}
	if _, err := l.Event(t.Context(), toUser.ID); err != nil {
		t.Errorf("another's event is gone: %v", err)
	}
}
