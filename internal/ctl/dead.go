package ctl

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/notify"
)

func newDead(s *session) *cobra.Command {
	c := &cobra.Command{
		Use: "dead", Short: "dead letters: what was set aside, and why; look, repair, retry, drop, export", GroupID: "operators",
		Long: `Dead letters are entries that can't be read or processed, and deliveries that were given up.
Nothing in them is lost: an entry is retried through the daemon's own door, repaired if need
be, and a delivery is sent again.`,
	}
	c.AddCommand(newDeadList(s), newDeadShow(s), newDeadRetry(s), newDeadDrop(s), newDeadExport(s))
	return c
}

// deadFlags choose letters.
type deadFlags struct {
	reason, typ, kind, since, until string
	all                             bool
}

func (f *deadFlags) register(c *cobra.Command) {
	c.Flags().StringVar(&f.reason, "reason", "", "only those of this reason")
	c.Flags().StringVar(&f.typ, "type", "", "only those of this type of event")
	c.Flags().StringVar(&f.kind, "kind", "", "entry or delivery")
	c.Flags().StringVar(&f.since, "since", "", "only those set aside since: "+timeHelp)
	c.Flags().StringVar(&f.until, "until", "", "only those set aside before")
}

func (f *deadFlags) chosen() bool {
	return f.all || f.reason != "" || f.typ != "" || f.kind != "" || f.since != "" || f.until != ""
}

// deadPage is how many letters are read at a time.
const deadPage = 500

// letters are those that the flags describe, newest first; masked.
func (s *session) letters(ctx context.Context, p *platform, f deadFlags) ([]notify.Letter, error) {
	since, until, err := s.span(f.since, f.until)
	if err != nil {
		return nil, err
	}
	var list []notify.Letter
	from := ""
	for {
		page, err := p.dead.List(ctx, from, deadPage)
		if err != nil {
			return nil, err
		}
		for _, l := range page {
			from = l.ID
			if !since.IsZero() && l.Time.Before(since) && idTime(l.ID).Before(since) {
				return list, nil
			}
			if (f.reason == "" || l.Reason == f.reason) && (f.typ == "" || l.EventType == f.typ) && (f.kind == "" || string(l.Kind) == f.kind) &&
				(since.IsZero() || !l.Time.Before(since)) && (until.IsZero() || l.Time.Before(until)) {
				list = append(list, l)
			}
		}
		if len(page) < deadPage {
			return list, nil
		}
	}
}

func newDeadList(s *session) *cobra.Command {
	var f deadFlags
	var each bool
	c := &cobra.Command{
		Use: "list", Short: "count them by reason, or list those of one", Args: cobra.NoArgs,
		Example: "  notifyctl dead list\n  notifyctl dead list --reason invalid_payload\n  notifyctl dead list --each --since 1h",
		RunE: s.withPlatform(func(ctx context.Context, p *platform, _ []string) error {
			list, err := s.letters(ctx, p, f)
			if err != nil {
				return err
			}
			if each || f.reason != "" {
				return s.deadEach(list)
			}
			return s.deadGroups(list)
		}),
	}
	f.register(c)
	c.Flags().BoolVar(&each, "each", false, "list each, not the reasons")
	return c
}

// deadGroup is the letters of one reason.
type deadGroup struct {
	Reason  string    `json:"reason"`
	Kind    string    `json:"kind"`
	Count   int       `json:"count"`
	Types   []string  `json:"types"`
	Newest  time.Time `json:"newest"`
	Example string    `json:"example"`
	Words   string    `json:"explained"`
}

// groups count letters by reason and kind, the most frequent first.
func groups(list []notify.Letter) []deadGroup {
	at := map[string]*deadGroup{}
	var all []*deadGroup
	for _, l := range list {
		key := string(l.Kind) + l.Reason
		g := at[key]
		if g == nil {
			g = &deadGroup{Reason: l.Reason, Kind: string(l.Kind), Newest: l.Time, Example: l.ID, Words: reasonWords(l.Reason, ""), Types: []string{}}
			at[key] = g
			all = append(all, g)
		}
		g.Count++
		if l.EventType != "" && !slices.Contains(g.Types, l.EventType) {
			g.Types = append(g.Types, l.EventType)
		}
	}
	out := make([]deadGroup, len(all))
	for i, g := range all {
		slices.Sort(g.Types)
		out[i] = *g
	}
	slices.SortStableFunc(out, func(a, b deadGroup) int {
		return cmp.Or(b.Count-a.Count, strings.Compare(a.Reason, b.Reason))
	})
	return out
}

