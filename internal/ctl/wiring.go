package ctl

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/addressbook"
	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/jobs"
	"github.com/vondi-global/notifications/internal/ledger"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/pipeline"
	"github.com/vondi-global/notifications/internal/routing"
	"github.com/vondi-global/notifications/internal/seal"
	"github.com/vondi-global/notifications/internal/streams"
)

// platform is what lives on the Notifications Redis, opened the way the daemon opens it:
// the same keys, lives and rules, and none of its goroutines.
type platform struct {
	book   *addressbook.Book
	ledger *ledger.Ledger
	queue  *jobs.Queue
	holds  *jobs.Holds
	dead   *streams.DeadLetters
	router *routing.Router
	now    func() time.Time
}

// platform opens everything, or says what can't be reached.
func (s *session) platform(ctx context.Context) (*platform, error) {
	client, err := s.redis(ctx)
	if err != nil {
		return nil, err
	}
	keys, err := seal.New(s.cfg.Redis.SealKeys)
	if err != nil {
		return nil, usageError{fmt.Errorf("redis.seal_keys: %w", err)}
	}
	now := s.clock()
	history := ledger.New(client, ledgerConfig(s.cfg.History, keys), now)
	dead := streams.NewDeadLetters(client, streams.DeadConfig{Sealer: keys, Mentions: addressbook.Mentions})
	known := []addressbook.Option{addressbook.WithEraser(history), addressbook.WithEraser(dead)}
	if s.cfg.Directory.URL != "" {
		d, err := addressbook.NewDirectory(addressbook.DirectoryConfig(s.cfg.Directory))
		if err != nil {
			return nil, usageError{err}
		}
		known = append(known, addressbook.WithDirectory(d))
	}
	p := &platform{
		book:   addressbook.New(client, now, known...),
		ledger: history,
		queue:  jobs.NewQueue(client, jobs.Defaults()),
		holds:  jobs.NewHolds(client, now),
		dead:   dead,
		now:    now,
	}
	if p.router, err = routing.New(routingConfig(s.cfg), p.book, now); err != nil {
		return nil, usageError{err}
	}
	return p, nil
}

func ledgerConfig(h config.History, keys *seal.Keys) ledger.Config {
	cfg := ledger.Defaults()
	cfg.Remember, cfg.LogAge, cfg.LogEntries = h.Markers, h.Log, h.Length
	cfg.Sealer, cfg.Guests = keys, addressbook.GuestKeys
	return cfg
}

// routingConfig has every channel on. An operator's machine has no provider's password: a
// plan that is made there must not skip what the daemon could send. A channel that is off
// is skipped by the daemon itself, when it comes to the delivery.
func routingConfig(c *config.Config) routing.Config {
	on := map[notify.Channel]bool{}
	for _, ch := range notify.Channels() {
		on[ch] = true
	}
	overrides := map[string]routing.Override{}
	for name, o := range c.Types {
		overrides[name] = routing.Override(o)
	}
	return routing.Config{Channels: on, Overrides: overrides, BroadcastAbove: c.Delivery.Large}
}

// dispatcher is the daemon's own door: what comes through it twice is sent once. maxAge
// skips older events; 0 skips none.
func (p *platform) dispatcher(maxAge time.Duration) *pipeline.Dispatcher {
	return &pipeline.Dispatcher{
		Learner: p.book, Router: p.router, Keeper: p.ledger, Queue: p.queue,
		MaxAge: maxAge, Waits: pipeline.Waits(), Log: zerolog.Nop(), Now: p.now,
	}
}

// operator is who runs the command, as it is recorded.
func (s *session) operator() string {
	return notify.Printable(cmp.Or(s.flags.operator, s.env("NOTIFYCTL_OPERATOR"), s.env("USER"), s.env("LOGNAME")), 64)
}

func (s *session) clock() func() time.Time {
	if s.Now != nil {
		return s.Now
	}
	return time.Now
}
