package channels

import (
	"context"
	"errors"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

// Sender hands a message to a provider.
type Sender interface {
	Send(ctx context.Context, to notify.Address, m notify.Message) (notify.Receipt, error)
}

// Guard is a Sender behind its provider's breaker and pace. What they hold back is a
// [notify.Postponed]: nothing was sent, and no attempt is lost.
type Guard struct {
	Sender  Sender
	Held    func(ctx context.Context) (*notify.Postponed, error) // an operator's will; nil: nobody's
	Breaker *Breaker
	Pace    *Pace                           // nil: the provider has no limits
	Limits  func(to notify.Address) []Limit // the provider's limits for a recipient; where there are none, it isn't paced
}

// pauseDefault is for a provider that is throttling and doesn't say for how long.
const pauseDefault = 5 * time.Second

// Send asks the operator's will, the breaker and the pace, then sends. Whatever the provider
// answers, the latter two learn from it.
func (g *Guard) Send(ctx context.Context, to notify.Address, m notify.Message) (notify.Receipt, error) {
	if p := g.held(ctx); p != nil {
		return notify.Receipt{}, p
	}
	before := g.Breaker.State()
	done, err := g.Breaker.Allow()
	if err != nil {
		return notify.Receipt{}, err
	}
	r, err := g.paced(ctx, to, m, done)
	if before != Closed && g.Breaker.State() == Closed && g.Pace != nil {
		_ = g.Pace.SlowStart(ctx) // Redis away: then nothing is sent anyway
	}
	return r, err
}

// held says whether an operator holds the provider back. While nobody can be asked, he may.
func (g *Guard) held(ctx context.Context) *notify.Postponed {
	if g.Held == nil {
		return nil
	}
	p, err := g.Held(ctx)
	if err != nil {
		return &notify.Postponed{After: unavailable, Reason: "holds_unavailable"}
	}
	return p
}

// errPanicked is the outcome of a sender that panicked: nobody knows.
var errPanicked = &notify.SendError{Fault: notify.Unknown, Provider: "?", Err: errors.New("the sender panicked")}

func (g *Guard) paced(ctx context.Context, to notify.Address, m notify.Message, done func(error)) (r notify.Receipt, err error) {
	err = errPanicked
	defer func() { done(err) }()
	pace, limits := g.Pace, g.limits(to)
	if len(limits) == 0 {
		pace = nil
	}
	if pace != nil {
		if err = pace.Take(ctx, limits...); err != nil {
			return notify.Receipt{}, err
		}
		err = errPanicked
	}
	r, err = g.Sender.Send(ctx, to, m)
	if se, ok := errors.AsType[*notify.SendError](err); ok && se.Fault == notify.Throttled && pace != nil {
		if se.RetryAfter == 0 {
			se.RetryAfter = pauseDefault
		}
		_ = pace.Pause(ctx, se.RetryAfter, limits...) // the message itself waits in any case
	}
	return r, err
}

func (g *Guard) limits(to notify.Address) []Limit {
	if g.Limits == nil {
		return nil
	}
	return g.Limits(to)
}
