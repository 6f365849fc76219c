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

// Router says who hears of events, how, and who does not and why, by the events' places.
type Router interface {
	RouteAll(ctx context.Context, events []notify.Event) ([]notify.Plan, []error)
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
// part is learnt and planned. Parts are large enough to share their round trips.
const (
	partSize    = 128
	partsAtOnce = 4
)

// Dispatch makes jobs of a batch of events and answers for each: nil means that all its
// jobs are durable and its entry may be acknowledged. Errors that are not the event's
// fault wrap [notify.ErrUnavailable].
//
// Parts are learnt one after the other, in the order of the events: a part is routed when
// all before it, and it itself, are learnt. A part's panic is the caller's, who tries the
// events alone.
func (p *Dispatcher) Dispatch(ctx context.Context, events []notify.Event) []error {
	parts := slices.Collect(slices.Chunk(events, partSize))
	answers, panics := make([][]error, len(parts)), make([]any, len(parts))
	var g errgroup.Group
	g.SetLimit(partsAtOnce)
	var away error
	for i, part := range parts {
		if away == nil {
			away = p.Learner.Learn(ctx, part)
		}
		if away != nil {
			answers[i] = all(len(part), unavailable("learn", away))
			continue
		}
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

// route plans the events; for those that are too old there is nothing to plan.
func (p *Dispatcher) route(ctx context.Context, events []notify.Event) ([]notify.Plan, []error) {
	plans, errs := make([]notify.Plan, len(events)), make([]error, len(events))
	fresh, place := make([]notify.Event, 0, len(events)), make([]int, 0, len(events))
	for i, e := range events {
		if p.MaxAge > 0 && p.Now().Sub(e.Time) > p.MaxAge {
			plans[i] = p.tooOld(e)
			continue
		}
		fresh, place = append(fresh, e), append(place, i)
	}
	if len(fresh) == 0 {
		return plans, errs
	}
	planned, failed := p.plan(ctx, fresh)
	for i, at := range place {
		plans[at], errs[at] = planned[i], failed[i]
	}
	return plans, errs
}

// plan routes events together. A panic in a rule is its event's error, not the others' and
// not the daemon's end: then each is routed alone.
func (p *Dispatcher) plan(ctx context.Context, events []notify.Event) ([]notify.Plan, []error) {
	plans, errs, ok := p.guarded(ctx, events)
	if ok {
		return plans, errs
	}
	for i := range events {
		one, err, _ := p.guarded(ctx, events[i:i+1])
		plans[i], errs[i] = one[0], err[0]
	}
	return plans, errs
}

// guarded survives a panic, and then answers for each event that it was there.
func (p *Dispatcher) guarded(ctx context.Context, events []notify.Event) (plans []notify.Plan, errs []error, ok bool) {
	defer func() {
		if r := recover(); r != nil {
			p.Log.Error().Int("events", len(events)).Str("event_type", events[0].Type).Str("event_id", events[0].ID).
				Bytes("stack", debug.Stack()).Msg("Routing panicked")
			plans, errs = make([]notify.Plan, len(events)), all(len(events), fmt.Errorf("routing %s panicked", events[0].Type))
		}
	}()
	plans, errs = p.Router.RouteAll(ctx, events)
	return plans, errs, true
}

func (p *Dispatcher) tooOld(e notify.Event) notify.Plan {
	return notify.Plan{Skip: []notify.Outcome{{
		Status: notify.Skipped, Time: p.Now(), Reason: notify.ReasonTooOld,
		Detail:   fmt.Sprintf("older than %s when it was read", p.MaxAge),
		Delivery: notify.Delivery{ID: notify.DeliveryID(e.ID, notify.Recipient{Role: "none"}, "", e.Type, ""), Event: e},
	}}}
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
