package channels

import (
	"context"
	"errors"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

// Failover is an ordered list of providers for one channel. The next one is tried where a
// provider certainly did not take the message and another may: it is away, throttling, held
// back or set up wrong. A rejected message, a dead address and an unknown outcome end it.
type Failover []Sender

// Send tries the providers in order. Each gets an equal share of the time that is left, so
// that one that hangs leaves some for the others. When all fail, the error is the one that
// costs the message least to wait for.
func (f Failover) Send(ctx context.Context, to notify.Address, m notify.Message) (notify.Receipt, error) {
	var worst error
	for i, s := range f {
		r, err := within(ctx, len(f)-i, func(ctx context.Context) (notify.Receipt, error) { return s.Send(ctx, to, m) })
		if err == nil || !another(err) {
			return r, err
		}
		worst = milder(worst, err)
		if ctx.Err() != nil {
			break
		}
	}
	if worst == nil {
		worst = &notify.SendError{Fault: notify.Misconfigured, Provider: "none", Err: errors.New("no provider is configured")}
	}
	return notify.Receipt{}, worst
}

func within(ctx context.Context, shares int, send func(context.Context) (notify.Receipt, error)) (notify.Receipt, error) {
	deadline, ok := ctx.Deadline()
	if !ok || shares == 1 {
		return send(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Until(deadline)/time.Duration(shares))
	defer cancel()
	return send(ctx)
}

// another says whether a further provider may be tried.
func another(err error) bool {
	if _, ok := errors.AsType[*notify.Postponed](err); ok {
		return true
	}
	switch notify.FaultOf(err) {
	case notify.Temporary, notify.Throttled, notify.Misconfigured:
		return true
	case notify.Rejected, notify.Unreachable, notify.Unknown:
	}
	return false
}

// milder picks the error that brings the message back soonest at no cost: a postponement,
// then a throttling, then a wrong setup, then an outage. Of two alike, the shorter wait.
func milder(a, b error) error {
	if a == nil {
		return b
	}
	ra, wa := rank(a)
	rb, wb := rank(b)
	if rb < ra || rb == ra && wb < wa {
		return b
	}
	return a
}

func rank(err error) (int, time.Duration) {
	if p, ok := errors.AsType[*notify.Postponed](err); ok {
		if p.Reason == ReasonHeld {
			return 2, p.After
		}
		return 0, p.After
	}
	se, ok := errors.AsType[*notify.SendError](err)
	switch {
	case ok && se.Fault == notify.Throttled:
		return 1, se.RetryAfter
	case ok && se.Fault == notify.Misconfigured:
		return 2, 0
	}
	return 3, 0
}
