package ctl

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/notify"
)

// resendFlags are the flags of resend.
type resendFlags struct {
	order, user, typ, since, until, status, provider string
	channel, to, reason                              string
	again, dryRun, yes                               bool
	rate                                             float64
}

func newResend(s *session) *cobra.Command {
	var f resendFlags
	c := &cobra.Command{
		Use: "resend DELIVERY… | --order ID | --user USER | --since TIME", Short: "send again what failed, to whom it was for", GroupID: "support",
		Long: `resend makes a new delivery of each one that failed, linked to it; the first record is
never changed. What was sent, not sent by a rule, or made pointless by a newer event, is sent
again with --again only. What is still on its way is refused. A delivery that has been sent again already is left alone, so
that the same command continues where another one was stopped.

--channel chooses among the deliveries of an order, a person or a time. A delivery that is
named goes by that channel instead of its own.`,
		Example: `  notifyctl resend uq2ch263kdrmgu2pjzmz7np5h6
  notifyctl resend --order 12345 --channel sms
  notifyctl resend uq2ch263kdrmgu2pjzmz7np5h6 --to +381601112223 --reason 'ticket 77'
  notifyctl resend --type order.confirmed --since 2h --dry-run
  notifyctl resend --since 3h --provider twilio --yes --rate 20`,
		RunE: func(c *cobra.Command, args []string) error { return s.resend(c.Context(), args, f) },
	}
	c.Flags().StringVar(&f.order, "order", "", "deliveries about this order; payment:…, parcel:… too")
	c.Flags().StringVar(&f.user, "user", "", "deliveries to this person: id, email or phone")
	c.Flags().StringVar(&f.typ, "type", "", "deliveries of this type of event")
	c.Flags().StringVar(&f.since, "since", "", "what ended since then: "+timeHelp)
	c.Flags().StringVar(&f.until, "until", "", "what ended before then")
	c.Flags().StringVar(&f.status, "status", "", "failed (the default); with --again also sent, skipped, suppressed, bounced")
	c.Flags().StringVar(&f.provider, "provider", "", "what this provider refused")
	c.Flags().StringVar(&f.channel, "channel", "", "only this channel; of a named delivery: by this channel instead")
	c.Flags().StringVar(&f.to, "to", "", "to another address, for this once")
	c.Flags().StringVar(&f.reason, "reason", "", "why, for the record")
	c.Flags().BoolVar(&f.again, "again", false, "also what was sent, or not sent by a rule")
	c.Flags().BoolVarP(&f.dryRun, "dry-run", "n", false, "show what would be sent, and send nothing")
	c.Flags().BoolVarP(&f.yes, "yes", "y", false, "don't ask")
	c.Flags().Float64Var(&f.rate, "rate", 10, "deliveries a second")
	return c
}

func (f resendFlags) check(args []string) error {
	bulk := f.order != "" || f.user != "" || f.since != "" || f.typ != ""
	switch {
	case len(args) == 0 && !bulk:
		return usagef("what is to be sent again? Name deliveries, or --order, --user, or --since with --type, --status, --provider")
	case len(args) > 0 && bulk:
		return usagef("name deliveries, or say --order, --user, --type and --since, not both")
	case f.typ != "" && f.since == "" && f.order == "" && f.user == "":
		return usagef("--type %s: since when? Add --since 2h", f.typ)
	case f.rate <= 0 || f.rate > 1000:
		return usagef("--rate %g: want 0.1 to 1000 a second", f.rate)
	case f.status != "" && f.status != "failed" && !f.again:
		return usagef("--status %s: only what failed is sent again; add --again if you mean it", f.status)
	}
	if f.channel != "" {
		if _, err := notify.ParseChannel(f.channel); err != nil {
			return usagef("--channel: %w", err)
		}
	}
	return nil
}

func (s *session) resend(ctx context.Context, args []string, f resendFlags) error {
	if err := f.check(args); err != nil {
		return err
	}
	p, err := s.platform(ctx)
	if err != nil {
		return err
	}
	found, err := s.choose(ctx, p, args, f)
	if err != nil {
		return err
	}
	items, err := s.plan(ctx, p, found, f, len(args) > 0)
	if err != nil {
		return err
	}
	return s.carryOut(ctx, p, items, f, len(args) > 0)
}

