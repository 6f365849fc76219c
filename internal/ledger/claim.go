package ledger

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

// Claim asks whether a delivery may be sent now, by the caller alone. A claim that was
// never settled nor given back within the budget is ambiguous: its worker died, and
// perhaps the message went out. So is every later one of that delivery.
func (l *Ledger) Claim(ctx context.Context, d notify.Delivery, budget time.Duration) (notify.Claim, error) {
	marker := rediskeys.Delivery(d.ID)
	topics, line := marker, ""
	if d.Topic != "" {
		thing, message := aboutWhat(d.Topic)
		topics, line = rediskeys.Topics(thing), lineOf(message)
	}
	c, err := l.claims.Do(ctx, call{
		keys: []string{marker, topics, rediskeys.Event(d.Event.ID)},
		args: []any{l.token(), budget.Milliseconds(), l.life(), d.Event.ID, line, d.Event.Time.UnixMilli()},
	})
	if err != nil {
		return notify.Claim{}, fmt.Errorf("claim: %w", err)
	}
	if c.State == notify.Claimed || c.State == notify.Ambiguous {
		c.Event, c.EventErr = l.open(d.Event.ID, c.sealed)
	}
	return c.Claim, nil
}

// claimed is an answer with the event, sealed.
type claimed struct {
	notify.Claim
	sealed string
}

// claimedTogether is how many deliveries one script claims.
const claimedTogether = 64

func (l *Ledger) claimAll(ctx context.Context, calls []call) ([]claimed, error) {
	all := merged(calls)
	answers, err := claimScript.Run(ctx, l.client, all.keys, all.args...).Slice()
	if err != nil {
		return nil, err
	}
	states := []notify.ClaimState{notify.Claimed, notify.Ambiguous, notify.Settled, notify.Busy, notify.Superseded}
	claims := make([]claimed, 0, len(calls))
	for one := range slices.Chunk(answers, 3) {
		state, ok := one[0].(int64)
		if !ok || state < 0 || int(state) >= len(states) {
			return nil, fmt.Errorf("unknown answer %v", one[0])
		}
		ms, _ := one[1].(int64)
		sealed, _ := one[2].(string)
		claims = append(claims, claimed{notify.Claim{State: states[state], After: time.Duration(ms) * time.Millisecond}, sealed})
	}
	return claims, nil
}

// Release gives a claim of ours back: the provider was not asked.
func (l *Ledger) Release(ctx context.Context, d notify.Delivery) error {
	if err := releaseScript.Run(ctx, l.pipe, []string{rediskeys.Delivery(d.ID)}, l.owner).Err(); err != nil {
		return fmt.Errorf("release: %w", err)
	}
	return nil
}
