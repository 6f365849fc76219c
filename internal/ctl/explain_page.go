package ctl

import (
	"cmp"
	"fmt"
	"io"
	"strings"
)

// explainPage writes explanations for people.
type explainPage struct {
	s    *session
	list []explained
}

func (p explainPage) write(w io.Writer) error {
	for i, v := range p.list {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := p.event(w, v); err != nil {
			return err
		}
	}
	return nil
}

func (p explainPage) event(w io.Writer, v explained) error {
	fmt.Fprintf(w, "%s, priority %s, worth sending until %s\n", p.s.paint(bold, v.Type), v.Priority, p.s.when(v.Expires))
	if v.Known != "" {
		fmt.Fprintln(w, p.s.paint(yellow, v.Known))
	}
	if v.Silent != "" {
		fmt.Fprintln(w, "Nobody is told:", v.Silent)
	}
	if len(v.Supersedes) > 0 {
		fmt.Fprintln(w, "What still waits becomes pointless:", strings.Join(v.Supersedes, ", "))
	}
	for _, r := range v.Roles {
		if err := p.role(w, r); err != nil {
			return err
		}
	}
	return nil
}

func (p explainPage) role(w io.Writer, r explainedRole) error {
	fmt.Fprintf(w, "\n%s%s; words %s\n", p.s.paint(bold, r.Role), sign(r.Found != "", ", found by "+r.Found), r.Words)
	switch {
	case r.Condition != "":
		fmt.Fprintln(w, "  not told:", r.Condition)
	case r.Broadcast > 0:
		fmt.Fprintf(w, "  %d people: a broadcast pages through them\n", r.Broadcast)
	case r.Missing && len(r.Strangers) > 0:
		fmt.Fprintf(w, "  nobody yet: no contact is known of user %s; the event waits up to 13 min for one\n", strings.Join(r.Strangers, ", "))
	case r.Missing:
		fmt.Fprintln(w, "  nobody yet: the event waits up to 13 min for somebody")
	}
	t := table{head: []string{"  USER", "CHANNEL", "ADDRESS", "LANGUAGE", "WHAT HAPPENS"}}
	for _, l := range r.Lines {
		t.add("  "+person(l), string(l.Channel), cmp.Or(l.Address, "–"), l.Locale, p.fate(l))
	}
	if len(t.rows) == 0 {
		return nil
	}
	if err := t.write(w); err != nil {
		return err
	}
	for _, l := range r.Lines {
		p.words(w, l)
	}
	return nil
}

func person(l explainedLine) string {
	if l.Guest {
		return "(guest)"
	}
	return cmp.Or(l.UserID, "–")
}

// fate is what becomes of one line.
func (p explainPage) fate(l explainedLine) string {
	switch {
	case l.Reason == "fallback":
		return l.Detail
	case !l.Send:
		return p.s.paint(yellow, "not told: "+reasonWords(l.Reason, l.Detail))
	case l.Provider == "":
		return p.s.paint(yellow, "sent "+l.When+", if the daemon has a provider: none is configured here")
	case l.When != atOnce:
		return p.s.paint(yellow, "waits, "+l.When+"; then sent through "+l.Provider)
	}
	return p.s.paint(green, "sent "+l.When+" through "+l.Provider) + sign(l.Mandatory, " (mandatory)")
}

func (p explainPage) words(w io.Writer, l explainedLine) {
	m := l.Message
	if m == nil {
		return
	}
	fmt.Fprintf(w, "\n  %s to %s in %s:\n", l.Channel, person(l), cmp.Or(m.Locale, l.Locale))
	if m.Error != "" {
		fmt.Fprintln(w, "  │", p.s.paint(red, "the words can't be made: "+m.Error))
		return
	}
	for _, part := range []string{m.Subject, m.Title, m.Text} {
		if part == "" {
			continue
		}
		for line := range strings.Lines(strings.TrimRight(part, "\n")) {
			fmt.Fprintln(w, strings.TrimRight("  │ "+line, " \n"))
		}
	}
}
