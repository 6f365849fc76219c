// Package providers is the list of every provider and how the configuration opens it. The
// daemon and notifyctl send through the same list.
package providers

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/channels/email"
	"github.com/vondi-global/notifications/internal/channels/push"
	"github.com/vondi-global/notifications/internal/channels/sms"
	"github.com/vondi-global/notifications/internal/channels/telegram"
	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/secret"
)

// provider opens the senders of a channel, in the order of failover; none: the channel is
// off.
type provider struct {
	channel notify.Channel
	setting string // that switches it on
	open    func(opener) ([]Sender, error)
	limits  func(config.Config) func(to notify.Address) []channels.Limit
}

// list is every channel's providers.
func list() []provider {
	return []provider{
		{notify.Email, "VONDINOTIFY_SMTP_URL", opener.email, func(c config.Config) limitsOf { return email.Limits(c.Email.Rate, c.Email.Domains) }},
		{notify.Telegram, "VONDINOTIFY_TELEGRAM_TOKEN", opener.telegram, telegramLimits},
		{notify.SMS, "VONDINOTIFY_SMS_URL", opener.sms, func(c config.Config) limitsOf { return rate(c.SMS.Rate) }},
		{notify.Push, "VONDINOTIFY_FCM_CREDENTIALS_FILE", opener.push, func(c config.Config) limitsOf { return rate(c.Push.Rate) }},
	}
}

// Sender is a provider that is ready to send.
type Sender interface {
	channels.Sender
	Provider() string // its name, as in receipts and holds
	Close() error
}

// opener has what providers need.
type opener struct {
	cfg      config.Config
	feedback channels.Listener // what comes back over a provider's own connection
	wire     channels.Wire
	log      zerolog.Logger
}

func (o opener) email() ([]Sender, error) {
	return each("email.url", o.cfg.Email.URL, func(raw secret.String) (Sender, error) {
		u, err := url.Parse(raw.Reveal())
		if err != nil {
			return nil, errors.New("want smtp://user:pass@host:587?from=… or smtps://…")
		}
		cfg, err := email.ParseURL(u)
		if err != nil {
			return nil, err
		}
		cfg.Relay.Wire = o.wire
		cfg.BounceDomain = o.cfg.Email.Domain
		cfg.Pool.Size = o.cfg.Delivery.Workers[string(notify.Email)]
		return email.New(cfg)
	})
}

func (o opener) telegram() ([]Sender, error) {
	c := o.cfg.Telegram
	if c.Token.Empty() {
		return nil, nil
	}
	s, err := telegram.New(telegram.Config{Token: c.Token, Endpoint: c.Endpoint, Wire: o.wire})
	if err != nil {
		return nil, fmt.Errorf("telegram: %w", err)
	}
	return []Sender{s}, nil
}

func (o opener) sms() ([]Sender, error) {
	return each("sms.url", o.cfg.SMS.URL, func(raw secret.String) (Sender, error) {
		return sms.Open(raw, sms.Options{Listener: o.feedback, Wire: o.wire, Log: o.log})
	})
}

func (o opener) push() ([]Sender, error) {
	c := o.cfg.Push
	if c.Credentials == "" && c.Endpoint == "" {
		return nil, nil
	}
	s, err := push.New(push.Config{CredentialsFile: c.Credentials, Endpoint: c.Endpoint, Project: c.Project, Wire: o.wire})
	if err != nil {
		return nil, err
	}
	return []Sender{s}, nil
}

