package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vondi-global/notifications/internal/ledger"
	"github.com/vondi-global/notifications/internal/notify"
)

// errUnaccounted ends "dev --once" with exit code 1.
var errUnaccounted = errors.New("not every event is accounted for")

const (
	// settleTimeout bounds the wait of --once.
	settleTimeout = 30 * time.Second
	// soon is how near a retry must be for --once to wait for it. A later one is told with
	// its time.
	soon = 5 * time.Second
)

// event is one that was published.
type event struct{ typ, id string }

// fate is what became of an event, or of one of its deliveries.
type fate struct {
	person, channel, outcome string
	state                    string // for the totals
	over                     bool   // nothing more will happen soon
	lost                     bool   // nobody knows of it any more
}

// settle waits until everything that was published has settled, and prints what became of
// it.
func (d *dev) settle(ctx context.Context, published []event) error {
	wait, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		fates, err := d.fates(ctx, published)
		if err == nil && over(fates) {
			return d.report(published, fates)
		}
		select {
		case <-wait.Done():
			return errors.Join(err, d.report(published, fates))
		case <-tick.C:
		}
	}
}

func over(fates [][]fate) bool {
	return !slices.ContainsFunc(fates, func(list []fate) bool {
		return len(list) == 0 || slices.ContainsFunc(list, func(f fate) bool { return !f.over })
	})
}

// fates asks the ledger and the dead letters for every event, in the order of publishing.
func (d *dev) fates(ctx context.Context, published []event) ([][]fate, error) {
	dead, err := d.deadEvents(ctx)
	if err != nil {
		return nil, err
	}
	list := make([][]fate, len(published))
	for i, e := range published {
		r, err := d.ledger.ByEvent(ctx, e.id)
		switch {
		case dead[e.id] != "":
			list[i] = []fate{{outcome: "dead (" + dead[e.id] + ")", state: "dead", over: true}}
		case errors.Is(err, ledger.ErrNoEvent): // not read yet
		case err != nil:
			return nil, err
		default:
			if list[i], err = d.deliveries(ctx, r); err != nil {
				return nil, err
			}
		}
	}
	return list, nil
}

func (d *dev) deadEvents(ctx context.Context) (map[string]string, error) {
	letters, err := d.dead.List(ctx, "", 1000)
	reasons := map[string]string{}
	for _, l := range letters {
		if l.Kind == notify.DeadEntry {
			reasons[l.EventID] = l.Reason
		}
	}
	return reasons, err
}

// deliveries is what became of an event's plan.
func (d *dev) deliveries(ctx context.Context, r ledger.EventRecord) ([]fate, error) {
	var list []fate
	for _, role := range r.Waiting {
		list = append(list, fate{person: role, outcome: "waiting for somebody in that role", state: "waiting"})
	}
	for i, rec := range r.Deliveries {
		f, err := d.fate(ctx, r.Plan[i], rec)
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	slices.SortStableFunc(list, func(a, b fate) int { return cmp.Compare(a.person, b.person) })
	return list, nil
}

func (d *dev) fate(ctx context.Context, planned ledger.Kept, rec ledger.Record) (fate, error) {
	f := fate{person: person(planned), channel: string(planned.Channel), outcome: string(rec.State), state: string(rec.State), over: rec.State.Settled()}
	if last := lastEntry(rec); last != nil {
		f.outcome = outcome(*last)
	}
	if f.over {
		return f, nil
	}
	job := []notify.Delivery{{ID: planned.ID, Channel: planned.Channel, Priority: planned.Priority}}
	has, err := d.queue.Has(ctx, job)
	if err != nil {
		return f, err
	}
	f.lost = !has[0]
	if rec.State == ledger.Planned {
		waits, err := d.queue.Scheduled(ctx, job)
		if err != nil {
			return f, err
		}
		if waits[0] {
			f.outcome, f.state, f.over = "waits: only if nothing else reaches them", "in reserve", true
		}
	}
	if last := lastEntry(rec); last != nil && last.Status == notify.Retried && time.Until(last.NextAt) > soon {
		f.over = true
	}
	return f, nil
}

// lastEntry is the last word on a delivery: what was suppressed as a duplicate is none.
func lastEntry(rec ledger.Record) *notify.Outcome {
	for _, e := range slices.Backward(rec.Story) {
		if e.Outcome.Reason != notify.ReasonDuplicate {
			return &e.Outcome
		}
	}
	return nil
}

// report prints the table: event → person → channel → outcome.
func (d *dev) report(published []event, fates [][]fate) error {
	rows := [][4]string{{"EVENT", "PERSON", "CHANNEL", "OUTCOME"}}
	totals := map[string]int{}
	lost := 0
	for i, e := range published {
		list := fates[i]
		if len(list) == 0 {
			list = []fate{{outcome: "not read", state: "not read", lost: true}}
		}
		for j, f := range list {
			name := e.typ
			if j > 0 {
				name = ""
			}
			rows = append(rows, [4]string{name, cmp.Or(f.person, "–"), f.channel, f.outcome})
			totals[f.state]++
			if f.lost {
				lost++
			}
		}
	}
	writeRows(d.world.Out, rows)
	fmt.Fprintf(d.world.Out, "\n%d events: %s\n", len(published), sum(totals))
	if lost > 0 {
		return fmt.Errorf("%w: %d are lost", errUnaccounted, lost)
	}
	return nil
}

func person(k ledger.Kept) string {
	if k.UserID == "" {
		return k.Role
	}
	return k.Role + " " + k.UserID
}

func outcome(o notify.Outcome) string {
	switch {
	case o.Status == notify.Retried:
		return fmt.Sprintf("retried (%s), next attempt at %s", o.Reason, o.NextAt.Local().Format(time.TimeOnly))
	case o.Reason != "" && o.Detail != "":
		return fmt.Sprintf("%s (%s: %s)", o.Status, o.Reason, o.Detail)
	case o.Reason != "":
		return fmt.Sprintf("%s (%s)", o.Status, o.Reason)
	case o.Attempt > 1:
		return fmt.Sprintf("%s at attempt %d", o.Status, o.Attempt)
	}
	return string(o.Status)
}

func sum(totals map[string]int) string {
	parts := make([]string, 0, len(totals))
	for _, s := range slices.Sorted(maps.Keys(totals)) {
		parts = append(parts, fmt.Sprintf("%d %s", totals[s], s))
	}
	return strings.Join(parts, ", ")
}

func writeRows(w io.Writer, rows [][4]string) {
	var widths [4]int
	for _, r := range rows {
		for i, cell := range r {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, r := range rows {
		for i, cell := range r[:3] {
			fmt.Fprint(w, cell, strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
		}
		fmt.Fprintln(w, r[3])
	}
}
