package pipeline

import (
	"context"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

// batch is what a round of dispatching has to make durable.
type batch struct {
	planned    []notify.Planned
	deliveries []notify.Delivery
	skips      []notify.Outcome
	later      []notify.Event
	step       int
	broadcasts []notify.Broadcast
}

func (p *Dispatcher) gather(events []notify.Event, plans []notify.Plan, errs []error, step int) batch {
	b := batch{step: step}
	for i, plan := range plans {
		if errs[i] != nil {
			continue
		}
		if len(plan.Missing) > 0 {
			if step < len(p.Waits) {
				b.later = append(b.later, events[i])
			} else {
				plan.Skip = append(plan.Skip, p.nobody(events[i], plan.Missing)...)
			}
		}
		plan.Send = append(plan.Send, fallbacks(plan)...)
		b.planned = append(b.planned, notify.Planned{Event: events[i], Plan: plan, Expires: latest(events[i], plan)})
		b.deliveries = append(b.deliveries, plan.Send...)
		b.skips = append(b.skips, plan.Skip...)
		b.broadcasts = append(b.broadcasts, plan.Broadcast...)
	}
	return b
}

// fallbacks are jobs too: each looks at its time whether it is needed.
func fallbacks(plan notify.Plan) []notify.Delivery {
	list := make([]notify.Delivery, len(plan.Fallback))
	for i, f := range plan.Fallback {
		list[i] = f.Delivery
		list[i].NotBefore, list[i].Unless = f.At, f.Unless
	}
	return list
}

// commit makes the batch durable. Events come before the jobs that refer to them; skips
// come last, because a skip that is logged twice is worse than one that is logged late.
func (p *Dispatcher) commit(ctx context.Context, b batch) error {
	if len(b.planned) == 0 {
		return nil
	}
	if err := p.Keeper.Keep(ctx, b.planned); err != nil {
		return unavailable("keep", err)
	}
	if err := p.enqueue(ctx, b); err != nil {
		return unavailable("enqueue", err)
	}
	if len(b.skips) > 0 {
		if err := p.Keeper.Skip(ctx, b.skips); err != nil {
			return unavailable("record skips", err)
		}
	}
	if p.Barrier == nil {
		return nil
	}
	return unavailable("replicas", p.Barrier.Wait(ctx))
}

func (p *Dispatcher) enqueue(ctx context.Context, b batch) error {
	if b.step > 0 {
		if err := p.leaveOut(ctx, &b); err != nil {
			return err
		}
	}
	if len(b.deliveries) > 0 {
		if err := p.Queue.Enqueue(ctx, b.deliveries); err != nil {
			return err
		}
	}
	for _, e := range b.later {
		if err := p.Queue.Later(ctx, e, b.step+1, p.Waits[b.step]); err != nil {
			return err
		}
	}
	for _, bc := range b.broadcasts {
		if err := p.Queue.Broadcast(ctx, bc); err != nil {
			return err
		}
	}
	return nil
}

// leaveOut leaves out what has ended while the event waited for somebody else. Its job is
// gone from the queue: enqueued again, it would run into its marker and be logged as a
// duplicate at each step.
func (p *Dispatcher) leaveOut(ctx context.Context, b *batch) error {
	if len(b.deliveries) == 0 {
		return nil
	}
	ids := make([]string, len(b.deliveries))
	for i, d := range b.deliveries {
		ids[i] = d.ID
	}
	settled, err := p.Keeper.Settled(ctx, ids)
	if err != nil {
		return err
	}
	var open []notify.Delivery
	for i, d := range b.deliveries {
		if !settled[i] {
			open = append(open, d)
		}
	}
	b.deliveries = open
	return nil
}

// nobody are the skips of roles in which nobody turned up.
func (p *Dispatcher) nobody(e notify.Event, roles []string) []notify.Outcome {
	skips := make([]notify.Outcome, len(roles))
	for i, role := range roles {
		to := notify.Recipient{Role: role}
		skips[i] = notify.Outcome{
			Status: notify.Skipped, Time: p.Now(), Reason: notify.ReasonNoRecipient, Detail: role,
			Delivery: notify.Delivery{ID: notify.DeliveryID(e.ID, to, "", e.Type, ""), Event: e, To: to},
		}
	}
	return skips
}

// latest is the time until which the event's record is needed.
func latest(e notify.Event, plan notify.Plan) time.Time {
	t := e.Time
	for _, d := range plan.Send {
		if d.Expires.After(t) {
			t = d.Expires
		}
	}
	return t
}
