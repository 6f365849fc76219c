package app

import (
	"fmt"
	"maps"
	"slices"

	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/redisconn"
	"github.com/vondi-global/notifications/internal/streams"
)

// source is a Redis to read, with the names under which the configuration knows it.
type source struct {
	name    string
	options redisconn.Options
}

// sources merges the names of one server: the passport's listings and delivery share one,
// and its entries must be read once.
func sources(cfg config.Config) (list []source, merged []string, err error) {
	seen := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(cfg.Sources)) {
		o, err := redisconn.Parse(cfg.Sources[name], cfg.Redis.Password)
		if err != nil {
			return nil, nil, fmt.Errorf("sources: %s: %w", name, err)
		}
		place := fmt.Sprintf("%s/%d", o, o.DB)
		if first, ok := seen[place]; ok {
			merged = append(merged, fmt.Sprintf("%s is the same server as %s", name, first))
			continue
		}
		seen[place] = name
		list = append(list, source{name, o})
	}
	return list, merged, nil
}

// buildReaders makes a reader for each source. They run side by side: one that hangs holds
// up no other.
func (a *App) buildReaders() error {
	list, merged, err := sources(a.cfg)
	if err != nil {
		return err
	}
	for _, m := range merged {
		a.log.Info().Msg("Sources: " + m + ": it is read once")
	}
	cfg := a.streamsConfig()
	if err := cfg.Validate(); err != nil {
		return fmt.Errorf("streams: %w", err)
	}
	for _, s := range list {
		client := streams.NewClient(s.options.Universal())
		a.onStopClose("source "+s.name, client.Close)
		a.watchServer("source "+s.name, client, false)
		r := streams.NewReader(cfg, streams.Source{Name: s.name, Client: client, Address: s.options.String()}, a.dispatcher, a.dead, a.metrics, a.log)
		a.readers = append(a.readers, r)
		a.supervised("reader "+s.name, r.Run)
	}
	return nil
}

func (a *App) streamsConfig() streams.Config {
	c := a.cfg.Streams
	return streams.Config{
		Consumer: a.cfg.Consumer, Start: c.Start, Count: c.Count, MaxEntryBytes: c.MaxBytes, MaxTries: c.Tries,
		Discover: c.Discover, MinIdle: c.Idle, Trim: c.Trim,
	}.Defaults()
}
