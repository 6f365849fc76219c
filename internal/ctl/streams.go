package ctl

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/streams"
)

func newStreams(s *session) *cobra.Command {
	c := &cobra.Command{
		Use: "streams", Short: "the streams of the sources, and how far they are read", GroupID: "operators",
		Long: `streams answers what is otherwise asked of each Redis by hand: XLEN, XINFO GROUPS, XINFO
CONSUMERS, XPENDING, XRANGE and XTRIM. Personal values in entries are masked.`,
	}
	c.AddCommand(newStreamsList(s), newStreamsInfo(s), newStreamsPeek(s), newStreamsTrim(s))
	return c
}

// ourGroup is the consumer group that the daemon reads with.
func ourGroup() string { return streams.Config{}.Defaults().Group }

func newStreamsList(s *session) *cobra.Command {
	var source string
	c := &cobra.Command{
		Use: "list", Short: "list the streams that the daemon reads", Example: "  notifyctl streams list\n  notifyctl streams list --source wms -o json",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.listStreams(c.Context(), source) },
	}
	sourceFlag(c, &source)
	return c
}

func sourceFlag(c *cobra.Command, source *string) {
	c.Flags().StringVar(source, "source", "", "only this source, by its name in the configuration")
}

func (s *session) listStreams(ctx context.Context, source string) error {
	looks, list, err := s.looks(ctx, source)
	if err != nil {
		return err
	}
	if err := print(s, looks, s.streamTable(looks)); err != nil {
		return err
	}
	for _, o := range list {
		if o.err != nil {
			return o.err
		}
	}
	return nil
}

func (s *session) streamTable(looks []streamLook) table {
	t := table{head: []string{"SOURCE", "STREAM", "LENGTH", "PENDING", "LAG", "OLDEST PENDING", "LAST ENTRY"}}
	for _, l := range looks {
		pending, lag, oldest := "not read", "–", "–"
		if g := l.group(ourGroup()); g != nil {
			pending, lag, oldest = count(g.Pending), age(seconds(g.Lag)), age(seconds(g.Oldest))
		}
		t.add(l.Source, l.Stream, count(l.Length), pending, lag, oldest, s.when(idTime(cmp.Or(l.Last, "0"))))
	}
	return t
}

func newStreamsTrim(s *session) *cobra.Command {
	var t trimming
	c := &cobra.Command{
		Use: "trim STREAM", Short: "remove old entries that every group is done with",
		Long: `trim leaves the newest --keep entries, and whatever a consumer group has not read or still
holds: that is never removed, however long the stream.`,
		Example: "  notifyctl streams trim listings:events:orders --keep 10000 --dry-run",
		Args:    cobra.ExactArgs(1), ValidArgsFunction: first(s.completeStreams),
	}
	yes := yesFlag(c)
	sourceFlag(c, &t.source)
	c.Flags().Int64Var(&t.keep, "keep", 10_000, "how many entries stay")
	c.Flags().BoolVarP(&t.dryRun, "dry-run", "n", false, "only say what would go")
	c.RunE = func(c *cobra.Command, args []string) error {
		if t.keep < 0 {
			return usagef("--keep %d: want no negative number", t.keep)
		}
		return s.trim(c.Context(), args[0], t, *yes)
	}
	return c
}

func (s *session) trim(ctx context.Context, stream string, t trimming, yes bool) error {
	o, err := s.holder(ctx, stream, t.source)
	if err != nil {
		return err
	}
	plan, err := o.planTrim(ctx, stream, t.keep)
	if err != nil {
		return err
	}
	switch {
	case plan.most <= 0:
		fmt.Fprintf(s.Err, "%s has %s: nothing to remove\n", stream, entries(plan.length))
		return nil
	case t.dryRun:
		fmt.Fprintf(s.Err, "%s has %s: up to %d would go%s\n", stream, entries(plan.length), plan.most, plan.limit())
		return nil
	}
	if err := s.ask(fmt.Sprintf("Remove up to %s of %s%s", entries(plan.most), stream, plan.limit()), yes); err != nil {
		return err
	}
	n, err := o.trim(ctx, stream, plan)
	fmt.Fprintf(s.Err, "%s removed, %s left\n", entries(n), entries(plan.length-n))
	return err
}

func entries(n int64) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}
