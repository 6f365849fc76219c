package ctl

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/streams"
)

// letterView is a letter as programs read it.
type letterView struct {
	ID         string            `json:"id"`
	Kind       string            `json:"kind"`
	Reason     string            `json:"reason"`
	Explained  string            `json:"explained"`
	Error      string            `json:"error,omitempty"`
	Time       time.Time         `json:"time"`
	Source     string            `json:"source,omitempty"`
	Stream     string            `json:"stream,omitempty"`
	Entry      string            `json:"entry,omitempty"`
	EventID    string            `json:"event_id,omitempty"`
	EventType  string            `json:"event_type,omitempty"`
	DeliveryID string            `json:"delivery_id,omitempty"`
	UserID     string            `json:"user_id,omitempty"`
	Role       string            `json:"role,omitempty"`
	Channel    string            `json:"channel,omitempty"`
	Tries      int               `json:"tries,omitempty"`
	Consumer   string            `json:"consumer,omitempty"`
	Fields     map[string]string `json:"fields,omitempty"`
}

func viewLetter(l notify.Letter) letterView {
	return letterView{
		ID: l.ID, Kind: string(l.Kind), Reason: l.Reason, Explained: reasonWords(l.Reason, ""), Error: l.Error, Time: l.Time,
		Source: l.Source.Source, Stream: l.Source.Stream, Entry: l.Source.Entry, EventID: l.EventID, EventType: l.EventType,
		DeliveryID: l.Delivery, UserID: l.UserID, Role: l.Role, Channel: string(l.Channel), Tries: l.Tries, Consumer: l.Consumer, Fields: l.Fields,
	}
}

// letter is one letter, masked.
func (p *platform) letter(ctx context.Context, id string) (notify.Letter, error) {
	ms, seq, ok := strings.Cut(id, "-")
	n, err := strconv.ParseUint(seq, 10, 63)
	if !ok || err != nil {
		return notify.Letter{}, usagef("%q is no dead letter's id; notifyctl dead list --each shows them", notify.Printable(id, 40))
	}
	list, err := p.dead.List(ctx, ms+"-"+strconv.FormatUint(n+1, 10), 1)
	if err != nil {
		return notify.Letter{}, err
	}
	if len(list) == 0 || list[0].ID != id {
		return notify.Letter{}, fmt.Errorf("there is no dead letter %s; it was retried or dropped, or too many came after it", id)
	}
	return list[0], nil
}

func newDeadShow(s *session) *cobra.Command {
	var reveal bool
	var reason string
	c := &cobra.Command{
		Use: "show ID", Short: "show a dead letter, personal fields hidden", Args: cobra.ExactArgs(1),
		Example: "  notifyctl dead show 1764000000000-0\n  notifyctl dead show 1764000000000-0 --reveal --reason 'ticket 77'",
		RunE: func(c *cobra.Command, args []string) error {
			p, list, err := s.chosenLetters(c.Context(), args, deadFlags{})
			if err != nil {
				return err
			}
			l := list[0]
			if reveal {
				if l, err = s.wholeLetter(c.Context(), p, l, reason); err != nil {
					return err
				}
			}
			return printOne(s, viewLetter(l), func(w io.Writer) error { return s.writeLetter(w, l) })
		},
	}
	c.Flags().BoolVar(&reveal, "reveal", false, "show everything; the log keeps who did")
	c.Flags().StringVar(&reason, "reason", "", "why it is revealed, for the log")
	return c
}

// wholeLetter is a letter with its fields as they were. The log keeps who looked.
func (s *session) wholeLetter(ctx context.Context, p *platform, l notify.Letter, reason string) (notify.Letter, error) {
	if err := s.recordReveal(ctx, p, []notify.Delivery{deliveryOf(l)}, reason); err != nil {
		return l, err
	}
	return p.whole(ctx, l.ID)
}

func deliveryOf(l notify.Letter) notify.Delivery {
	return notify.Delivery{
		ID: l.Delivery, To: notify.Recipient{UserID: l.UserID, Role: l.Role}, Channel: l.Channel,
		Event: notify.Event{ID: l.EventID, Type: l.EventType, Source: l.Source},
	}
}

func (p *platform) whole(ctx context.Context, id string) (notify.Letter, error) {
	l, err := p.dead.Get(ctx, id)
	if errors.Is(err, streams.ErrNoLetter) {
		return l, fmt.Errorf("there is no dead letter %s any more", id)
	}
	return l, err
}

func (s *session) writeLetter(w io.Writer, l notify.Letter) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n", s.paint(bold, "Dead letter "+l.ID), s.when(l.Time))
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "  %-9s %s\n", name, value)
		}
	}
	line("why", reasonWords(l.Reason, ""))
	line("error", l.Error)
	line("type", l.EventType)
	line("event", l.EventID)
	line("delivery", l.Delivery)
	line("person", strings.TrimSpace(l.Role+" "+l.UserID))
	line("channel", string(l.Channel))
	line("entry", strings.TrimSpace(l.Source.Source+" "+l.Source.Stream+" "+l.Source.Entry))
	if l.Tries > 0 {
		line("tries", strconv.Itoa(l.Tries))
	}
	line("consumer", l.Consumer)
	if len(l.Fields) > 0 {
		b.WriteString("\n")
	}
	for _, name := range slices.Sorted(maps.Keys(l.Fields)) {
		fmt.Fprintf(&b, "  %s: %s\n", notify.Printable(name, 80), pretty(l.Fields[name]))
	}
	b.WriteString("\n" + s.deadHint(l) + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// pretty shows JSON over several lines, and everything else as it is.
func pretty(value string) string {
	var b bytes.Buffer
	if strings.HasPrefix(value, "{") && json.Indent(&b, []byte(value), "  ", "  ") == nil {
		return b.String()
	}
	return notify.Printable(value, 4000)
}

func (s *session) deadHint(l notify.Letter) string {
	if l.Kind == notify.DeadDelivery {
		return "Send it again:      notifyctl dead retry " + l.ID + "\nIts whole story:    notifyctl why " + l.Delivery
	}
	return "Repair and retry:   notifyctl dead retry " + l.ID + " --set field=value  (or --edit)"
}

func newDeadExport(s *session) *cobra.Command {
	f := deadFlags{all: true}
	var reveal bool
	var note string
	c := &cobra.Command{
		Use: "export", Short: "write dead letters as JSON Lines, personal fields hidden", Args: cobra.NoArgs,
		Example: "  notifyctl dead export --reason unknown_type >unknown.jsonl",
		RunE: s.withPlatform(func(ctx context.Context, p *platform, _ []string) error {
			list, err := s.letters(ctx, p, f)
			if err != nil {
				return err
			}
			for _, l := range slices.Backward(list) {
				if reveal {
					if l, err = s.wholeLetter(ctx, p, l, note); err != nil {
						return err
					}
				}
				if err := writeJSON(s.Out, viewLetter(l), ""); err != nil {
					return err
				}
			}
			return nil
		}),
	}
	f.register(c)
	c.Flags().BoolVar(&reveal, "reveal", false, "whole, to be repaired and published again; the log keeps who did")
	c.Flags().StringVar(&note, "note", "", "why they are revealed, for the log")
	return c
}
