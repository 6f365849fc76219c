package ctl

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/ledger"
)

func newAudit(s *session) *cobra.Command {
	var since string
	c := &cobra.Command{
		Use: "audit", Short: "take account: events in = sent + skipped + dead + in flight; name what is missing", GroupID: "operators",
		Long: `audit walks the streams of all sources and the ledger, and checks that every entry is read,
waits to be read, or lies in the dead letters, and that every delivery that was planned is
sent, skipped, dead, or has a job. What is none of that is named. Exit code 1 if there is any.`,
		Example: "  notifyctl audit\n  notifyctl audit --since 2h -o json",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return s.audit(c.Context(), since) },
	}
	c.Flags().StringVar(&since, "since", "24h", "how far back: "+timeHelp)
	return c
}

// account is what an audit finds.
type account struct {
	Since      time.Time    `json:"since"`
	Streams    int          `json:"streams"`
	Entries    entryCount   `json:"entries"`
	Events     int          `json:"events"`
	Waiting    int          `json:"events_waiting"`
	Deliveries deliverCount `json:"deliveries"`
	Away       []string     `json:"sources_away,omitempty"`
	Lost       []lostView   `json:"unaccounted"`
}

// entryCount is what became of the streams' entries.
type entryCount struct {
	All       int `json:"all"`
	Processed int `json:"processed"` // the ledger knows their events
	Dead      int `json:"dead"`
	Pending   int `json:"pending"` // read, and not done yet
	Unread    int `json:"unread"`
}

// deliverCount is what became of deliveries.
type deliverCount struct {
	Planned  int `json:"planned"`
	Sent     int `json:"sent"`
	Skipped  int `json:"skipped"`
	Dead     int `json:"dead"`
	InFlight int `json:"in_flight"`
}

// lostView is something unaccounted for.
type lostView struct {
	What       string    `json:"what"` // delivery, event, entry
	Time       time.Time `json:"time"`
	EventType  string    `json:"event_type,omitempty"`
	EventID    string    `json:"event_id,omitempty"`
	DeliveryID string    `json:"delivery_id,omitempty"`
	Person     string    `json:"person,omitempty"`
	Channel    string    `json:"channel,omitempty"`
	Entry      string    `json:"entry,omitempty"` // "source stream id"
}

func (s *session) audit(ctx context.Context, since string) error {
	p, err := s.platform(ctx)
	if err != nil {
		return err
	}
	from, err := s.parseTime("since", since)
	if err != nil {
		return err
	}
	if keeps := s.cfg.History.Markers; p.now().Sub(from) > keeps+time.Minute {
		return usagef("--since %s: the ledger remembers %s (history.markers)", since, duration(keeps))
	}
	a := &account{Since: from, Lost: []lostView{}}
	if err := (auditor{s, p, a}).streams(ctx); err != nil {
		return err
	}
	if err := a.deliveries(ctx, p); err != nil {
		return err
	}
	if err := printOne(s, a, func(w io.Writer) error { return s.writeAccount(w, a) }); err != nil {
		return err
	}
	if len(a.Lost) > 0 {
		return errFound
	}
	return nil
}

// deliveries takes account of the ledger.
func (a *account) deliveries(ctx context.Context, p *platform) error {
	var all ledger.Tally
	for cursor := uint64(0); ; {
		t, next, err := p.ledger.Audit(ctx, cursor, a.Since, p.queue)
		if err != nil {
			return err
		}
		all.Add(t)
		if cursor = next; cursor == 0 {
			break
		}
	}
	a.Events, a.Waiting = all.Events, all.Waiting
	a.Deliveries = deliverCount{all.Planned, all.Sent, all.Skipped, all.Dead, all.InFlight}
	for _, l := range all.Lost {
		what := "delivery"
		if l.Delivery.ID == "" {
			what = "event"
		}
		a.Lost = append(a.Lost, lostView{
			What: what, Time: l.Time, EventType: l.EventType, EventID: l.EventID, DeliveryID: l.Delivery.ID,
			Person: strings.TrimSpace(l.Delivery.Role + " " + l.Delivery.UserID), Channel: string(l.Delivery.Channel),
		})
	}
	return nil
}

func (s *session) writeAccount(w io.Writer, a *account) error {
	var b strings.Builder
	e, d := a.Entries, a.Deliveries
	fmt.Fprintf(&b, "Since %s\n\n", s.when(a.Since))
	fmt.Fprintf(&b, "Entries      %d in %s = %d processed + %d dead + %d pending + %d not read yet\n", e.All, plural(a.Streams, "stream"), e.Processed, e.Dead, e.Pending, e.Unread)
	fmt.Fprintf(&b, "Events       %d, of which %d wait for somebody who is not known yet\n", a.Events, a.Waiting)
	fmt.Fprintf(&b, "Deliveries   %d = %d sent + %d skipped + %d dead + %d in flight\n", d.Planned, d.Sent, d.Skipped, d.Dead, d.InFlight)
	for _, away := range a.Away {
		fmt.Fprintf(&b, "%s\n", s.paint(yellow, "Not looked at: "+away))
	}
	if len(a.Lost) == 0 {
		fmt.Fprintf(&b, "Unaccounted  %s\n", s.paint(green, "0"))
		_, err := io.WriteString(w, b.String())
		return err
	}
	fmt.Fprintf(&b, "Unaccounted  %s\n\n", s.paint(red, fmt.Sprint(len(a.Lost))))
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	t := table{head: []string{"WHAT", "TIME", "TYPE", "EVENT", "PERSON", "CHANNEL", "DELIVERY OR ENTRY"}}
	for _, l := range a.Lost {
		t.add(l.What, s.when(l.Time), orDash(l.EventType), orDash(l.EventID), orDash(l.Person), orDash(l.Channel), orDash(l.DeliveryID+l.Entry))
	}
	if err := t.write(w); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\nnotifyctl replay --stream … --from … --to … lets their entries come again; what was sent stays sent.\n")
	return err
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
