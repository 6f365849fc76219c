package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/providers"
	"github.com/vondi-global/notifications/internal/redisconn"
	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/internal/routing"
	"github.com/vondi-global/notifications/internal/secret"
)

// Check is "notifyd check": it loads everything, starts nothing, and says everything that
// is wrong at once. connect makes it try the servers too.
func Check(ctx context.Context, w World, file string, connect bool) error {
	cfg, err := w.load(file)
	problems := []error{err, checkWords(cfg), checkRules(cfg), checkProviders(cfg)}
	if connect && err == nil {
		problems = append(problems, tryServers(ctx, cfg)...)
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	fmt.Fprintf(w.Out, "ok: %d event types, %d sources, configuration, templates and locales\n", len(eventtypes.Catalogue()), len(cfg.Sources))
	return nil
}

// ShowConfig is "notifyd config show".
func ShowConfig(w World, file string) error {
	cfg, err := w.load(file)
	if err != nil {
		return err
	}
	return config.Write(w.Out, &cfg)
}

func checkWords(cfg config.Config) error {
	set, err := newWatcher(cfg).Load()
	if err != nil {
		return fmt.Errorf("templates and locales: %w", err)
	}
	var problems []error
	for _, f := range render.Errors(render.Lint(set)) {
		problems = append(problems, errors.New(f.String()))
	}
	return errors.Join(problems...)
}

func checkRules(cfg config.Config) error {
	if _, err := routing.New(routing.Config{Overrides: overrides(cfg.Types)}, nil, time.Now); err != nil {
		return fmt.Errorf("types: %w", err)
	}
	return nil
}

// checkProviders builds the senders, which dial nobody before their first message.
func checkProviders(cfg config.Config) error {
	set, err := providers.Open(cfg, providers.Options{Log: zerolog.Nop()})
	return errors.Join(err, set.Close())
}

// tryTimeout bounds the try of one server.
const tryTimeout = 3 * time.Second

// keeper is the Redis that must lose nothing.
const keeper = "redis.url"

// tryServers asks each Redis for a sign of life, and how it is set up.
func tryServers(ctx context.Context, cfg config.Config) []error {
	servers := map[string]string{keeper: cfg.Redis.URL.Reveal()}
	for name, url := range cfg.Sources {
		servers["source "+name] = url
	}
	var problems []error
	for _, what := range slices.Sorted(maps.Keys(servers)) {
		for _, err := range tryServer(ctx, servers[what], cfg.Redis.Password, what == keeper) {
			problems = append(problems, fmt.Errorf("%s: %w", what, err))
		}
	}
	return problems
}

func tryServer(ctx context.Context, url string, password secret.String, keeper bool) (problems []error) {
	o, err := redisconn.Parse(url, password)
	if err != nil {
		return []error{err}
	}
	c := o.New()
	defer c.Close()
	ctx, cancel := context.WithTimeout(ctx, tryTimeout)
	defer cancel()
	if err := c.Ping(ctx).Err(); err != nil {
		return []error{fmt.Errorf("%s doesn't answer: %w", o, redisconn.Explain(err))}
	}
	for _, p := range problemsOf(ctx, c, keeper) {
		problems = append(problems, errors.New(p))
	}
	return problems
}
