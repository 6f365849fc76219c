package app

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/addressbook"
	"github.com/vondi-global/notifications/internal/jobs"
	"github.com/vondi-global/notifications/internal/ledger"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redisconn"
	"github.com/vondi-global/notifications/internal/seal"
	"github.com/vondi-global/notifications/internal/streams"
)

func (a *App) redisOptions() (redisconn.Options, error) {
	o, err := redisconn.Parse(a.cfg.Redis.URL.Reveal(), a.cfg.Redis.Password)
	if err != nil {
		return o, fmt.Errorf("redis.url: %w", err)
	}
	return o, nil
}

// onStopClose is onStop for what closes without a context.
func (a *App) onStopClose(name string, closer func() error) {
	a.onStop(name, func(context.Context) error { return closer() })
}

// buildStores opens the Notifications Redis and what lives on it.
func (a *App) buildStores() error {
	options, err := a.redisOptions()
	if err != nil {
		return err
	}
	a.redis = options.New()
	a.onStopClose("redis", a.redis.Close)
	a.watchServer("redis.url", a.redis, true)
	pipe, end, err := jobs.Pipe(a.redis, a.cfg.Redis.Autopipeline)
	if err != nil {
		return fmt.Errorf("redis.autopipeline: %w", err)
	}
	a.pipe = pipe
	a.onStopClose("redis pipeline", end)
	keys, err := seal.New(a.cfg.Redis.SealKeys)
	if err != nil {
		return fmt.Errorf("redis.seal_keys: %w", err)
	}
	a.ledger = ledger.New(a.redis, a.ledgerConfig(keys), time.Now)
	a.dead = streams.NewDeadLetters(a.redis, streams.DeadConfig{Sealer: keys, Mentions: addressbook.Mentions})
	if a.book, err = a.addressBook(); err != nil {
		return err
	}
	a.holds = jobs.NewHolds(a.redis, time.Now)
	return nil
}

func (a *App) addressBook() (*addressbook.Book, error) {
	options := []addressbook.Option{addressbook.WithEraser(a.ledger), addressbook.WithEraser(a.dead), addressbook.WithRefused(func(e notify.Event, err error) {
		a.log.Warn().Err(err).Str("event_type", e.Type).Str("event_id", e.ID).Msg("The address book refused a fact")
	})}
	if c := a.cfg.Directory; c.URL != "" {
		d, err := addressbook.NewDirectory(addressbook.DirectoryConfig(c))
		if err != nil {
			return nil, fmt.Errorf("directory: %w", err)
		}
		a.onStopClose("directory", d.Close)
		options = append(options, addressbook.WithDirectory(d))
	}
	if _, cluster := a.redis.(*redis.ClusterClient); !cluster {
		options = append(options, addressbook.WithOneNode())
	}
	return addressbook.New(a.pipe, time.Now, options...), nil
}

func (a *App) ledgerConfig(keys *seal.Keys) ledger.Config {
	cfg := ledger.Defaults()
	cfg.Remember, cfg.LogAge, cfg.LogEntries = a.cfg.History.Markers, a.cfg.History.Log, a.cfg.History.Length
	cfg.Pipe, cfg.Sealer = a.pipe, keys
	cfg.Guests = addressbook.GuestKeys
	return cfg
}

// workerClient opens a client for a lane's server.
func workerClient(o redisconn.Options) func() redis.UniversalClient {
	return func() redis.UniversalClient { return redis.NewUniversalClient(jobs.Tune(*o.Universal())) }
}
