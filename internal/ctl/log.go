package ctl

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/ledger"
	"github.com/vondi-global/notifications/internal/notify"
)

// logFlags are the flags of log.
type logFlags struct {
	typ, order, user, channel, status, provider, reason, actor, since, until, by string
	follow, summary                                                              bool
	last                                                                         int
}

func newLog(s *session) *cobra.Command {
	var f logFlags
	c := &cobra.Command{
		Use: "log", Short: "the delivery log: every outcome of every delivery", GroupID: "support",
		Long: `log shows what became of deliveries, attempt by attempt, oldest first: the newest 50, or
everything since a time. Without --since, filters look at the last 24 hours.

Filters take several values, separated by commas; --type takes patterns such as 'order.*'.
Where nothing matches, standard error says so, and the exit code is 0.`,
		Example: `  notifyctl log --since 2h --status failed
  notifyctl log -f --channel sms -o jsonl
  notifyctl log --user ana@example.com
  notifyctl log --order 12345 --since 3d
  notifyctl log --since 24h --summary --by channel`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if c.Flags().Changed("since") && !c.Flags().Changed("last") {
				f.last = 0
			}
			return s.log(c.Context(), f)
		},
	}
	c.Flags().StringVar(&f.typ, "type", "", "types of event")
	c.Flags().StringVar(&f.order, "order", "", "what an order is about; payment:…, parcel:… too")
	c.Flags().StringVar(&f.user, "user", "", "a person: id, email or phone")
	c.Flags().StringVar(&f.channel, "channel", "", "channels")
	c.Flags().StringVar(&f.status, "status", "", join(notify.Statuses()))
	c.Flags().StringVar(&f.provider, "provider", "", "providers")
	c.Flags().StringVar(&f.reason, "reason", "", "reasons, such as muted or no_address")
	c.Flags().StringVar(&f.actor, "actor", "", "what this operator did")
	c.Flags().StringVar(&f.since, "since", "", "from then on: "+timeHelp)
	c.Flags().StringVar(&f.until, "until", "", "until then")
	c.Flags().IntVarP(&f.last, "last", "n", 50, "how many at most, the newest; 0: all")
	c.Flags().BoolVarP(&f.follow, "follow", "f", false, "go on with what happens, until Ctrl-C")
	c.Flags().BoolVar(&f.summary, "summary", false, "how many of what over time, instead of each")
	c.Flags().StringVar(&f.by, "by", "status", "what --summary counts: status, channel, type, provider or reason")
	return c
}

func (s *session) log(ctx context.Context, f logFlags) error {
	p, err := s.platform(ctx)
	if err != nil {
		return err
	}
	sieve, err := s.sieve(ctx, p, f)
	if err != nil {
		return err
	}
	r := logReader{platform: p, sieve: sieve}
	switch {
	case f.summary && f.follow:
		return usagef("--summary is about what was, --follow about what comes: one of them")
	case f.summary:
		return s.logSummary(ctx, r, f)
	case f.follow && f.order != "":
		return usagef("--order finds what is known of an order now; to follow what comes, say --user or --type")
	case f.follow:
		return s.logFollow(ctx, r, min(f.last, 10))
	}
	return s.logLast(ctx, r, f.last)
}

// logLast shows the newest n entries, oldest first.
func (s *session) logLast(ctx context.Context, r logReader, n int) error {
	shown := 0
	give := s.logWriter().write
	var list []logView
	together := s.flags.output != "table" && s.flags.output != "jsonl"
	if together {
		give = func(e ledger.Entry) error { list = append(list, viewEntry(e)); return nil }
	}
	if err := r.last(ctx, n, func(e ledger.Entry) error { shown++; return give(e) }); err != nil {
		return err
	}
	if shown == 0 {
		s.nothingLogged(r.sieve)
	}
	if together {
		return print(s, list, table{})
	}
	return nil
}

// nothingLogged says that nothing matches, and where that was looked for.
func (s *session) nothingLogged(v sieve) {
	from := "the whole log"
	if !v.since.IsZero() {
		from = "the log since " + s.when(v.since) + " (--since goes further back)"
	}
	fmt.Fprintf(s.Err, "Nothing matches in %s.\n", from)
}

