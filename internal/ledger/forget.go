package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/vondi-global/notifications/internal/rediskeys"
)

// Forget erases what the ledger keeps of a person: their history, and the events that were
// told to them, whose payloads may hold addresses. An event of which something is still
// under way stays until its life ends: others are waiting for it, and the erased person's
// own part is skipped when its turn comes. The delivery log keeps the bare user id, as
// evidence that somebody was told, until it is trimmed; it never held an address.
func (l *Ledger) Forget(ctx context.Context, userID string) error {
	history, err := l.ByUser(ctx, userID, l.cfg.PerHistory)
	if err != nil {
		return fmt.Errorf("forget: %w", err)
	}
	seen := map[string]bool{}
	for _, r := range history {
		if seen[r.EventID] {
			continue
		}
		seen[r.EventID] = true
		if err := l.forgetEvent(ctx, r.EventID); err != nil {
			return fmt.Errorf("forget: %w", err)
		}
	}
	return l.client.Del(ctx, rediskeys.ByUser(userID)).Err()
}

func (l *Ledger) forgetEvent(ctx context.Context, eventID string) error {
	e, err := l.ByEvent(ctx, eventID)
	if errors.Is(err, ErrNoEvent) {
		return nil
	}
	if err != nil {
		return err
	}
	if len(e.Waiting) > 0 {
		return nil
	}
	for _, r := range e.Deliveries {
		if !r.State.Settled() {
			return nil
		}
	}
	return l.client.Del(ctx, rediskeys.Event(eventID)).Err()
}
