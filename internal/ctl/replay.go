package ctl

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/streams"
)

// replayFlags are the flags of replay.
type replayFlags struct {
	stream, source, from, to, typ, reason string
	maxAge                                time.Duration
	dryRun, yes, forgotten                bool
}

func newReplay(s *session) *cobra.Command {
	var f replayFlags
	c := &cobra.Command{
		Use: "replay --stream STREAM --from TIME|ENTRY [--to TIME|ENTRY]", Short: "let a stream's entries come through the daemon's door again", GroupID: "operators",
		Long: `replay reads entries that a stream still has and dispatches them as the daemon does when it
reads them. What was sent stays sent, and what failed or was skipped stays that (resend sends
it again): only deliveries that nobody has made yet are made. Their life counts from the
entry's own time: what is no longer worth sending is skipped as expired.

The log keeps who has replayed what, and why: notifyctl log --status replayed.

The ledger recognises what was sent for history.markers (72 h) only. Older entries are refused,
because they could be sent twice; --forgotten replays them nonetheless.`,
		Example: `  notifyctl replay --stream listings:events:orders --from 14:00 --to 15:00 --dry-run
  notifyctl replay --stream payments:events:transactions --from 1764000000000-0 --to 1764003600000 --type payment.failed --reason 'ticket 77'`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.replay(c.Context(), f) },
	}
	c.Flags().StringVar(&f.stream, "stream", "", "the stream")
	c.Flags().StringVar(&f.source, "source", "", "the Redis that has it, as the configuration names it (default: the one that does)")
	c.Flags().StringVar(&f.from, "from", "", "first entry: its id, or a time: "+timeHelp)
	c.Flags().StringVar(&f.to, "to", "now", "last entry: its id, or a time")
	c.Flags().StringVar(&f.typ, "type", "", "only events of this type")
	c.Flags().StringVar(&f.reason, "reason", "", "why, for the log")
	c.Flags().DurationVar(&f.maxAge, "max-age", 0, "skip older entries as too_old, as the daemon does; 0: none")
	c.Flags().BoolVarP(&f.dryRun, "dry-run", "n", false, "say what would happen, and do nothing")
	c.Flags().BoolVarP(&f.yes, "yes", "y", false, "don't ask")
	c.Flags().BoolVar(&f.forgotten, "forgotten", false, "replay what is too old for the ledger to know whether it was sent")
	for _, name := range []string{"stream", "from"} {
		_ = c.MarkFlagRequired(name)
	}
	return c
}

func (s *session) replay(ctx context.Context, f replayFlags) error {
	p, err := s.platform(ctx)
	if err != nil {
		return err
	}
	r := replayer{session: s, door: door{platform: p, maxAge: f.maxAge}, flags: f}
	if r.first, err = s.entryID("from", f.from, false); err != nil {
		return err
	}
	if r.lastID, err = s.entryID("to", f.to, true); err != nil {
		return err
	}
	if r.source, err = s.sourceOf(ctx, f.source, f.stream); err != nil {
		return err
	}
	if err := r.remembered(); err != nil {
		return err
	}
	return r.run(ctx)
}

// run looks first, asks, and then dispatches.
func (r *replayer) run(ctx context.Context) error {
	if !r.flags.yes || r.flags.dryRun {
		r.dry = true
		seen, err := r.all(ctx)
		if err != nil {
			return err
		}
		if r.flags.dryRun || seen.events == 0 {
			return r.report(seen, "would be made")
		}
		fmt.Fprintf(r.Err, "%s in %s, %s would be made.\n", plural(seen.events, "event"), r.flags.stream, plural(seen.made(), "delivery"))
		if err := r.agreeTo("Replay them", false); err != nil {
			return err
		}
		r.dry = false
	}
	what := notify.Event{Type: r.flags.typ, Source: notify.Position{Source: r.source.name, Stream: r.flags.stream, Entry: r.first}}
	if err := r.recordReplay(ctx, r.door.platform, what, "of "+r.flags.stream+" from "+r.first+" to "+r.lastID, r.flags.reason); err != nil {
		return err
	}
	done, err := r.all(ctx)
	if err != nil {
		return err
	}
	return r.report(done, "made")
}