// logFollow shows a few of the newest entries, then what comes. Ctrl-C is its proper end.
func (s *session) logFollow(ctx context.Context, r logReader, before int) error {
	newest, err := r.ledger.Last(ctx, int64(max(before, 1)))
	if err != nil {
		return err
	}
	w, from := s.logWriter(), "0"
	for _, e := range newest {
		if from = e.ID; before > 0 && r.takes(e) {
			if err := w.write(e); err != nil {
				return err
			}
		}
	}
	for ctx.Err() == nil {
		entries, err := r.ledger.Tail(ctx, from, 1000, 500*time.Millisecond)
		if err != nil && ctx.Err() == nil {
			return err
		}
		for _, e := range entries {
			if from = e.ID; r.takes(e) {
				if err := w.write(e); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// logReader reads the log through a sieve.
type logReader struct {
	*platform
	sieve
}

const logPage = 1000

// each gives the entries that are wanted, oldest first.
func (r logReader) each(ctx context.Context, give func(ledger.Entry) error) error {
	from := ledger.At(r.since)
	for {
		entries, err := r.ledger.Tail(ctx, from, logPage, 0)
		if err != nil {
			return err
		}
		for _, e := range entries {
			from = e.ID
			if !r.until.IsZero() && e.Outcome.Time.After(r.until.Add(time.Minute)) {
				return nil
			}
			if r.takes(e) {
				if err := give(e); err != nil {
					return err
				}
			}
		}
		if len(entries) < logPage {
			return nil
		}
	}
}

// last gives the newest n of them; 0: all.
func (r logReader) last(ctx context.Context, n int, give func(ledger.Entry) error) error {
	if n <= 0 {
		return r.each(ctx, give)
	}
	newest, err := r.newest(ctx, n)
	if err != nil {
		return err
	}
	for _, e := range newest {
		if err := give(e); err != nil {
			return err
		}
	}
	return nil
}

func (r logReader) newest(ctx context.Context, n int) (list []ledger.Entry, err error) {
	if r.open() {
		return r.ledger.Last(ctx, int64(n))
	}
	err = r.each(ctx, func(e ledger.Entry) error {
		if list = append(list, e); len(list) >= 2*n { // forgets the older half now and then
			list = append(list[:0], list[n:]...)
		}
		return nil
	})
	return list[max(0, len(list)-n):], err
}

// logView is an entry as programs read it.
type logView struct {
	Time           time.Time `json:"time"`
	Status         string    `json:"status"`
	DeliveryID     string    `json:"delivery_id,omitempty"`
	EventID        string    `json:"event_id,omitempty"`
	EventType      string    `json:"event_type,omitempty"`
	UserID         string    `json:"user_id,omitempty"`
	Role           string    `json:"role,omitempty"`
	Channel        string    `json:"channel,omitempty"`
	Message        string    `json:"message,omitempty"`
	Version        string    `json:"words_version,omitempty"`
	Locale         string    `json:"locale,omitempty"`
	Priority       string    `json:"priority,omitempty"`
	Provider       string    `json:"provider,omitempty"`
	MessageID      string    `json:"provider_message_id,omitempty"`
	Attempt        int       `json:"attempt,omitempty"`
	Reason         string    `json:"reason,omitempty"`
	Detail         string    `json:"detail,omitempty"`
	Error          string    `json:"error,omitempty"`
	LatencyMS      int64     `json:"latency_ms,omitempty"`
	MaybeDuplicate bool      `json:"maybe_duplicate,omitempty"`
	NextAt         time.Time `json:"next_at,omitzero"`
	ResendOf       string    `json:"resend_of,omitempty"`
	Actor          string    `json:"actor,omitempty"`
	Note           string    `json:"note,omitempty"`
}

func viewEntry(e ledger.Entry) logView {
	o, d := e.Outcome, e.Outcome.Delivery
	if o.Status == notify.Replayed {
		d.ID = "" // it is about none
	}
	return logView{
		Time: o.Time, Status: string(o.Status), DeliveryID: d.ID, EventID: d.Event.ID, EventType: d.Event.Type, UserID: d.To.UserID,
		Role: d.To.Role, Channel: string(d.Channel), Message: d.Message, Version: o.Words, Locale: d.Locale, Priority: string(d.Priority), Provider: o.Provider,
		MessageID: o.MessageID, Attempt: o.Attempt, Reason: o.Reason, Detail: o.Detail, Error: o.Error, LatencyMS: e.Latency.Milliseconds(),
		MaybeDuplicate: o.MaybeDuplicate, NextAt: o.NextAt, ResendOf: d.ResendOf, Actor: d.Actor, Note: d.Note,
	}
}

// whatHappened says in a few words what an entry means.
func (s *session) whatHappened(v logView) string {
	switch v.Status {
	case "sent":
		text := "by " + v.Provider
		if v.Attempt > 1 {
			text += fmt.Sprintf(" at attempt %d", v.Attempt)
		}
		if v.ResendOf != "" {
			text += ", resent" + by(v.Actor) + because(v.Note)
		}
		return text
	case "retried":
		return fmt.Sprintf("attempt %d: %s; again at %s", v.Attempt, v.Error, s.clockTime(v.NextAt))
	case "revealed":
		return "address looked at" + by(v.Actor) + because(v.Note)
	case "replayed":
		return "entries " + v.Detail + " replayed" + by(v.Actor) + because(v.Note)
	case "delivered", "bounced":
		return v.Provider + " says so" + because(v.Error)
	}
	text := reasonWords(v.Reason, v.Detail)
	if v.Error != "" {
		text += ": " + v.Error
	}
	return text
}
