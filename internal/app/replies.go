package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/channels/email"
	"github.com/vondi-global/notifications/internal/channels/sms"
	"github.com/vondi-global/notifications/internal/channels/telegram"
	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/ledger"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/proxies"
	"github.com/vondi-global/notifications/internal/public"
	"github.com/vondi-global/notifications/internal/replies"
)

// desk takes what comes back from providers and people.
func (a *App) desk() *replies.Desk {
	return &replies.Desk{
		Ledger: replyLedger{a.ledger}, Book: a.book, Observe: a.metrics.Outcome, Log: a.log, Now: time.Now,
		Invitations: invitations(a.cfg), Linked: a.metrics.Linked, Answer: a.answer,
		Category: func(t string) string { return eventtypes.EventType(t).Category() },
	}
}

// answer says something in a chat, through the sender's own breaker and pace.
func (a *App) answer(ctx context.Context, chat, text string) error {
	s := a.senders[notify.Telegram]
	if s == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, a.cfg.Delivery.Timeout)
	defer cancel()
	_, err := s.Send(ctx, notify.Address{Channel: notify.Telegram, Value: chat}, notify.Message{Channel: notify.Telegram, Text: text})
	return err
}

// replyLedger finds what a reply is about.
type replyLedger struct{ *ledger.Ledger }

// Sent implements [replies.Ledger].
func (l replyLedger) Sent(ctx context.Context, provider, messageID, deliveryID string) (o notify.Outcome, ok bool, err error) {
	if deliveryID == "" {
		deliveryID, err = l.ByProviderID(ctx, provider, messageID)
	}
	var r ledger.Record
	if err == nil {
		r, err = l.Record(ctx, deliveryID)
	}
	if errors.Is(err, ledger.ErrNoRecord) {
		return o, false, nil
	}
	for _, e := range r.Story {
		if e.Outcome.Status == notify.Sent {
			o, ok = e.Outcome, true
			o.Delivery.Event.Time = happened(e)
		}
	}
	return o, ok, err
}

// happened is the event's own time, as far as the log knows it: the entry of a sent message
// has the time of its acceptance and how long after the event that was.
func happened(sent ledger.Entry) time.Time {
	millis, _, _ := strings.Cut(sent.ID, "-")
	at, err := strconv.ParseInt(millis, 10, 64)
	if err != nil || sent.Latency == 0 {
		return time.Time{}
	}
	return time.UnixMilli(at).Add(-sent.Latency)
}

// buildReplies opens the doors by which replies come, where they are configured.
func (a *App) buildReplies() error {
	desk := a.desk()
	if err := a.buildPublic(desk); err != nil {
		return err
	}
	if a.cfg.Telegram.Updates == "poll" && !a.cfg.Telegram.Token.Empty() {
		p, err := telegram.NewPoller(a.bot(), desk, a.log)
		if err != nil {
			return fmt.Errorf("telegram: %w", err)
		}
		a.supervised("telegram updates", a.alone("telegram-updates", p.Run))
	}
	return a.buildBounces(desk)
}

func (a *App) buildPublic(desk *replies.Desk) error {
	c := a.cfg.Public
	if c.Addr == "" {
		return nil
	}
	callbacks, err := a.callbacks()
	if err != nil {
		return err
	}
	before, err := proxies.Parse(c.Proxies)
	if err != nil {
		return fmt.Errorf("public.proxies: %w", err)
	}
	cfg := public.Config{
		Addr: c.Addr, Proxies: before, Links: public.Links{Base: c.URL, Key: c.Key}, Preferences: a.book, Feedback: desk,
		Callbacks: callbacks, Log: a.log, Now: time.Now,
	}
	if a.cfg.Telegram.Updates == "webhook" {
		cfg.Telegram = a.webhook(desk)
	}
	s, err := public.Listen(cfg)
	if err != nil {
		return fmt.Errorf("public.addr=%s: %w", c.Addr, err)
	}
	a.onStop("public", s.Stop)
	a.begin = append(a.begin, func() error { s.Start(); return nil })
	return nil
}

// webhook takes the bot's updates, and tells Telegram where it is.
func (a *App) webhook(desk *replies.Desk) *telegram.Webhook {
	w := &telegram.Webhook{Secret: a.cfg.Telegram.Webhook, Listener: desk, Log: a.log}
	if !a.cfg.Telegram.Token.Empty() {
		a.supervised("telegram webhook", func(ctx context.Context) error {
			return w.Announce(ctx, a.bot(), strings.TrimSuffix(a.cfg.Public.URL, "/")+"/telegram")
		})
	}
	return w
}

// bot is the bot's door to Telegram.
func (a *App) bot() telegram.Config {
	return telegram.Config{Token: a.cfg.Telegram.Token, Endpoint: a.cfg.Telegram.Endpoint}
}

// callbacks are the readers of the reports of the providers in use.
func (a *App) callbacks() (map[string]public.Callback, error) {
	list := map[string]public.Callback{}
	for _, raw := range fields(a.cfg.SMS.URL) {
		name, read, err := sms.Callback(raw, a.cfg.Public.URL)
		if err != nil {
			return nil, fmt.Errorf("sms.url=***: %w", err)
		}
		if read != nil {
			list[name] = public.Callback(read)
		}
	}
	for _, setting := range fields(a.cfg.Email.Feedback) {
		name, value, _ := strings.Cut(setting.Reveal(), "=")
		read, err := emailCallback(name, value)
		if err != nil {
			return nil, fmt.Errorf("email.feedback=***: %w", err)
		}
		list[name] = read
	}
	return list, nil
}

func emailCallback(name, value string) (public.Callback, error) {
	switch name {
	case "ses":
		return email.NewSNS(value, email.FetchSNS(channels.NewHTTPClient())).Callback, nil
	case "sendgrid":
		read, err := email.SendGridCallback(value)
		return read, err
	case "mailgun":
		return email.MailgunCallback(secretOf(value)), nil
	}
	return nil, errors.New("want ses=<topic ARN>, sendgrid=<public key> or mailgun=<signing key>") // what stands there may be a key without its name
}

// buildBounces opens the mail server of the bounce domain.
func (a *App) buildBounces(desk *replies.Desk) error {
	c := a.cfg.Email
	if c.Bounces == "" {
		return nil
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", c.Bounces)
	if err != nil {
		return fmt.Errorf("email.bounce_addr=%s: %w", c.Bounces, err)
	}
	a.onStopClose("bounce listener", func() error {
		if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	})
	server := &email.Listener{Domain: c.Domain, Feedback: desk, Log: a.log}
	a.supervised("bounces", func(ctx context.Context) error { return server.Serve(ctx, l) })
	return nil
}
