package ctl

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/jobs"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/similar"
)

// providers are the names under which messages are sent.
func providers() []string { return []string{"smtp", "telegram", "twilio", "infobip", "smpp", "fcm"} }

type holdFlags struct {
	reason, until string
	length        string
}

func newHold(s *session) *cobra.Command {
	var f holdFlags
	c := &cobra.Command{
		Use: "hold WHAT", Short: "hold back a channel, a provider, a type of event, or all", GroupID: "operators",
		Long: `hold keeps deliveries back until the hold is lifted or ends. Nothing is lost and no attempt
is counted: what is held waits in its queue. What is told only for a while (a courier's
arrival) may then come too late, and is skipped as expired.

WHAT is all, a channel (sms), a provider (twilio) or a type (order.shipped). Where a name
could be several, say which: channel:telegram, provider:telegram.`,
		Example: "  notifyctl hold sms --reason 'the provider sends everything twice' --for 2h\n" +
			"  notifyctl hold provider:telegram --reason 'their outage' --until 18:00\n  notifyctl hold list",
		Args: cobra.ExactArgs(1), ValidArgsFunction: first(completeHolds),
	}
	yes := yesFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error { return s.hold(c.Context(), args[0], f, *yes) }
	c.Flags().StringVar(&f.reason, "reason", "", "why, for those who find it (needed)")
	c.Flags().StringVar(&f.length, "for", "", "how long: 30m, 2h, 1d; without it until it is released")
	c.Flags().StringVar(&f.until, "until", "", "until when: 18:00, 2026-11-24 18:00")
	c.AddCommand(newHoldList(s))
	return c
}

func (s *session) hold(ctx context.Context, arg string, f holdFlags, yes bool) error {
	what, err := holdTarget(arg)
	if err != nil {
		return err
	}
	until, err := s.holdEnd(f)
	switch {
	case err != nil:
		return err
	case f.reason == "":
		return usagef("hold %s: want --reason, for those who find it", what)
	case s.operator() == "":
		return usagef("hold %s: want --operator, for those who find it", what)
	}
	p, err := s.platform(ctx)
	if err != nil {
		return err
	}
	if err := s.askProtected("Hold back "+what, yes); err != nil {
		return err
	}
	h := jobs.Hold{What: what, By: s.operator(), Reason: f.reason, Until: until}
	if err := p.holds.Set(ctx, h); err != nil {
		return usageError{err}
	}
	fmt.Fprintf(s.Err, "%s is held back %s. notifyctl release %s lifts it.\n", what, s.holdWords(until), what)
	return nil
}

func (s *session) holdWords(until time.Time) string {
	if until.IsZero() {
		return "until it is released"
	}
	return "until " + s.when(until)
}

// holdEnd reads --for and --until; zero is no end.
func (s *session) holdEnd(f holdFlags) (time.Time, error) {
	now := s.clock()()
	switch {
	case f.length != "" && f.until != "":
		return time.Time{}, usagef("want --for or --until, not both")
	case f.length != "":
		d, err := parseDuration(f.length)
		if err != nil || d <= 0 {
			return time.Time{}, usagef("--for %q: want a length of time such as 30m, 2h or 1d", f.length)
		}
		return now.Add(d), nil
	case f.until == "":
		return time.Time{}, nil
	}
	t, err := s.parseTime("until", f.until)
	if err == nil && !t.After(now) {
		err = usagef("--until %s: %s is over already", f.until, s.when(t))
	}
	return t, err
}

// holdTarget turns what was said into what is held.
func holdTarget(arg string) (string, error) {
	kind, name, ok := strings.Cut(arg, ":")
	if !ok {
		kind, name = holdKind(arg), arg
	}
	switch {
	case arg == "all":
		return arg, nil
	case kind == "channel" && slices.Contains(notify.Channels(), notify.Channel(name)),
		kind == "provider" && slices.Contains(providers(), name),
		kind == "type" && eventtypes.EventType(name).IsValid():
		return kind + ":" + name, nil
	}
	all := slices.Concat(texts(notify.Channels()), providers(), typeNames())
	if near := similar.Nearest(name, all); near != "" && near != name {
		return "", usagef("hold %q: did you mean %s?", arg, near)
	}
	return "", usagef("hold %q: want all, a channel (%s), a provider (%s) or a type (notifyctl events list)",
		notify.Printable(arg, 60), join(notify.Channels()), strings.Join(providers(), ", "))
}

// holdKind is what a bare name is; telegram is the channel.
func holdKind(name string) string {
	switch {
	case slices.Contains(notify.Channels(), notify.Channel(name)):
		return "channel"
	case slices.Contains(providers(), name):
		return "provider"
	}
	return "type"
}

func newHoldList(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "list what is held back", Example: "  notifyctl hold list", Args: cobra.NoArgs,
		RunE: s.withPlatform(func(ctx context.Context, p *platform, _ []string) error {
			list, err := p.holds.List(ctx)
			if err != nil {
				return err
			}
			t := table{head: []string{"WHAT", "BY", "SINCE", "UNTIL", "REASON"}}
			for _, h := range list {
				t.add(h.What, h.By, s.when(h.Since), s.until(h.Until), h.Reason)
			}
			if len(list) == 0 {
				fmt.Fprintln(s.Err, "Nothing is held back.")
			}
			return print(s, list, t)
		}),
	}
}

func (s *session) until(t time.Time) string {
	if t.IsZero() {
		return "released"
	}
	return s.when(t)
}

func newRelease(s *session) *cobra.Command {
	c := &cobra.Command{
		Use: "release WHAT", Short: "lift a hold", GroupID: "operators", Example: "  notifyctl release sms",
		Args: cobra.ExactArgs(1), ValidArgsFunction: first(completeHolds),
	}
	yes := yesFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		what, err := holdTarget(args[0])
		if err != nil {
			return err
		}
		p, err := s.platform(c.Context())
		if err != nil {
			return err
		}
		if err := s.askProtected("Release "+what, *yes); err != nil {
			return err
		}
		was, err := p.holds.Lift(c.Context(), what)
		if err == nil && !was {
			err = fmt.Errorf("%s was not held back; notifyctl hold list shows what is", what)
		}
		return err
	}
	return c
}
