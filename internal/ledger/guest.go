package ledger

import (
	"context"
	"fmt"
	"slices"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

// guestKind begins the thing that a guest's address is to the histories: "guest:email:9f86…".
const guestKind = "guest:"

// guests are the addresses, by their fingerprints, of somebody without an account who is
// told of the event. There is no user id by which to find what they were told.
func (l *Ledger) guests(p notify.Planned) []string {
	if l.cfg.Guests == nil || !slices.ContainsFunc(p.Plan.Send, func(d notify.Delivery) bool { return d.To.Guest }) {
		return nil
	}
	keys := l.cfg.Guests(p.Event)
	for i, k := range keys {
		keys[i] = guestKind + k
	}
	return keys
}

// ByGuest are the events that were told to somebody without an account, by the address'
// fingerprint ([notify.Address.Key]); newest first, at most n.
func (l *Ledger) ByGuest(ctx context.Context, addressKey string, n int) ([]EventRecord, error) {
	return l.ByEntity(ctx, guestKind+addressKey, n)
}

// ForgetAddress erases the events that were told to a guest, as [Ledger.Forget] does a
// person's.
func (l *Ledger) ForgetAddress(ctx context.Context, addressKey string) error {
	key := rediskeys.ByEntity(guestKind + addressKey)
	events, err := l.newest(ctx, key, l.cfg.PerHistory)
	if err != nil {
		return fmt.Errorf("forget: %w", err)
	}
	for _, id := range events {
		if err := l.forgetEvent(ctx, id); err != nil {
			return fmt.Errorf("forget: %w", err)
		}
	}
	return l.client.Del(ctx, key).Err()
}