func (s *session) deadGroups(list []notify.Letter) error {
	found := groups(list)
	if len(found) == 0 && s.flags.output == "table" {
		fmt.Fprintln(s.Out, "No dead letters.")
		return nil
	}
	t := table{head: []string{"COUNT", "REASON", "KIND", "NEWEST", "EXAMPLE", "TYPES", "MEANING"}}
	for _, g := range found {
		types := strings.Join(g.Types[:min(len(g.Types), 3)], ", ")
		if len(g.Types) > 3 {
			types += ", …"
		}
		t.add(fmt.Sprint(g.Count), g.Reason, g.Kind, s.when(g.Newest), g.Example, cmp.Or(types, "–"), g.Words)
	}
	return print(s, found, t)
}

func (s *session) deadEach(list []notify.Letter) error {
	views := make([]letterView, len(list))
	t := table{head: []string{"ID", "TIME", "KIND", "REASON", "TYPE", "WHERE", "ERROR"}}
	for i, l := range list {
		views[i] = viewLetter(l)
		where := l.Delivery
		if l.Kind == notify.DeadEntry {
			where = l.Source.Stream + " " + l.Source.Entry
		}
		t.add(l.ID, s.when(l.Time), string(l.Kind), l.Reason, cmp.Or(l.EventType, "–"), where, notify.Printable(l.Error, 120))
	}
	return print(s, views, t)
}

func newDeadDrop(s *session) *cobra.Command {
	var f deadFlags
	var yes bool
	c := &cobra.Command{
		Use: "drop ID… | --reason REASON | --all", Short: "remove dead letters that nobody needs; asks first",
		Example: "  notifyctl dead drop 1764000000000-0\n  notifyctl dead drop --reason unknown_type --until 7d",
		RunE: func(c *cobra.Command, args []string) error {
			p, list, err := s.chosenLetters(c.Context(), args, f)
			if err != nil || len(list) == 0 {
				return err
			}
			if err := s.agreeTo("Drop "+plural(len(list), "dead letter")+" for good", yes); err != nil {
				return err
			}
			n, err := p.dead.Drop(c.Context(), letterIDs(list)...)
			fmt.Fprintf(s.Out, "%s dropped\n", plural(int(n), "dead letter"))
			return err
		},
	}
	f.register(c)
	c.Flags().BoolVar(&f.all, "all", false, "all of them")
	c.Flags().BoolVarP(&yes, "yes", "y", false, "don't ask")
	return c
}

func letterIDs(list []notify.Letter) []string {
	ids := make([]string, len(list))
	for i, l := range list {
		ids[i] = l.ID
	}
	return ids
}

// chosenLetters are those of the ids, or those that the flags describe; masked, newest first.
func (s *session) chosenLetters(ctx context.Context, ids []string, f deadFlags) (*platform, []notify.Letter, error) {
	switch {
	case len(ids) == 0 && !f.chosen():
		return nil, nil, usagef("which? Name letters (notifyctl dead list --each), or say --reason, --type, --since or --all")
	case len(ids) > 0 && f.chosen():
		return nil, nil, usagef("name letters, or say --reason, --type, --since or --all, not both")
	}
	p, err := s.platform(ctx)
	if err != nil {
		return nil, nil, err
	}
	if len(ids) == 0 {
		list, err := s.letters(ctx, p, f)
		if err == nil && len(list) == 0 {
			fmt.Fprintln(s.Out, "There are no such dead letters.")
		}
		return p, list, err
	}
	var list []notify.Letter
	for _, id := range ids {
		l, err := p.letter(ctx, id)
		if err != nil {
			return nil, nil, err
		}
		list = append(list, l)
	}
	return p, list, nil
}