// recordReplay writes into the log who lets entries come through the door again, before they
// do. What can't be recorded isn't done.
func (s *session) recordReplay(ctx context.Context, p *platform, e notify.Event, which, reason string) error {
	if s.operator() == "" {
		return usagef("the log keeps who replays events; say it with --operator or NOTIFYCTL_OPERATOR")
	}
	o := notify.Outcome{
		Status: notify.Replayed, Time: p.now(), Detail: which,
		Delivery: notify.Delivery{Event: e, Actor: s.operator(), Note: reason},
	}
	if err := p.ledger.Note(ctx, o); err != nil {
		return fmt.Errorf("nothing was replayed, because the log could not keep who does it: %w", err)
	}
	return nil
}

// replayer reads entries and passes them through the door.
type replayer struct {
	*session
	door
	flags         replayFlags
	source        *origin
	first, lastID string
}

// replayPage is how many entries travel together.
const replayPage = 200

func (r *replayer) all(ctx context.Context) (tally, error) {
	t := newTally()
	from := r.first
	for {
		page, err := r.source.client.XRangeN(ctx, r.flags.stream, from, r.lastID, replayPage).Result()
		if err != nil {
			return t, r.interrupted(ctx, fmt.Errorf("%s: %w", r.flags.stream, err), from)
		}
		if len(page) == 0 {
			return t, nil
		}
		// A page that has begun ends: nothing of it is left half done.
		if err := r.pass(context.WithoutCancel(ctx), &t, r.read(&t, page)); err != nil {
			return t, r.interrupted(ctx, err, from)
		}
		from = "(" + page[len(page)-1].ID
		if ctx.Err() != nil {
			return t, r.interrupted(ctx, ctx.Err(), from)
		}
	}
}

// interrupted says where to go on.
func (r *replayer) interrupted(_ context.Context, err error, from string) error {
	if r.dry {
		return err
	}
	return fmt.Errorf("%w\nWhat came before is done. To go on:  %s, with --from '%s'", err, r.command(), from)
}

// read decodes entries. What can't be read is counted; the daemon has set it aside already.
func (r *replayer) read(t *tally, page []redis.XMessage) []notify.Event {
	var events []notify.Event
	for _, m := range page {
		e, err := streams.Decode(r.source.name, r.flags.stream, m)
		if err == nil {
			_, err = eventtypes.Check(&e)
		}
		switch {
		case err != nil:
			t.unreadable++
		case r.flags.typ == "" || e.Type == r.flags.typ:
			events = append(events, e)
		}
	}
	return events
}

func (r *replayer) report(t tally, made string) error {
	if r.session.flags.output != "table" {
		return printOne(r.session, t.view(), func(io.Writer) error { return nil })
	}
	if err := t.table(made).write(r.Out); err != nil {
		return err
	}
	if t.unreadable > 0 {
		fmt.Fprintf(r.Err, "%s of those can't be read: notifyctl dead list\n", plural(t.unreadable, "entry"))
	}
	if t.before["failed"] > 0 {
		fmt.Fprintf(r.Err, "%d had failed before and stay so; notifyctl resend sends them again\n", t.before["failed"])
	}
	return nil
}

var entryIDLike = regexp.MustCompile(`^\(?\d{10,}(-\d+)?$`)

// entryID reads an entry's id, or makes the first or last one of a time.
func (s *session) entryID(flag, text string, last bool) (string, error) {
	if entryIDLike.MatchString(text) {
		return text, nil
	}
	t, err := s.parseTime(flag, text)
	if err != nil {
		return "", usagef("--%s %q: want an entry id such as 1764000000000-0, or a time: now, %s", flag, text, timeHelp)
	}
	id := strconv.FormatInt(t.UnixMilli(), 10)
	if !last {
		id += "-0"
	}
	return id, nil
}

// remembered refuses entries of which the ledger can't say any more whether they were sent.
func (r *replayer) remembered() error {
	ms, _ := strconv.ParseInt(regexp.MustCompile(`\d+`).FindString(r.first), 10, 64)
	first, keeps := time.UnixMilli(ms), r.cfg.History.Markers
	if r.flags.forgotten || r.now().Sub(first) <= keeps {
		return nil
	}
	return usagef("--from %s is more than %s ago, and what was sent then is forgotten (history.markers): it could be sent twice. Begin later, or say --forgotten",
		r.when(first), duration(keeps))
}
