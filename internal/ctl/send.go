package ctl

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/jobs"
	"github.com/vondi-global/notifications/internal/notify"
	sending "github.com/vondi-global/notifications/internal/providers"
)

// sendFlags are the flags of send.
type sendFlags struct {
	channel, to, typ, role, locale, platform string
	verbose, reveal, each, yes               bool
}

func newSend(s *session) *cobra.Command {
	var f sendFlags
	c := &cobra.Command{
		Use: "send --channel CHANNEL --to ADDRESS", Short: "send a test message through the real provider", GroupID: "operators",
		Long: `send tries a provider as the configuration has it: it makes a message, of a type's example
where one is named, hands it over, and says what the provider answered and what the daemon
would make of that. It needs no Redis, and what it sends stands in no log.`,
		Example: `  notifyctl send --channel email --to me@example.com -v   # the SMTP dialogue too
  notifyctl send --channel sms --to +381601234567 --type pvz.parcel.arrived --locale sr-Cyrl`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.send(c.Context(), f) },
	}
	c.Flags().StringVar(&f.channel, "channel", "", "email, telegram, sms or push")
	c.Flags().StringVar(&f.to, "to", "", "email address, phone number, chat or device token")
	c.Flags().StringVar(&f.typ, "type", "", "the message of this type, of its example")
	c.Flags().StringVar(&f.role, "role", "", "the message for this role (default: the type's first)")
	c.Flags().StringVar(&f.locale, "locale", notify.SerbianLatin, "its language")
	c.Flags().StringVar(&f.platform, "platform", "android", "push: android, ios or web")
	c.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "show the message and all that is said on the wire, secrets hidden")
	c.Flags().BoolVar(&f.reveal, "reveal", false, "with -v: show the address whole")
	c.Flags().BoolVar(&f.each, "each", false, "through each provider of the channel, not the first only")
	c.Flags().BoolVarP(&f.yes, "yes", "y", false, "don't ask in a protected context")
	_ = c.MarkFlagRequired("channel")
	_ = c.MarkFlagRequired("to")
	return c
}

// trial is what came of a test message.
type trial struct {
	Provider  string `json:"provider"`
	Channel   string `json:"channel"`
	To        string `json:"to"`
	MessageID string `json:"provider_message_id,omitempty"`
	Parts     int    `json:"parts,omitempty"`
	TookMS    int64  `json:"took_ms"`
	Fault     string `json:"fault,omitempty"`
	Code      string `json:"code,omitempty"`
	Error     string `json:"error,omitempty"`
	Then      string `json:"then,omitempty"` // what the daemon would do
}

func (s *session) send(ctx context.Context, f sendFlags) error {
	to, err := f.address()
	if err != nil {
		return err
	}
	m, err := s.testMessage(f, to)
	if err != nil {
		return err
	}
	cfg, err := s.settings()
	if err != nil {
		return err
	}
	if err := s.askProtected("Send a message to "+to.String(), f.yes); err != nil {
		return err
	}
	set, err := sending.Open(*cfg, sending.Options{Wire: s.wire(f, to), Log: zerolog.Nop()})
	s.opened = append(s.opened, set.Close)
	senders := set.Bare(to.Channel)
	if len(senders) == 0 {
		return errors.Join(err, s.channelOff(set, to.Channel))
	}
	if !f.each {
		senders = senders[:1]
	}
	if f.verbose {
		writeMessage(s.Err, m, to)
	}
	return s.tryAll(ctx, senders, to, m)
}

func (s *session) channelOff(set *sending.Set, ch notify.Channel) error {
	for _, off := range set.Off() {
		if off.Channel == ch {
			return usagef("%s is off: %s is not set here", ch, off.Setting)
		}
	}
	return usagef("%s is off", ch)
}

func (f sendFlags) address() (notify.Address, error) {
	ch, err := notify.ParseChannel(f.channel)
	if err != nil {
		return notify.Address{}, usagef("--channel: %w", err)
	}
	a := notify.Address{Channel: ch, Value: f.to}
	if ch == notify.Push {
		a.Platform = f.platform
		return a, nil
	}
	if err := normal(&a); err != nil {
		return a, usagef("--to: %w", err)
	}
	return a, nil
}

// tryAll hands the message to each of the senders and says what they answered.
func (s *session) tryAll(ctx context.Context, senders []sending.Sender, to notify.Address, m notify.Message) error {
	failed := false
	var trials []trial
	for _, sender := range senders {
		one := s.try(ctx, sender, to, m)
		failed = failed || one.Error != ""
		trials = append(trials, one)
	}
	if s.flags.output != "table" {
		if err := print(s, trials, table{}); err != nil {
			return err
		}
	} else {
		for _, t := range trials {
			s.writeTrial(t)
		}
	}
	if failed {
		return errFound
	}
	return nil
}

func (s *session) try(ctx context.Context, sender sending.Sender, to notify.Address, m notify.Message) trial {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Delivery.Timeout)
	defer cancel()
	began := time.Now()
	r, err := sender.Send(ctx, to, m)
	t := trial{Provider: r.Provider, Channel: string(to.Channel), To: to.String(), MessageID: r.ID, Parts: r.Parts, TookMS: time.Since(began).Milliseconds()}
	if err != nil {
		t.failed(err, m)
	}
	return t
}

// failed says what an error means, and what the daemon would do.
func (t *trial) failed(err error, m notify.Message) {
	t.Error, t.Fault = err.Error(), notify.FaultOf(err).String()
	if e, ok := errors.AsType[*notify.SendError](err); ok {
		t.Provider, t.Code = e.Provider, e.Code
	}
	d := notify.Delivery{Channel: m.Channel, Priority: cmp.Or(m.Priority, notify.Normal)}
	switch decision := jobs.Verdict(err, d, notify.Attempt{Number: 1}, time.Now()); decision.Action {
	case notify.Retry:
		t.Then = "it would be tried again, later and later"
	case notify.Wait:
		t.Then = "it would wait, and be tried again; that costs no attempt"
	case notify.GiveUp, notify.Done:
		t.Then = "it would be given up: " + reasonWords(decision.Reason, "")
	}
}

func (s *session) writeTrial(t trial) {
	took := brief(time.Duration(t.TookMS) * time.Millisecond)
	if t.Error != "" {
		fmt.Fprintf(s.Out, "%s after %s: %s\nThe daemon: %s.\n", s.paint(red, "failed"), took, t.Error, t.Then)
		return
	}
	text := fmt.Sprintf("%s to %s by %s in %s", s.paint(green, "sent"), t.To, t.Provider, took)
	if t.MessageID != "" {
		text += ", its id there: " + t.MessageID
	}
	if t.Parts > 1 {
		text += fmt.Sprintf(", in %d parts", t.Parts)
	}
	fmt.Fprintln(s.Out, text)
}

// writeMessage shows a message as its channel has it.
func writeMessage(w io.Writer, m notify.Message, to notify.Address) {
	line := func(name, text string) {
		if text != "" {
			fmt.Fprintf(w, "> %-8s %s\n", name, strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n>          "))
		}
	}
	line("to", to.String())
	line("language", m.Locale)
	line("subject", m.Subject)
	line("title", m.Title)
	line("text", m.Text)
	if m.Channel == notify.Telegram {
		line("html", m.HTML)
	} else if m.HTML != "" {
		line("html", plural(len(m.HTML), "byte"))
	}
	for _, b := range m.Buttons {
		line("button", b.Text)
	}
	for _, a := range m.Attachments {
		line("file", a.Name+", "+a.Type)
	}
}
