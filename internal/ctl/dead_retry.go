package ctl

import (
	"context"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"
	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/streams"
)

// retryFlags are the flags of dead retry.
type retryFlags struct {
	deadFlags
	set    []string
	edit   bool
	dryRun bool
	yes    bool
}

func newDeadRetry(s *session) *cobra.Command {
	var f retryFlags
	c := &cobra.Command{
		Use: "retry ID… | --reason REASON | --all", Short: "try them again: entries through the daemon's door, deliveries by sending",
		Long: `retry dispatches a dead entry as the daemon does, repaired by --set or --edit where that was
wrong, and sends a dead delivery again. What works is taken out of the dead letters; what
doesn't stays there, and is told.

--set names a field of the entry, or with dots one inside its JSON: --set payload.amount=5990.`,
		Example: `  notifyctl dead retry 1764000000000-0 --set currency=RSD
  notifyctl dead retry 1764000000000-0 --edit
  notifyctl dead retry --reason dispatch_failed --yes`,
		RunE: func(c *cobra.Command, args []string) error { return s.deadRetry(c.Context(), args, f) },
	}
	f.register(c)
	c.Flags().BoolVar(&f.all, "all", false, "all of them")
	c.Flags().StringArrayVar(&f.set, "set", nil, "repair an entry: field=value")
	c.Flags().BoolVar(&f.edit, "edit", false, "repair an entry in $EDITOR; it is shown whole, and the log keeps who looked")
	c.Flags().BoolVarP(&f.dryRun, "dry-run", "n", false, "say what would happen, and do nothing")
	c.Flags().BoolVarP(&f.yes, "yes", "y", false, "don't ask")
	return c
}

func (s *session) deadRetry(ctx context.Context, ids []string, f retryFlags) error {
	p, list, err := s.chosenLetters(ctx, ids, f.deadFlags)
	if err != nil || len(list) == 0 {
		return err
	}
	if len(list) > 1 && f.edit {
		return usagef("--edit goes with one letter; here are %d", len(list))
	}
	if len(list) > 1 && !f.dryRun {
		if err := s.agreeTo("Retry "+plural(len(list), "dead letter"), f.yes); err != nil {
			return err
		}
	}
	r := retrier{session: s, platform: p, retry: f}
	return r.all(ctx, list)
}

// retrier retries letters.
type retrier struct {
	*session
	*platform
	retry retryFlags
	left  int // that stay where they are
}

// all goes in the order in which they died: what happened first is told first.
func (r *retrier) all(ctx context.Context, list []notify.Letter) error {
	bar := r.progress(len(list))
	for i, l := range slices.Backward(list) {
		if ctx.Err() != nil {
			fmt.Fprintf(r.Err, "%d are still to be tried. To go on:  %s\n", i+1, r.command())
			return ctx.Err()
		}
		if err := r.one(context.WithoutCancel(ctx), l); err != nil {
			return err
		}
		_ = bar.Add(1)
	}
	_ = bar.Finish()
	if r.left > 0 {
		return errFound
	}
	return nil
}

// one retries a letter. An error is a server's; what the letter itself lacks is told.
func (r *retrier) one(ctx context.Context, l notify.Letter) error {
	retry := r.entry
	if l.Kind == notify.DeadDelivery {
		retry = r.delivery
	}
	said, still, err := retry(ctx, l)
	switch {
	case err != nil:
		return err
	case still != "":
		r.left++
		fmt.Fprintf(r.Out, "%s stays: %s\n", l.ID, still)
		return nil
	}
	fmt.Fprintf(r.Out, "%s: %s\n", l.ID, said)
	if r.retry.dryRun {
		return nil
	}
	_, err = r.dead.Drop(ctx, l.ID)
	return err
}

// entry lets an entry through the daemon's door. still says why it can't pass.
func (r *retrier) entry(ctx context.Context, masked notify.Letter) (said, still string, err error) {
	l, err := r.whole(ctx, masked.ID)
	if err != nil {
		return "", "", err
	}
	if len(l.Fields) == 0 {
		return "", "its entry is not kept whole" + fromStream(l.Source), nil
	}
	fields, err := r.repair(ctx, masked, l.Fields)
	if err != nil {
		return "", "", err
	}
	e, still := readAgain(l.Source, fields)
	if still != "" {
		return "", still, nil
	}
	t := newTally()
	if !r.retry.dryRun {
		if err := r.recordReplay(ctx, r.platform, e, "of the dead letter "+l.ID, ""); err != nil {
			return "", "", err
		}
	}
	d := door{platform: r.platform, dry: r.retry.dryRun}
	if err := d.pass(ctx, &t, []notify.Event{e}); err != nil {
		return "", "", err
	}
	return fmt.Sprintf("%s %s: %s", e.Type, e.ID, t.brief(r.retry.dryRun)), "", nil
}

// readAgain makes an event of an entry, or says why it makes none.
func readAgain(from notify.Position, fields map[string]any) (e notify.Event, still string) {
	e, err := streams.Decode(from.Source, from.Stream, redis.XMessage{ID: from.Entry, Values: fields})
	if err == nil {
		_, err = eventtypes.Check(&e)
	}
	if err != nil {
		return e, err.Error()
	}
	return e, ""
}

// delivery sends a delivery again, by the rules of resend.
func (r *retrier) delivery(ctx context.Context, l notify.Letter) (said, still string, err error) {
	if len(r.retry.set) > 0 || r.retry.edit {
		return "", "", usagef("%s is a delivery: --set and --edit repair entries. Send it elsewhere: notifyctl resend %s --to … --channel …", l.ID, l.Delivery)
	}
	c := &chooser{finder: finder{r.platform, 1}}
	found, err := c.named(ctx, []string{l.Delivery})
	if err != nil {
		return "", err.Error(), nil //nolint:nilerr // the letter stays, and says why; the others go on
	}
	items, err := r.plan(ctx, r.platform, found, resendFlags{reason: "dead letter " + l.ID}, true)
	if err != nil || len(items) == 0 {
		return "", "", err
	}
	it := items[0]
	if it.Why != "" {
		return "", it.Why, nil
	}
	if r.retry.dryRun {
		return it.what() + " would be sent again as " + it.As, "", nil
	}
	return it.what() + " is on its way again as " + it.As, "", r.sendAgain(ctx, it)
}
