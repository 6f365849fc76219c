package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

// Settle records how a delivery ended: marker, log entry and histories at once. first says
// whether it was this outcome that ended it. The caller's cancellation does not stop it,
// and it is tried for [Config.SettleFor]: what it records has happened already.
func (l *Ledger) Settle(ctx context.Context, o notify.Outcome) (first bool, err error) {
	one := l.settlement(o, "")
	for until := time.Now().Add(l.cfg.SettleFor); ; {
		first, err := l.settles.Do(ctx, one)
		if err == nil {
			return first, nil
		}
		if errors.Is(err, redis.ErrClosed) || time.Now().Add(settlePause).After(until) {
			return false, fmt.Errorf("settle: %w", err)
		}
		<-time.After(settlePause)
	}
}

// settlePause is the wait between two tries of settling; go-redis waits by itself too.
const settlePause = 200 * time.Millisecond

// Skip records deliveries that are not made, each once, whatever the reason it is given
// when the event comes again. A delivery that was planned before is left to its job.
func (l *Ledger) Skip(ctx context.Context, skips []notify.Outcome) error {
	for some := range slices.Chunk(skips, settledTogether) {
		calls := make([]call, len(some))
		for i, o := range some {
			calls[i] = l.settlement(o, "1")
		}
		if _, err := l.settleAll(ctx, calls); err != nil {
			return fmt.Errorf("skip: %w", err)
		}
	}
	return nil
}

// settledTogether is how many deliveries one script ends: Redis does nothing else meanwhile.
const settledTogether = 32

// settleAll ends deliveries with one script and says of each whether it was this call that
// ended it.
func (l *Ledger) settleAll(ctx context.Context, calls []call) ([]bool, error) {
	all := merged(calls)
	answers, err := settleScript.Run(ctx, l.client, all.keys, all.args...).Int64Slice()
	if err != nil {
		return nil, err
	}
	first := make([]bool, len(calls))
	for i := range first {
		first[i] = answers[i] == 1
	}
	return first, nil
}

func (l *Ledger) settlement(o notify.Outcome, untouched string) call {
	d := o.Delivery
	id, indexed := outcomeID(o), ""
	if o.MessageID != "" && slices.Contains(l.cfg.Receipts, d.Channel) {
		indexed = "1"
	}
	args := append(l.common(o), string(o.Status), o.Reason, o.MessageID, indexed, untouched)
	marker, entry := fields{}, encode(o)
	marker.count("n", int64(o.Attempt)).text("r", o.Reason).text("p", o.Provider).text("m", o.MessageID)
	return call{
		keys: []string{rediskeys.Delivery(id), rediskeys.Log, rediskeys.ByUser(d.To.UserID), rediskeys.ByProviderID(o.Provider, o.MessageID)},
		args: slices.Concat(args, []any{len(marker), len(entry)}, marker, entry),
	}
}

// common are the first arguments of a script that records: token to event id.
func (l *Ledger) common(o notify.Outcome) []any {
	history := any("")
	if o.Delivery.To.UserID != "" {
		history = l.cfg.PerHistory
	}
	how, bound := l.bound()
	return []any{l.token(), l.life(), how, bound, history, outcomeID(o), o.Delivery.Event.ID}
}

// oldest is how many entries pass between two looks for those that are too old.
const oldest = 64

// bound is how an entry bounds the log, as XADD says it: by its length, now and then by age.
// An XADD takes one bound only, and a trim of its own would cost as much as the entry.
func (l *Ledger) bound() (how string, bound int64) {
	if l.records.Add(1)%oldest == 0 {
		return "MINID", l.now().Add(-l.cfg.LogAge).UnixMilli()
	}
	return "MAXLEN", l.cfg.LogEntries
}

// outcomeID is the delivery's id, made up where none was planned.
func outcomeID(o notify.Outcome) string {
	d := o.Delivery
	if d.ID != "" {
		return d.ID
	}
	return notify.DeliveryID(d.Event.ID, d.To, d.Channel, d.Message, d.Device)
}

// Retry records an attempt that failed and frees the delivery for the next one. Where the
// provider may have taken it, every later claim is ambiguous.
func (l *Ledger) Retry(ctx context.Context, o notify.Outcome) error {
	d, unsure := o.Delivery, ""
	if !o.Unsent || o.MaybeDuplicate {
		unsure = "1"
	}
	keys := []string{rediskeys.Delivery(d.ID), rediskeys.Log, rediskeys.ByUser(d.To.UserID)}
	args := slices.Concat(l.common(o), []any{l.owner, o.Attempt, o.Reason, unsure}, encode(o))
	if err := retryScript.Run(ctx, l.pipe, keys, args...).Err(); err != nil {
		return fmt.Errorf("retry: %w", err)
	}
	return nil
}

// Note logs what does not change the state of a delivery: a duplicate that was suppressed,
// or a provider's later word, which counts once however often it is said.
func (l *Ledger) Note(ctx context.Context, o notify.Outcome) error {
	word := ""
	if o.Status == notify.DeliveredState || o.Status == notify.Bounced {
		word = string(o.Status)
	}
	keys := []string{rediskeys.Delivery(o.Delivery.ID), rediskeys.Log}
	how, bound := l.bound()
	args := slices.Concat([]any{l.token(), word, how, bound}, encode(o))
	if err := noteScript.Run(ctx, l.pipe, keys, args...).Err(); err != nil {
		return fmt.Errorf("note: %w", err)
	}
	return nil
}
