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

	"github.com/vondi-global/notifications/internal/notify"
)

// errUnaccounted ends "dev --once" with exit code 1.
var errUnaccounted = errors.New("not every event is accounted for")

// settleTimeout is how long --once waits. Troubles that ask for long waits end as "under way".
const settleTimeout = 2 * time.Minute

// settle waits until everything that was published has settled, and prints what became of
// it.
func (d *dev) settle(ctx context.Context, published []event) error {
	ctx, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !d.quiet(ctx, published) {
		select {
		case <-ctx.Done():
			return d.report(published)
		case <-tick.C:
		}
	}
	return d.report(published)
}

// quiet says that no entry is unread or pending, no job waits, and the logbook has caught up.
func (d *dev) quiet(ctx context.Context, published []event) bool {
	stats, err := d.queue.Stats(ctx)
	if err != nil {
		return false
	}
	for _, q := range stats {
		if q.Pending+q.Active+q.Retry+q.Scheduled > 0 {
			return false
		}
	}
	known := d.logbook.byEntry()
	return !slices.ContainsFunc(published, func(e event) bool { return len(known[e.at]) == 0 })
}

// event is one that was published.
type event struct {
	typ string
	at  notify.Position
}

// report prints the table: event → person → channel → outcome.
func (d *dev) report(published []event) error {
	known := d.logbook.byEntry()
	var rows [][4]string
	totals := map[string]int{}
	open := 0
	for _, e := range published {
		outcomes := final(known[e.at])
		if len(outcomes) == 0 {
			outcomes = []notify.Outcome{{Status: "under way"}}
			open++
		}
		for i, o := range outcomes {
			totals[string(o.Status)]++
			row := [4]string{"", person(o.Delivery.To), string(o.Delivery.Channel), outcome(o)}
			if i == 0 {
				row[0] = e.typ
			}
			rows = append(rows, row)
		}
	}
	writeRows(d.world.Out, rows)
	fmt.Fprintf(d.world.Out, "\n%d events, %s\n", len(published), sum(totals))
	if open > 0 {
		return fmt.Errorf("%w: %d are still under way", errUnaccounted, open)
	}
	return nil
}

// byEntry groups the outcomes by the entry that they come from.
func (b *logbook) byEntry() map[notify.Position][]notify.Outcome {
	m := map[notify.Position][]notify.Outcome{}
	for _, e := range b.all() {
		at := e.Outcome.Delivery.Event.Source
		m[at] = append(m[at], e.Outcome)
	}
	return m
}

// final keeps the last word on each delivery.
func final(outcomes []notify.Outcome) []notify.Outcome {
	last := map[string]notify.Outcome{}
	var order []string
	for _, o := range outcomes {
		key := cmp.Or(o.Delivery.ID, o.Delivery.To.Role+o.Reason)
		if _, seen := last[key]; !seen {
			order = append(order, key)
		}
		if o.Reason != notify.ReasonDuplicate {
			last[key] = o
		}
	}
	list := make([]notify.Outcome, len(order))
	for i, key := range order {
		list[i] = last[key]
	}
	slices.SortStableFunc(list, func(a, b notify.Outcome) int {
		return cmp.Compare(a.Delivery.To.Role+a.Delivery.To.UserID, b.Delivery.To.Role+b.Delivery.To.UserID)
	})
	return list
}

func person(r notify.Recipient) string {
	switch {
	case r.UserID != "":
		return r.Role + " " + r.UserID
	case r.Guest:
		return r.Role + " (guest)"
	}
	return cmp.Or(r.Role, "–")
}

func outcome(o notify.Outcome) string {
	switch {
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
	rows = append([][4]string{{"EVENT", "PERSON", "CHANNEL", "OUTCOME"}}, rows...)
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
