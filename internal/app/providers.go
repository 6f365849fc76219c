package app

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/channels/email"
	"github.com/vondi-global/notifications/internal/channels/push"
	"github.com/vondi-global/notifications/internal/channels/sms"
	"github.com/vondi-global/notifications/internal/channels/telegram"
	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/pipeline"
	"github.com/vondi-global/notifications/internal/secret"
)

// sender is a provider that is ready to send.
type sender interface {
	pipeline.Sender
	Close() error
}

// provider opens the senders of a channel, in the order of failover; none: the channel is
// off.
type provider struct {
	channel notify.Channel
	setting string // that switches it on
	open    func(opener) ([]sender, error)
}

// providers lists them all.
func providers() []provider {
	return []provider{
		{notify.Email, "VONDINOTIFY_SMTP_URL", opener.email},
		{notify.Telegram, "VONDINOTIFY_TELEGRAM_TOKEN", opener.telegram},
		{notify.SMS, "VONDINOTIFY_SMS_URL", opener.sms},
		{notify.Push, "VONDINOTIFY_FCM_CREDENTIALS_FILE", opener.push},
	}
}

// opener has what providers need.
type opener struct {
	cfg      config.Config
	feedback channels.Listener // what comes back over a provider's own connection
	log      zerolog.Logger
}

func (o opener) email() ([]sender, error) {
	return each("email.url", o.cfg.Email.URL, func(raw secret.String) (sender, error) {
		u, err := url.Parse(raw.Reveal())
		if err != nil {
			return nil, errors.New("want smtp://user:pass@host:587?from=… or smtps://…")
		}
		cfg, err := email.ParseURL(u)
		if err != nil {
			return nil, err
		}
		cfg.BounceDomain = o.cfg.Email.Domain
		cfg.Pool.Size = o.cfg.Delivery.Workers[string(notify.Email)]
		return email.New(cfg)
	})
}

func (o opener) telegram() ([]sender, error) {
	c := o.cfg.Telegram
	if c.Token.Empty() {
		return nil, nil
	}
	s, err := telegram.New(telegram.Config{Token: c.Token, Endpoint: c.Endpoint})
	if err != nil {
		return nil, fmt.Errorf("telegram: %w", err)
	}
	return []sender{s}, nil
}

func (o opener) sms() ([]sender, error) {
	return each("sms.url", o.cfg.SMS.URL, func(raw secret.String) (sender, error) {
		return sms.Open(raw, o.feedback, o.log)
	})
}

func (o opener) push() ([]sender, error) {
	c := o.cfg.Push
	if c.Credentials == "" && c.Endpoint == "" {
		return nil, nil
	}
	s, err := push.New(push.Config{CredentialsFile: c.Credentials, Endpoint: c.Endpoint, Project: c.Project})
	if err != nil {
		return nil, err
	}
	return []sender{s}, nil
}

// each opens a sender for each address of a list that spaces separate. No error shows an
// address: it holds a password.
func each(key string, list secret.String, open func(secret.String) (sender, error)) ([]sender, error) {
	var senders []sender
	var problems []error
	for _, raw := range strings.Fields(list.Reveal()) {
		s, err := open(secret.String(raw))
		if err != nil {
			problems = append(problems, fmt.Errorf("%s=***: %w", key, err))
			continue
		}
		senders = append(senders, s)
	}
	return senders, errors.Join(problems...)
}

// buildSenders opens every channel that is configured, and says once which are off.
func (a *App) buildSenders() error {
	a.senders = map[notify.Channel]pipeline.Sender{}
	o := opener{cfg: a.cfg, log: a.log}
	var problems []error
	for _, p := range providers() {
		list, err := p.open(o)
		for _, s := range list {
			a.onStopClose(string(p.channel), s.Close)
		}
		if err != nil {
			problems = append(problems, err)
			continue
		}
		if len(list) == 0 {
			a.log.Warn().Str("channel", string(p.channel)).Msg("Channel is off: " + p.setting + " is not set. Its deliveries are skipped as channel_off")
			continue
		}
		a.senders[p.channel] = list[0]
	}
	return errors.Join(problems...)
}
