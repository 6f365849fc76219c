package ctl

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/ledger"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/pipeline"
)

// door is the daemon's own way in, with a look at what was there before.
type door struct {
	*platform
	maxAge time.Duration
	dry    bool // only look
}

// tally is what came of events at the door.
type tally struct {
	events     int
	unreadable int
	fresh      map[string]map[notify.Channel]int // type → channel → deliveries that are made
	before     map[string]int                    // state → deliveries that were there
	skips      map[string]int                    // reason → deliveries that are not made
	waiting    int                               // events that wait for somebody
	broadcasts int
}

func newTally() tally {
	return tally{fresh: map[string]map[notify.Channel]int{}, before: map[string]int{}, skips: map[string]int{}}
}

func (t *tally) made() int {
	n := 0
	for _, channels := range t.fresh {
		for _, c := range channels {
			n += c
		}
	}
	return n
}

// pass lets events through, in their order.
func (d door) pass(ctx context.Context, t *tally, events []notify.Event) error {
	if len(events) == 0 {
		return nil
	}
	before, err := d.before(ctx, events)
	if err != nil {
		return err
	}
	plans, err := d.plans(ctx, events)
	if err != nil {
		return err
	}
	for i, e := range events {
		t.count(e.Type, plans[i], before)
	}
	return nil
}

// inFlight is the state of a delivery that has a job.
const inFlight = "in flight"

// before says of the deliveries that were planned already how they stand. Those that have
// neither an end nor a job are left out: they are made now.
func (d door) before(ctx context.Context, events []notify.Event) (map[string]string, error) {
	states := map[string]string{}
	var open []notify.Delivery
	for _, e := range events {
		r, err := d.ledger.ByEvent(ctx, e.ID)
		if err != nil && !errors.Is(err, ledger.ErrNoEvent) {
			return nil, err
		}
		for i, k := range r.Plan {
			if state := r.Deliveries[i].State; state.Settled() {
				states[k.ID] = string(state)
			} else {
				open = append(open, notify.Delivery{ID: k.ID, Channel: k.Channel, Priority: k.Priority})
			}
		}
	}
	if len(open) == 0 {
		return states, nil
	}
	has, err := d.queue.Has(ctx, open)
	for i, yes := range has {
		if yes {
			states[open[i].ID] = inFlight
		}
	}
	return states, err
}

// plans are what the events come to: looked at only, or dispatched.
func (d door) plans(ctx context.Context, events []notify.Event) ([]notify.Plan, error) {
	p := d.dispatcher(d.maxAge)
	watched := &watchedKeeper{Keeper: p.Keeper, plans: map[string]notify.Plan{}, dry: d.dry}
	p.Keeper = watched
	if d.dry {
		p.Learner, p.Queue = nobodyLearns{}, nothingQueued{}
	}
	if err := errors.Join(p.Dispatch(ctx, events)...); err != nil {
		return nil, err
	}
	plans := make([]notify.Plan, len(events))
	for i, e := range events {
		plans[i] = watched.plans[e.ID]
	}
	return plans, nil
}

func (t *tally) count(typ string, plan notify.Plan, before map[string]string) {
	t.events++
	t.broadcasts += len(plan.Broadcast)
	if len(plan.Missing) > 0 {
		t.waiting++
	}
	for _, d := range plan.Send {
		if state := before[d.ID]; state != "" {
			t.before[state]++
			continue
		}
		if t.fresh[typ] == nil {
			t.fresh[typ] = map[notify.Channel]int{}
		}
		t.fresh[typ][d.Channel]++
	}
	for _, o := range plan.Skip {
		if state := before[o.Delivery.ID]; state != "" {
			t.before[state]++
		} else {
			t.skips[o.Reason]++
		}
	}
}

// watchedKeeper remembers the plans that pass by.
type watchedKeeper struct {
	pipeline.Keeper
	plans map[string]notify.Plan
	dry   bool
}

func (w *watchedKeeper) Keep(ctx context.Context, planned []notify.Planned) error {
	for _, p := range planned {
		w.plans[p.Event.ID] = p.Plan
	}
	if w.dry {
		return nil
	}
	return w.Keeper.Keep(ctx, planned)
}

func (w *watchedKeeper) Skip(ctx context.Context, skips []notify.Outcome) error {
	if w.dry {
		return nil
	}
	return w.Keeper.Skip(ctx, skips)
}

// nobodyLearns and nothingQueued let a dry run pass without a trace.
type nobodyLearns struct{}

func (nobodyLearns) Learn(context.Context, []notify.Event) error { return nil }

type nothingQueued struct{}

func (nothingQueued) Enqueue(context.Context, []notify.Delivery) error { return nil }
func (nothingQueued) Later(context.Context, notify.Event, int, time.Duration) error {
	return nil
}
func (nothingQueued) Broadcast(context.Context, notify.Broadcast) error { return nil }

// tallyView is a tally as programs read it.
type tallyView struct {
	Events     int                               `json:"events"`
	Unreadable int                               `json:"unreadable"`
	Made       map[string]map[notify.Channel]int `json:"made"`
	Before     map[string]int                    `json:"before"`
	Skipped    map[string]int                    `json:"skipped"`
	Waiting    int                               `json:"waiting"`
	Broadcasts int                               `json:"broadcasts"`
}

func (t tally) view() tallyView {
	return tallyView{t.events, t.unreadable, t.fresh, t.before, t.skips, t.waiting, t.broadcasts}
}

// table says it for people.
func (t tally) table(made string) table {
	out := table{head: []string{"COUNT", "WHAT"}}
	add := func(n int, format string, args ...any) {
		if n > 0 {
			out.add(fmt.Sprint(n), fmt.Sprintf(format, args...))
		}
	}
	out.add(fmt.Sprint(t.events), "events in all")
	for _, typ := range slices.Sorted(maps.Keys(t.fresh)) {
		for _, ch := range slices.Sorted(maps.Keys(t.fresh[typ])) {
			add(t.fresh[typ][ch], "deliveries of %s by %s %s", typ, ch, made)
		}
	}
	for _, state := range slices.Sorted(maps.Keys(t.before)) {
		add(t.before[state], "deliveries were %s before, and stay so", state)
	}
	for _, reason := range slices.Sorted(maps.Keys(t.skips)) {
		add(t.skips[reason], "not sent: %s", reasonWords(reason, ""))
	}
	add(t.waiting, "events wait for somebody who is not known yet")
	add(t.broadcasts, "large audiences, each told by a broadcast")
	add(t.unreadable, "can't be read")
	return out
}

// brief is the tally of one event in one line.
func (t tally) brief(dry bool) string {
	made := "made"
	if dry {
		made = "would be made"
	}
	var parts []string
	if n := t.made(); n > 0 {
		parts = append(parts, plural(n, "delivery")+" "+made)
	}
	for _, state := range slices.Sorted(maps.Keys(t.before)) {
		parts = append(parts, fmt.Sprintf("%d %s before", t.before[state], state))
	}
	for _, reason := range slices.Sorted(maps.Keys(t.skips)) {
		parts = append(parts, fmt.Sprintf("%d not sent: %s", t.skips[reason], reasonWords(reason, "")))
	}
	if t.waiting > 0 {
		parts = append(parts, "waits for somebody who is not known yet")
	}
	if t.broadcasts > 0 {
		parts = append(parts, "a large audience is told by a broadcast")
	}
	if len(parts) == 0 {
		return "nothing to send"
	}
	return strings.Join(parts, ", ")
}
