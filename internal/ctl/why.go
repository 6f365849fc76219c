package ctl

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/notify"
)

// whyFlags are the flags of why.
type whyFlags struct {
	reveal bool
	reason string
	limit  int
}

func newWhy(s *session) *cobra.Command {
	var f whyFlags
	c := &cobra.Command{
		Use: "why ORDER|USER|EMAIL|PHONE|EVENT|DELIVERY", Short: "what became of it, and why, on one page", GroupID: "support",
		Long: `why says what became of the notifications about an order, of a person, of an event, or of
one delivery: who was to be told, each channel's attempts with the provider's answers, what
was not sent and by which rule, and what happens next.

It finds out by itself what the argument is. Where that isn't clear, say it: order:12345,
payment:…, shipment:…, parcel:…, listing:…, user:890, email:…, sms:…, event:…, delivery:….`,
		Example: "  notifyctl why 12345\n  notifyctl why ana@example.com\n  notifyctl why user:890 --limit 5 -o json\n  notifyctl why order:12345 --reveal --reason 'ticket 77'",
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return s.why(c.Context(), args[0], f) },
	}
	c.Flags().BoolVar(&f.reveal, "reveal", false, "show addresses whole; the log keeps who did")
	c.Flags().StringVar(&f.reason, "reason", "", "why addresses are revealed, for the log")
	c.Flags().IntVar(&f.limit, "limit", 20, "how many events at most, the newest")
	return c
}

func (s *session) why(ctx context.Context, what string, f whyFlags) error {
	if f.limit < 1 {
		return usagef("--limit %d: want at least 1", f.limit)
	}
	p, err := s.platform(ctx)
	if err != nil {
		return err
	}
	found, err := finder{p, f.limit}.find(ctx, what)
	if err != nil {
		return err
	}
	page, err := newTeller(ctx, p, f.reveal).tell(ctx, found)
	if err != nil {
		return err
	}
	if f.reveal {
		if err := s.recordReveal(ctx, p, page.deliveries(), f.reason); err != nil {
			return err
		}
	}
	return printOne(s, page, pageWriter{s, page}.write)
}

// recordReveal writes into the log who looks at addresses, before they are shown: each
// delivery's story then has it. What can't be recorded isn't shown.
func (s *session) recordReveal(ctx context.Context, p *platform, seen []notify.Delivery, reason string) error {
	if s.operator() == "" {
		return usagef("--reveal: the log keeps who looks at addresses; say it with --operator or NOTIFYCTL_OPERATOR")
	}
	for _, d := range seen {
		d.Actor, d.Note = s.operator(), reason
		o := notify.Outcome{Status: notify.Revealed, Time: p.now(), Delivery: d}
		if err := p.ledger.Note(ctx, o); err != nil {
			return fmt.Errorf("nothing is shown, because the log could not keep who looks: %w", err)
		}
	}
	return nil
}
