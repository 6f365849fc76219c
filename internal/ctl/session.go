package ctl

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/spf13/pflag"

	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/redisconn"
)

// session is one call: its flags, and what it has opened.
type session struct {
	IO
	flags struct {
		config   string
		output   string
		noColor  bool
		utc      bool
		operator string
		context  string
	}
	args    []string   // of the call
	mu      sync.Mutex // sources are opened side by side
	opened  []func() error
	origins map[string]*origin
	cfg     *config.Config
	queue   redis.UniversalClient
}

func (s *session) globalFlags(f *pflag.FlagSet) {
	f.StringVarP(&s.flags.output, "output", "o", "table", "table, json, jsonl or yaml")
	f.Var(jsonFlag{&s.flags.output}, "json", "the same as -o json")
	f.Lookup("json").NoOptDefVal = "true"
	f.StringVar(&s.flags.context, "context", "", "which platform: a name of notifyctl context list (also: $NOTIFYCTL_CONTEXT)")
	f.StringVar(&s.flags.config, "config", "", "configuration file, the same as the daemon's")
	f.BoolVar(&s.flags.noColor, "no-color", false, "plain text (also: NO_COLOR)")
	f.BoolVar(&s.flags.utc, "utc", false, "times in UTC, not local")
	f.StringVar(&s.flags.operator, "operator", "", "who does it, for the record (default: $NOTIFYCTL_OPERATOR or $USER)")
}

// settings loads the configuration, once.
func (s *session) settings() (*config.Config, error) {
	if s.cfg != nil {
		return s.cfg, nil
	}
	at, err := s.place()
	if err != nil {
		return nil, err
	}
	c, err := config.Load(at.file, at.environ)
	if err != nil {
		return nil, usageError{err}
	}
	s.cfg = &c
	return s.cfg, nil
}

// redis opens the Notifications Redis, once, and makes sure that it answers.
func (s *session) redis(ctx context.Context) (redis.UniversalClient, error) {
	if s.queue != nil {
		return s.queue, nil
	}
	cfg, err := s.settings()
	if err != nil {
		return nil, err
	}
	c, err := s.open(ctx, "the Notifications Redis", cfg.Redis.URL.Reveal())
	if err != nil {
		return nil, err
	}
	s.queue = c
	return c, nil
}

// source opens a source by its name in the configuration.
func (s *session) source(ctx context.Context, name string) (redis.UniversalClient, error) {
	cfg, err := s.settings()
	if err != nil {
		return nil, err
	}
	url, ok := cfg.Sources[name]
	if !ok {
		return nil, usagef("no source %q: want one of %s", name, strings.Join(names(cfg.Sources), ", "))
	}
	return s.open(ctx, "source "+name, url)
}

func (s *session) open(ctx context.Context, what, url string) (redis.UniversalClient, error) {
	o, err := redisconn.Parse(url, s.cfg.Redis.Password)
	if err != nil {
		return nil, usageError{err}
	}
	options := o.Universal()
	options.MaxRetries, options.DialerRetries = 1, 1 // a person waits
	c := redis.NewUniversalClient(options)
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	if err := c.Ping(ctx).Err(); err != nil {
		_ = c.Close() // the ping's error says more
		help := cmp.Or(redisconn.Advice(err.Error()), "is it running?")
		return nil, connectError{fmt.Errorf("%s at %s doesn't answer: %w\n%s (VONDINOTIFY_REDIS_URL, VONDINOTIFY_SOURCES and --config say where it is)", what, o, err, help)}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened = append(s.opened, c.Close)
	return c, nil
}

func (s *session) close() error {
	var err error
	for _, c := range slices.Backward(s.opened) {
		err = errors.Join(err, c())
	}
	return err
}

func names[V any](m map[string]V) []string {
	list := make([]string, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

// when shows a time as the person wants it.
func (s *session) when(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	if s.flags.utc || s.Zone == nil {
		return t.UTC().Format("2006-01-02 15:04:05Z")
	}
	return t.In(s.Zone).Format("2006-01-02 15:04:05")
}
