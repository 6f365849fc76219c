package pipeline

import (
	"context"
	"fmt"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

// PageSize is how many members of a large audience are planned at a time: few enough that
// nobody waits behind a page, many enough that the round trips are shared.
const PageSize = 500

// Pager plans the next members of a large audience.
type Pager interface {
	Page(ctx context.Context, b notify.Broadcast, cursor string, n int) (plan notify.Plan, next string, err error)
}

// Events finds an event by its id.
type Events interface {
	Event(ctx context.Context, id string) (notify.Event, error)
}

// Broadcaster pages through large audiences.
type Broadcaster struct {
	Events Events
	Pager  Pager
	Keeper Keeper
	Queue  interface {
		Enqueue(ctx context.Context, deliveries []notify.Delivery) error
	}
}

// Page makes jobs of one page and returns where the next begins. A page that is made twice
// is made once: its deliveries have the same ids.
func (b *Broadcaster) Page(ctx context.Context, bc notify.Broadcast, cursor string) (next string, err error) {
	if bc.Event, err = b.Events.Event(ctx, bc.Event.ID); err != nil {
		return "", fmt.Errorf("broadcast: event: %w", err)
	}
	plan, next, err := b.Pager.Page(ctx, bc, cursor, PageSize)
	if err != nil {
		return "", fmt.Errorf("broadcast: page: %w", err)
	}
	planned := []notify.Planned{{Event: bc.Event, Plan: plan, Expires: latest(bc.Event, plan)}}
	if err := b.Keeper.Keep(ctx, planned); err != nil {
		return "", unavailable("keep", err)
	}
	if err := b.Queue.Enqueue(ctx, plan.Send); err != nil {
		return "", unavailable("enqueue", err)
	}
	return next, unavailable("record skips", b.Keeper.Skip(ctx, plan.Skip))
}

// Crashed records a delivery whose worker died on its last attempt. The claim comes first:
// the worker may have settled it and died before it could say so to the queue.
func (p *Deliverer) Crashed(ctx context.Context, d notify.Delivery, attempts int) error {
	claim, err := p.Ledger.Claim(ctx, d, p.Budget)
	if err != nil {
		return unavailable("claim", err)
	}
	if claim.State == notify.Settled {
		return nil
	}
	t := try{Deliverer: p, d: d, attempt: notify.Attempt{Number: attempts}, again: true, start: p.Now()}
	o := t.outcome(notify.Failed, notify.ReasonCrashed)
	if err := p.Graveyard.Bury(ctx, t.letter(*o)); err != nil {
		return unavailable("bury", err)
	}
	if _, err := p.Ledger.Settle(ctx, *o); err != nil {
		return unavailable("settle", err)
	}
	p.Observe(*o, 0)
	return nil
}

// Stranded sets aside an event that waited for somebody and whose dispatching died.
func Stranded(ctx context.Context, g Graveyard, eventID string, step int, now time.Time) error {
	return g.Bury(ctx, notify.Letter{
		Kind: notify.DeadEntry, Key: eventID, Reason: "dispatch_failed", EventID: eventID, Tries: step, Time: now,
		Error: "the worker died each time that the event was dispatched",
	})
}
