// Package app knows everyone: it builds the daemon from its configuration, starts it, and
// stops it in order. Dev mode is the same daemon among simulators.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/addressbook"
	"github.com/vondi-global/notifications/internal/admin"
	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/jobs"
	"github.com/vondi-global/notifications/internal/ledger"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/pipeline"
	"github.com/vondi-global/notifications/internal/providers"
	"github.com/vondi-global/notifications/internal/proxies"
	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/internal/streams"
	"github.com/vondi-global/notifications/internal/telemetry"
)

// World is what surrounds the process.
type World struct {
	Out, Err io.Writer
	Environ  []string
	Set      []string // settings of the command line: log.level=debug
}

// load reads the configuration from file and from the world.
func (w World) load(file string) (config.Config, error) {
	return config.Load(file, w.Environ, w.Set...)
}

// stopTimeout bounds the whole stop. It fits a pod's grace period of 60 s.
const stopTimeout = 45 * time.Second

// App is a built daemon.
type App struct {
	lifecycle

	cfg      config.Config // as the daemon was built
	metrics  *telemetry.Metrics
	traces   *telemetry.Traces // nil: off
	registry *prometheus.Registry
	admin    *admin.Server

	redis      redis.UniversalClient // the Notifications Redis
	pipe       redis.UniversalClient // the same, concurrent commands in shared round trips
	ledger     *ledger.Ledger
	book       *addressbook.Book
	dead       *streams.DeadLetters
	holds      *jobs.Holds
	watcher    *render.Watcher
	renderer   *render.Renderer
	senders    map[notify.Channel]pipeline.Sender
	router     *rulebook
	rates      *providers.Set
	queue      *jobs.Queue
	dispatcher *pipeline.Dispatcher
	readers    []*streams.Reader
	attempts   *attempts
	servers    *servers
	following  *follower // nil: the configuration never changes

	workers  atomic.Pointer[jobs.Workers] // nil until their Redis is there
	stopping atomic.Bool
}

// Run is "notifyd run": the daemon until ctx ends.
func Run(ctx context.Context, w World, file string) error {
	cfg, err := w.load(file)
	if err != nil {
		return err
	}
	log, level, err := telemetry.NewLog(w.Err, cfg.Log.Level, cfg.Log.Format)
	if err != nil {
		return err
	}
	a, err := New(cfg, log)
	if err != nil {
		return err
	}
	a.follow(func() (config.Config, error) { return w.load(file) }, level)
	return a.Run(ctx)
}

// New builds the daemon bottom-up. What a step needs, an earlier one has built; each step
// that takes something says beside it how to give it back. A failed step unwinds the rest.
// Nothing here waits for a server: a daemon whose Redis is down starts, and says so.
func New(cfg config.Config, log zerolog.Logger) (*App, error) {
	quietRedis(log)
	a := &App{cfg: cfg, attempts: newAttempts(), servers: newServers(), lifecycle: lifecycle{log: log}}
	for _, build := range []func() error{
		a.buildTelemetry, a.buildAdmin, a.buildStores, a.buildWords, a.buildSenders, a.buildWork, a.buildReaders, a.buildReplies, a.buildPages,
	} {
		if err := build(); err != nil {
			ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
			defer cancel()
			_ = a.stop(ctx) // the error that matters is the one that ended the building
			return nil, err
		}
	}
	return a, nil
}

// Run starts the daemon, waits for ctx, and stops it in order. SIGHUP reads the
// configuration, templates and locales again.
func (a *App) Run(ctx context.Context) error {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	if err := a.Start(); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return a.Stop()
		case <-hup:
			a.Reload()
		}
	}
}

// Start starts everything: the admin server first, so that one can watch.
func (a *App) Start() error {
	a.admin.Start()
	for _, begin := range a.begin {
		if err := begin(); err != nil {
			return errors.Join(err, a.Stop())
		}
	}
	a.log.Info().Str("admin", a.admin.Addr()).Str("consumer", a.cfg.Consumer).Int("types", len(eventtypes.Catalogue())).Msg("notifyd runs")
	return nil
}

// Stop ends everything in order: not ready any more → readers → workers → senders → Redis
// → admin. Unfinished work stays where the next start finds it.
func (a *App) Stop() error {
	a.stopping.Store(true)
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	start := time.Now()
	err := a.stop(ctx)
	a.log.Info().Err(err).Dur("took", time.Since(start)).Msg("notifyd stopped")
	if err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	return nil
}

func (a *App) buildTelemetry() error {
	a.registry = newRegistry()
	types := make([]string, 0, len(eventtypes.Catalogue()))
	for _, t := range eventtypes.Catalogue() {
		types = append(types, string(t.Name))
	}
	a.metrics = telemetry.NewMetrics(a.registry, types)
	if a.cfg.Telemetry.Endpoint == "" {
		return nil
	}
	return a.buildOTLP()
}

func (a *App) buildAdmin() error {
	c := a.cfg.Admin
	trusted, err := proxies.Parse(c.Proxies)
	if err != nil {
		return fmt.Errorf("admin.proxies: %w", err)
	}
	a.admin, err = admin.Listen(admin.Config{Addr: c.Addr, User: c.User, Password: c.Password, ProxyHeader: c.Header, Proxies: trusted}, a.log)
	if err != nil {
		return fmt.Errorf("admin.addr=%s: %w", c.Addr, err)
	}
	a.onStop("admin", a.admin.Stop)
	return nil
}
