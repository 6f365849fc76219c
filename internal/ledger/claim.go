package ledger

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

// Claim asks whether a delivery may be sent now, by the caller alone. A claim that was
// never settled nor given back within the budget is ambiguous: its worker died, and
// perhaps the message went out. So is every later one of that delivery.
func (l *Ledger) Claim(ctx context.Context, d notify.Delivery, budget time.Duration) (notify.Claim, error) {
	marker, topic, at := rediskeys.Delivery(d.ID), rediskeys.Delivery(d.ID), ""
	if d.Topic != "" {
		topic, at = rediskeys.Topic(d.Topic), strconv.FormatInt(d.Event.Time.UnixMilli(), 10)
	}
	c, err := l.claims.Do(ctx, call{
		keys: []string{marker, topic},
		args: []any{l.token(), budget.Milliseconds(), l.life(), d.Event.ID, at},
	})
	if err != nil {
		return notify.Claim{}, fmt.Errorf("claim: %w", err)
	}
	return c, nil
}

// claimedTogether is how many deliveries one script claims.
const claimedTogether = 64

func (l *Ledger) claimAll(ctx context.Context, calls []call) ([]notify.Claim, error) {
	all := merged(calls)
	answers, err := claimScript.Run(ctx, l.client, all.keys, all.args...).Int64Slice()
	if err != nil {
		return nil, err
	}
	claims := make([]notify.Claim, len(calls))
	for i := range claims {
		if claims[i], err = claim(answers[2*i : 2*i+2]); err != nil {
			return nil, err
		}
	}
	return claims, nil
}

func claim(answer []int64) (notify.Claim, error) {
	states := []notify.ClaimState{notify.Claimed, notify.Ambiguous, notify.Settled, notify.Busy, notify.Superseded}
	if len(answer) != 2 || answer[0] < 0 || answer[0] >= int64(len(states)) {
		return notify.Claim{}, fmt.Errorf("claim: unknown answer %v", answer)
	}
	return notify.Claim{State: states[answer[0]], After: time.Duration(answer[1]) * time.Millisecond}, nil
}

// Release gives a claim of ours back: the provider was not asked.
func (l *Ledger) Release(ctx context.Context, d notify.Delivery) error {
	if err := releaseScript.Run(ctx, l.pipe, []string{rediskeys.Delivery(d.ID)}, l.owner).Err(); err != nil {
		return fmt.Errorf("release: %w", err)
	}
	return nil
}