// carryOut shows the plan, asks, sends, and says what it did.
func (s *session) carryOut(ctx context.Context, p *platform, items []*resendItem, f resendFlags, named bool) error {
	ready := slices.DeleteFunc(slices.Clone(items), func(it *resendItem) bool { return it.Why != "" })
	if f.dryRun {
		if err := print(s, items, resendTable(items)); err != nil {
			return err
		}
		fmt.Fprintln(s.Err, resendCounts(items)+". Nothing was sent.")
		return nil
	}
	if len(ready) > 0 {
		if err := s.agree(items, ready, f); err != nil {
			return err
		}
		if err := s.sendAll(ctx, p, ready, f.rate); err != nil {
			return err
		}
	}
	return s.resent(items, ready, named)
}

// agree asks before many are sent. Who can't be asked has to say so beforehand.
func (s *session) agree(items, ready []*resendItem, f resendFlags) error {
	if len(ready) == 1 {
		return nil
	}
	if f.yes {
		return nil
	}
	fmt.Fprintln(s.Err, resendCounts(items)+". For example:")
	sample := resendTable(ready[:min(len(ready), 5)])
	if err := sample.write(s.Err); err != nil {
		return err
	}
	return s.agreeTo("Send "+plural(len(ready), "delivery")+" again", f.yes)
}

// resent says what was done.
func (s *session) resent(items, ready []*resendItem, named bool) error {
	if s.flags.output != "table" {
		if err := print(s, items, table{}); err != nil {
			return err
		}
	} else {
		s.report(items, ready)
	}
	if named && len(ready) < len(items) {
		return errFound
	}
	return nil
}

// report is what was done, for people.
func (s *session) report(items, ready []*resendItem) {
	if len(items) == 0 {
		fmt.Fprintln(s.Out, "Nothing to send again: nothing there has failed, or it has been sent again since. With --again, what was sent is sent again.")
		return
	}
	for _, it := range items[:min(len(items), 20)] {
		if it.Why != "" {
			fmt.Fprintf(s.Out, "%s is not sent again: %s\n", it.Delivery, it.Why)
			continue
		}
		fmt.Fprintf(s.Out, "%s is on its way to %s as %s\n", it.what(), cmp.Or(it.To, it.person()), it.As)
	}
	if len(items) > 20 {
		fmt.Fprintln(s.Out, "…")
	}
	switch len(ready) {
	case 0:
	case 1:
		fmt.Fprintf(s.Out, "See what becomes of it:  notifyctl why %s\n", ready[0].As)
	default:
		fmt.Fprintf(s.Out, "%s. See what becomes of them:  notifyctl log -f --actor %s\n", resendCounts(items), s.operator())
	}
}

func resendTable(items []*resendItem) table {
	t := table{head: []string{"DELIVERY", "EVENT", "PERSON", "CHANNEL", "TO", "WHAT"}}
	for _, it := range items {
		t.add(it.Delivery, it.Type, it.person(), string(it.Channel), cmp.Or(it.To, "–"), cmp.Or(it.Why, "send again as "+it.As))
	}
	return t
}

// resendCounts is the plan in numbers: "3 to send (2 email, 1 sms), 1 not".
func resendCounts(items []*resendItem) string {
	by := map[string]int{}
	ready := 0
	for _, it := range items {
		if it.Why == "" {
			ready++
			by[string(it.Channel)]++
		}
	}
	text := fmt.Sprintf("%d to send again", ready)
	if ready > 0 {
		parts := make([]string, 0, len(by))
		for _, ch := range slices.Sorted(maps.Keys(by)) {
			parts = append(parts, fmt.Sprintf("%d %s", by[ch], ch))
		}
		text += " (" + strings.Join(parts, ", ") + ")"
	}
	if n := len(items) - ready; n > 0 {
		text += fmt.Sprintf(", %d not", n)
	}
	return text
}
