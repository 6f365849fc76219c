package app

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/telemetry"
)

// lookEvery is how often the configuration is compared: a ConfigMap or a Secret that changes
// sends no signal.
const lookEvery = 5 * time.Second

// follower reads the configuration again and takes what a running daemon can take.
// Everything that can fail comes before the first change.
type follower struct {
	app   *App
	read  func() (config.Config, error)
	level *telemetry.Level

	mu      sync.Mutex
	inForce config.Config
	seen    config.Config // what the last look read, taken or not
	refused string        // why the last look's was not taken
}

// follow lets the daemon follow its configuration from its start on.
func (a *App) follow(read func() (config.Config, error), level *telemetry.Level) {
	a.following = &follower{app: a, read: read, level: level, inForce: a.cfg, seen: a.cfg}
	a.supervised("configuration", a.following.run)
}

// inForce is the configuration that holds now.
func (a *App) inForce() config.Config {
	if a.following == nil {
		return a.cfg
	}
	a.following.mu.Lock()
	defer a.following.mu.Unlock()
	return a.following.inForce
}

// Reload reads configuration, templates and locales again, now. What has errors is refused.
func (a *App) Reload() {
	if a.following != nil {
		a.following.look(true)
	}
	a.watcher.Reload()
}

func (f *follower) run(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			f.look(false)
		}
	}
}

// look takes what has changed since the last look; anyway says so even if nothing has.
func (f *follower) look(anyway bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	next, err := f.read()
	refused := ""
	if err != nil {
		refused = err.Error()
	}
	if !anyway && refused == f.refused && reflect.DeepEqual(next, f.seen) {
		return
	}
	if err == nil {
		err = f.take(next)
	}
	f.seen, f.refused = next, refused
	f.app.metrics.Reconfigured(err == nil)
	if err != nil {
		f.app.log.Error().Err(err).Msg("Configuration refused: the old one stays")
	}
}

// take makes the change if all of it can be made.
func (f *follower) take(next config.Config) error {
	a, change := f.app, f.inForce.Change(next)
	cfg := change.Config
	rules, err := a.rules(cfg)
	if err != nil {
		return err
	}
	rebrand := slices.ContainsFunc(change.Taken, func(key string) bool { return strings.HasPrefix(key, "brand.") })
	if rebrand {
		if err := checkWords(cfg); err != nil {
			return err
		}
	}
	if err := f.level.Set(cfg.Log.Level); err != nil {
		return err
	}
	a.router.Store(rules)
	a.rates.Pace(cfg)
	if rebrand {
		a.watcher.Rebrand(brand(cfg))
	}
	f.inForce = cfg
	a.metrics.NeedRestart(len(change.Waiting))
	a.log.Info().Strs("changed", change.Taken).Msg("Configuration reloaded")
	if len(change.Waiting) > 0 {
		a.log.Warn().Strs("settings", change.Waiting).Msg("Changed settings need a restart; until then the old ones hold")
	}
	return nil
}
