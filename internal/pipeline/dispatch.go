package pipeline

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"github.com/vondi-global/notifications/internal/notify"
)

// Learner takes what events tell about people, in their order.
type Learner interface {
	Learn(ctx context.Context, events []notify.Event) error
}

// Router says who hears of an event, how, and who does not and why.
type Router interface {
	Route(ctx context.Context, e notify.Event) (notify.Plan, error)
}

// Keeper remembers events with their plans before anything is enqueued, records skips once
// each, and knows which deliveries have ended.
type Keeper interface {
	Keep(ctx context.Context, planned []notify.Planned) error
	Skip(ctx context.Context, skips []notify.Outcome) error
	Settled(ctx context.Context, deliveryIDs []string) ([]bool, error)
}

// Queue takes jobs. Enqueueing twice is enqueueing once.
type Queue interface {
	Enqueue(ctx context.Context, deliveries []notify.Delivery) error
	Later(ctx context.Context, e notify.Event, step int, after time.Duration) error
	Broadcast(ctx context.Context, b notify.Broadcast) error
}

// Barrier makes sure that what was written so far outlives a failover.
type Barrier interface {
	Wait(ctx context.Context) error
}

// Waits is how long an event waits, step by step, for a person whom nobody knows yet.
func Waits() []time.Duration {
	return []time.Duration{time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute}
}

// Dispatcher turns events into jobs.
type Dispatcher struct {
	Learner Learner
	Router  Router
	Keeper  Keeper
	Queue   Queue
	Barrier Barrier         // nil: none
	Tracer  Tracer          // nil: none
	MaxAge  time.Duration   // older entries are learnt from but not sent; 0: no limit
	Waits   []time.Duration // see [Waits]
	Log     zerolog.Logger
	Now     func() time.Time
}

// A batch is dispatched in parts side by side: while Redis is at one part's jobs, the next
// part is planned. Parts are large enough to share their round trips.
const (
	partSize    = 128
	partsAtOnce = 4
)

// routeAtOnce bounds how many events of a batch are routed side by side: their look-ups
// then travel in the same round trips.
const routeAtOnce = 128

// Dispatch makes jobs of a batch of events and answers for each: nil means that all its
// jobs are durable and its entry may be acknowledged. Errors that are not the event's
// fault wrap [notify.ErrUnavailable].
func (p *Dispatcher) Dispatch(ctx context.Context, events []notify.Event) []error {
	if err := p.Learner.Learn(ctx, events); err != nil {
		return all(len(events), unavailable("learn", err))
	}
	return p.inParts(ctx, slices.Collect(slices.Chunk(events, partSize)))
}

// inParts dispatches side by side. A part's panic is the caller's, who tries the events
// alone.
func (p *Dispatcher) inParts(ctx context.Context, parts [][]notify.Event) []error {
	if len(parts) == 1 {
		return p.dispatch(ctx, parts[0], 0)
	}
	answers, panics := make([][]error, len(parts)), make([]any, len(parts))
	var g errgroup.Group
	g.SetLimit(partsAtOnce)
	for i, part := range parts {
		g.Go(func() error {
			defer func() { panics[i] = recover() }()
			answers[i] = p.dispatch(ctx, part, 0)
			return nil
		})
	}
	_ = g.Wait() // the functions keep their errors in answers
	for _, broken := range panics {
		if broken != nil {
			panic(broken)
		}
	}
	return slices.Concat(answers...)
}

// Resume dispatches an event again that has waited for a person; step counts the waits
// that are behind it. The event is whole.
func (p *Dispatcher) Resume(ctx context.Context, e notify.Event, step int) error {
	return p.dispatch(ctx, []notify.Event{e}, step)[0]
}

func (p *Dispatcher) dispatch(ctx context.Context, events []notify.Event, step int) []error {
	events, done := p.traced(events)
	plans, errs := p.route(ctx, events)
	b := p.gather(events, plans, errs, step)
	if err := p.commit(ctx, b); err != nil {
		for i := range errs {
			if errs[i] == nil {
				errs[i] = err
			}
		}
	}
	done(errs)
	return errs
}

// route plans the events side by side. Its errors stand at the events' places.
func (p *Dispatcher) route(ctx context.Context, events []notify.Event) ([]notify.Plan, []error) {
	plans, errs := make([]notify.Plan, len(events)), make([]error, len(events))
	if len(events) == 1 {
		plans[0], errs[0] = p.routeOne(ctx, events[0])
		return plans, errs
	}
	var g errgroup.Group
	g.SetLimit(routeAtOnce)
	for i, e := range events {
		g.Go(func() error {
			plans[i], errs[i] = p.routeOne(ctx, e)
			return nil
		})
	}
	_ = g.Wait() // the functions keep their errors in errs
	return plans, errs
}

// routeOne plans one event. A panic in a rule is that event's error, not the daemon's end.
func (p *Dispatcher) routeOne(ctx context.Context, e notify.Event) (plan notify.Plan, err error) {
	defer func() {
		if r := recover(); r != nil {
			p.Log.Error().Str("event_type", e.Type).Str("event_id", e.ID).Bytes("stack", debug.Stack()).Msg("Routing panicked")
			err = fmt.Errorf("routing %s panicked", e.Type)
		}
	}()
	if p.MaxAge > 0 && p.Now().Sub(e.Time) > p.MaxAge {
		return p.tooOld(e), nil
	}
	return p.Router.Route(ctx, e)
}

func (p *Dispatcher) tooOld(e notify.Event) notify.Plan {
	return notify.Plan{Skip: []notify.Outcome{{
		Status: notify.Skipped, Time: p.Now(), Reason: notify.ReasonTooOld,
		Detail:   fmt.Sprintf("older than %s when it was read", p.MaxAge),
		Delivery: notify.Delivery{ID: notify.DeliveryID(e.ID, notify.Recipient{Role: "none"}, "", e.Type, ""), Event: e},
	}}}
}

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

func unavailable(step string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w: %w", step, notify.ErrUnavailable, err)
}

func all(n int, err error) []error {
	errs := make([]error, n)
	for i := range errs {
		errs[i] = err
	}
	return errs
}