// each opens a sender for each address of a list that spaces separate. No error shows an
// address: it holds a password.
func each(key string, list secret.String, open func(secret.String) (Sender, error)) ([]Sender, error) {
	var senders []Sender
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

type limitsOf = func(to notify.Address) []channels.Limit

// rate is one limit for a whole provider; none where it is 0.
func rate(perSecond float64) limitsOf {
	if perSecond <= 0 {
		return nil
	}
	limit := []channels.Limit{channels.PerSecond("", perSecond)}
	return func(notify.Address) []channels.Limit { return limit }
}

// telegramLimits keeps the configured rate for the bot, and Telegram's own for each chat.
func telegramLimits(c config.Config) limitsOf {
	return func(to notify.Address) []channels.Limit {
		limits := telegram.Limits(to)
		if c.Telegram.Rate > 0 {
			limits[0].Rate = c.Telegram.Rate
		}
		return limits
	}
}

// Set is the opened providers of all channels.
type Set struct {
	senders map[notify.Channel][]Sender
	guarded map[notify.Channel]channels.Sender
	guards  map[string]*channels.Breaker
	rates   map[notify.Channel]*atomic.Pointer[limitsOf]
	off     []Off
}

// Off is a channel that isn't configured.
type Off struct {
	Channel notify.Channel
	Setting string // the variable that switches it on
}

// Options are what the senders share.
type Options struct {
	Redis    redis.UniversalClient // keeps the limits of all pods together; nil: no limits
	Feedback channels.Listener     // nil: what comes back over a provider's own link is dropped
	OnState  func(provider string, s channels.State)
	Holding  func(ctx context.Context, what ...string) (*notify.Postponed, error) // an operator's will; nil: nobody's
	Wire     channels.Wire                                                        // hears what is said to the providers; nil: nobody
	Log      zerolog.Logger
}

// Open opens every provider that is configured. Nobody is dialled before the first message.
// The error holds every problem; what was opened in spite of it is in the set.
func Open(cfg config.Config, o Options) (*Set, error) {
	s := &Set{senders: map[notify.Channel][]Sender{}, guarded: map[notify.Channel]channels.Sender{}, guards: map[string]*channels.Breaker{}, rates: map[notify.Channel]*atomic.Pointer[limitsOf]{}}
	var problems []error
	for _, p := range list() {
		senders, err := p.open(opener{cfg, o.Feedback, o.Wire, o.Log})
		if err != nil {
			problems = append(problems, err)
		}
		if len(senders) == 0 {
			s.off = append(s.off, Off{p.channel, p.setting})
			continue
		}
		s.senders[p.channel] = senders
		s.rates[p.channel] = new(atomic.Pointer[limitsOf])
		s.guarded[p.channel] = s.guard(p, senders, o)
	}
	s.Pace(cfg)
	return s, errors.Join(problems...)
}

// Pace takes the configuration's rates; the next message of each channel keeps to them.
func (s *Set) Pace(cfg config.Config) {
	for _, p := range list() {
		if rate, ok := s.rates[p.channel]; ok {
			limits := p.limits(cfg)
			rate.Store(&limits)
		}
	}
}

// limits asks for a channel's rate of now.
func limits(rate *atomic.Pointer[limitsOf]) limitsOf {
	return func(to notify.Address) []channels.Limit {
		if now := *rate.Load(); now != nil {
			return now(to)
		}
		return nil
	}
}

// guard puts each provider behind a breaker and its limits, and several in a row.
func (s *Set) guard(p provider, senders []Sender, o Options) channels.Sender {
	chain := make(channels.Failover, len(senders))
	for i, sender := range senders {
		name := string(p.channel)
		if i > 0 {
			name = fmt.Sprintf("%s-%d", p.channel, i+1)
		}
		g := &channels.Guard{Sender: sender, Breaker: channels.NewBreaker(name, channels.BreakerConfig{OnChange: o.OnState})}
		s.guards[name] = g.Breaker
		if o.Holding != nil {
			g.Held = func(ctx context.Context) (*notify.Postponed, error) {
				return o.Holding(ctx, "provider:"+sender.Provider())
			}
		}
		if o.Redis != nil {
			g.Pace, g.Limits = channels.NewPace(o.Redis, name, channels.PaceConfig{}), limits(s.rates[p.channel])
		}
		chain[i] = g
	}
	if len(chain) == 1 {
		return chain[0]
	}
	return chain
}

// Sender is the channel's sender, guarded; nil where the channel is off.
func (s *Set) Sender(ch notify.Channel) channels.Sender { return s.guarded[ch] }

// Bare are the channel's providers without guards, in the order of failover.
func (s *Set) Bare(ch notify.Channel) []Sender { return s.senders[ch] }

// Breakers says how each provider's breaker stands now.
func (s *Set) Breakers() map[string]channels.State {
	now := make(map[string]channels.State, len(s.guards))
	for name, b := range s.guards {
		now[name] = b.State()
	}
	return now
}

// Off lists the channels that are not configured.
func (s *Set) Off() []Off { return s.off }

// Close ends all connections.
func (s *Set) Close() error {
	var err error
	for _, ch := range notify.Channels() {
		for _, sender := range s.senders[ch] {
			err = errors.Join(err, sender.Close())
		}
	}
	return err
}
