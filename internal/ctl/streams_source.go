package ctl

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/redisconn"
	"github.com/vondi-global/notifications/internal/streams"
)

// origin is a source that was opened.
type origin struct {
	name   string
	names  []string // all names that the configuration has for it
	client redis.UniversalClient
	err    error // it doesn't answer
}

// sources opens the sources of the configuration, or the one of a name. Names of the same
// server are one source, as for the daemon. A source that doesn't answer is returned with
// its error, unless it was asked for by name.
func (s *session) sources(ctx context.Context, only string) ([]*origin, error) {
	cfg, err := s.settings()
	if err != nil {
		return nil, err
	}
	if only != "" {
		o, err := s.openOrigin(ctx, &origin{name: only, names: []string{only}})
		return []*origin{o}, err
	}
	list, err := s.servers(cfg)
	if err != nil {
		return nil, err
	}
	var all sync.WaitGroup
	for i := range list {
		all.Go(func() { list[i], _ = s.openOrigin(ctx, list[i]) })
	}
	all.Wait()
	return list, nil
}

// openOrigin opens a source, once.
func (s *session) openOrigin(ctx context.Context, o *origin) (*origin, error) {
	s.mu.Lock()
	known := s.origins[o.name]
	s.mu.Unlock()
	if known != nil {
		return known, known.err
	}
	o.client, o.err = s.source(ctx, o.name)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.origins == nil {
		s.origins = map[string]*origin{}
	}
	s.origins[o.name] = o
	return o, o.err
}

// servers are the sources, one for each server.
func (s *session) servers(cfg *config.Config) ([]*origin, error) {
	var list []*origin
	at := map[string]*origin{}
	for _, name := range names(cfg.Sources) {
		o, err := redisconn.Parse(cfg.Sources[name], cfg.Redis.Password)
		if err != nil {
			return nil, usageError{err}
		}
		place := fmt.Sprintf("%s/%d", o, o.DB)
		if known, ok := at[place]; ok {
			known.names = append(known.names, name)
			continue
		}
		at[place] = &origin{name: name, names: []string{name}}
		list = append(list, at[place])
	}
	return list, nil
}

// streams finds the streams of a source as the daemon does: by pattern and by kind.
func (o *origin) streams(ctx context.Context) ([]string, error) {
	cfg := streams.Config{}.Defaults()
	found := map[string]bool{}
	var mu sync.Mutex
	scan := func(ctx context.Context, c redis.Cmdable) error {
		for _, pattern := range cfg.Patterns {
			it := c.ScanType(ctx, 0, pattern, 1000, "stream").Iterator()
			for it.Next(ctx) {
				mu.Lock()
				found[it.Val()] = true
				mu.Unlock()
			}
			if err := it.Err(); err != nil {
				return err
			}
		}
		return nil
	}
	var err error
	if cluster, ok := o.client.(*redis.ClusterClient); ok {
		err = cluster.ForEachMaster(ctx, func(ctx context.Context, c *redis.Client) error { return scan(ctx, c) })
	} else {
		err = scan(ctx, o.client)
	}
	list := slices.DeleteFunc(names(found), func(name string) bool {
		return slices.ContainsFunc(cfg.Exclude, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
	})
	return list, err
}

// holder finds the source that has a stream.
func (s *session) holder(ctx context.Context, stream, only string) (*origin, error) {
	list, err := s.sources(ctx, only)
	if err != nil {
		return nil, err
	}
	var have []*origin
	for _, o := range list {
		if o.err != nil {
			continue
		}
		kind, err := o.client.Type(ctx, stream).Result()
		if err != nil {
			return nil, fmt.Errorf("source %s: %w", o.name, err)
		}
		if kind == "stream" {
			have = append(have, o)
		}
	}
	switch len(have) {
	case 1:
		return have[0], nil
	case 0:
		return nil, s.noStream(list, stream)
	}
	var all []string
	for _, o := range have {
		all = append(all, o.name)
	}
	return nil, usagef("%s is on several sources: say --source %s", stream, strings.Join(all, " or "))
}

func (s *session) noStream(list []*origin, stream string) error {
	for _, o := range list {
		if o.err != nil {
			return connectError{fmt.Errorf("no stream %s on the sources that answer, and one doesn't: %w", stream, o.err)}
		}
	}
	return fmt.Errorf("no stream %s: notifyctl streams list shows them", stream)
}
