package ctl

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// statusPage writes the status for people.
type statusPage struct {
	s *session
	v *statusView
}

// streamsShown is how many streams the page has: those that need it most.
const streamsShown = 15

func (p statusPage) write(w io.Writer) error {
	fmt.Fprintf(w, "%s\n", p.s.when(p.v.Time))
	if err := writeTables(w, p.sources(), p.streams(), queueTable(p.v.Queues, false), p.breakers(), p.holds(), p.broadcasts()); err != nil {
		return err
	}
	fmt.Fprintln(w)
	for _, line := range []string{p.recent(), p.dead(), p.account()} {
		fmt.Fprintln(w, line)
	}
	return p.alarms(w)
}

func (p statusPage) sources() table {
	t := table{head: []string{"SOURCE", "STREAMS", "PENDING", "LAG", ""}}
	for _, src := range p.v.Sources {
		if src.Error != "" {
			first, _, _ := strings.Cut(src.Error, "\n")
			t.add(src.Source, "–", "–", "–", p.s.paint(red, first))
			continue
		}
		t.add(src.Source, count(int64(src.Streams)), count(src.Pending), age(seconds(src.Lag)), p.s.paint(green, "answers"))
	}
	return t
}

// streams shows those with the most lag, pending and length first.
func (p statusPage) streams() table {
	list := slices.Clone(p.v.Streams)
	slices.SortStableFunc(list, func(a, b streamLook) int {
		x, y := cmp.Or(a.group(ourGroup()), &groupLook{}), cmp.Or(b.group(ourGroup()), &groupLook{})
		return cmp.Or(cmp.Compare(len(streamAlarms(b)), len(streamAlarms(a))), cmp.Compare(y.Lag, x.Lag), cmp.Compare(y.Pending, x.Pending), cmp.Compare(b.Length, a.Length))
	})
	t := table{head: []string{"STREAM", "LENGTH", "PENDING", "LAG", "OLDEST PENDING", ""}}
	for _, l := range list[:min(len(list), streamsShown)] {
		pending, lag, oldest := "not read", "–", "–"
		if g := l.group(ourGroup()); g != nil {
			pending, lag, oldest = count(g.Pending), age(seconds(g.Lag)), age(seconds(g.Oldest))
		}
		t.add(l.Stream, count(l.Length), pending, lag, oldest, p.s.paint(red, sign(len(streamAlarms(l)) > 0, "!")))
	}
	if more := len(list) - len(t.rows); more > 0 {
		t.add(fmt.Sprintf("and %d more", more), "", "", "", "", "")
	}
	return t
}

func (p statusPage) holds() table {
	t := table{head: []string{"HELD BACK", "BY", "UNTIL", "REASON"}}
	for _, h := range p.v.Holds {
		t.add(h.What, h.By, p.s.until(h.Until), h.Reason)
	}
	return t
}

func (p statusPage) broadcasts() table {
	t := table{head: []string{"BROADCAST", "TYPE", "SIZE", "PLANNED", "STATE"}}
	for _, b := range p.v.Broadcasts {
		t.add(b.ID, b.Type, count(b.Size), count(b.Planned), b.State)
	}
	return t
}

func (p statusPage) recent() string {
	r := p.v.Recent
	if r.Attempts == 0 {
		return fmt.Sprintf("In the last %s nothing was sent; %d skipped.", duration(seconds(r.Seconds)), r.Skipped)
	}
	text := fmt.Sprintf("In the last %s: %s, %d failed (%.1f %%), %d skipped; 95 %% sent within %s.",
		duration(seconds(r.Seconds)), plural(r.Attempts, "attempt"), r.Failed, 100*r.failing(), r.Skipped, age(seconds(r.P95)))
	if r.failing() > mostFailing || seconds(r.P95) > slowest {
		return p.s.paint(red, text)
	}
	return text
}

func (p statusPage) dead() string {
	if p.v.Dead == 0 {
		return "No dead letters."
	}
	return p.s.paint(yellow, plural(int(p.v.Dead), "dead letter")) + "; notifyctl dead list shows them."
}

func (p statusPage) account() string {
	a := p.v.Account
	switch {
	case !a.Made:
		return "Too many events to account for here; notifyctl audit does."
	case a.Lost > 0:
		return p.s.paint(red, fmt.Sprintf("%s of the last hour; %d deliveries lost.", plural(a.Events, "event"), a.Lost))
	}
	return plural(a.Events, "event") + " of the last hour, all accounted for."
}

func (p statusPage) alarms(w io.Writer) error {
	if len(p.v.Alarms) == 0 {
		_, err := fmt.Fprintln(w, "\n"+p.s.paint(green, "No threshold is crossed."))
		return err
	}
	t := table{head: []string{"ALARM", "", "WHAT HELPS"}}
	for _, a := range p.v.Alarms {
		t.add(a.Where, a.What, a.Help)
	}
	return writeTables(w, t)
}
