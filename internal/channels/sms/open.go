// Package sms opens the provider of text messages that a setting names. The providers live
// below: twilio, infobip, smpp.
package sms

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/channels/sms/infobip"
	"github.com/vondi-global/notifications/internal/channels/sms/smpp"
	"github.com/vondi-global/notifications/internal/channels/sms/twilio"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/secret"
)

// Sender is a provider of text messages.
type Sender interface {
	Send(ctx context.Context, to notify.Address, m notify.Message) (notify.Receipt, error)
	Provider() string
	Close() error
}

// Options are what a provider is opened with beside its setting.
type Options struct {
	Listener channels.Listener // gets what SMPP tells over its own link; the others tell it by webhook
	Wire     channels.Wire     // hears what is said; nil: nobody
	Log      zerolog.Logger
}

// Open makes the sender that the setting names by its scheme:
//
//	twilio://sid:token@host?from=…
//	infobip://key@host?from=…
//	smpp://user:pass@host:port?from=…
//
// Errors never show the setting, which holds a secret.
func Open(setting secret.String, o Options) (Sender, error) {
	u, err := url.Parse(setting.Reveal())
	if err != nil {
		return nil, errNoURL
	}
	switch u.Scheme {
	case "twilio":
		return made(twilio.ParseURL, func(c twilio.Config) (*twilio.Sender, error) { c.Wire = o.Wire; return twilio.New(c) })(u)
	case "infobip":
		return made(infobip.ParseURL, func(c infobip.Config) (*infobip.Sender, error) { c.Wire = o.Wire; return infobip.New(c) })(u)
	case "smpp":
		return made(smpp.ParseURL, func(c smpp.Config) (*smpp.Sender, error) { c.Wire = o.Wire; return smpp.New(c, o.Listener, o.Log) })(u)
	}
	return nil, unknownProvider(u.Scheme)
}

var errNoURL = errors.New("sms: the setting is no URL: want twilio://, infobip:// or smpp://")

func unknownProvider(scheme string) error {
	return fmt.Errorf("sms: provider %q: want one of twilio, infobip, smpp", notify.Printable(scheme, 20))
}

// made joins a provider's two steps. A nil *T must not become a Sender that isn't nil.
func made[C any, S Sender](parse func(*url.URL) (C, error), open func(C) (S, error)) func(*url.URL) (Sender, error) {
	return func(u *url.URL) (Sender, error) {
		cfg, err := parse(u)
		if err != nil {
			return nil, err
		}
		s, err := open(cfg)
		if err != nil {
			return nil, err
		}
		return s, nil
	}
}
