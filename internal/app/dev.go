package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/devinbox"
	"github.com/vondi-global/notifications/internal/embedded"
	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/secret"
	"github.com/vondi-global/notifications/internal/telemetry"
)

// DevOptions are the flags of "notifyd dev".
type DevOptions struct {
	Once         bool
	All          bool
	Redis        string // URL; empty: one inside the process
	Addr         string
	EmbeddedAddr string
	Fail         []string
	Pace         time.Duration // between two events of the sample day
}

// dev is the daemon among simulators.
type dev struct {
	*App
	world   World
	options DevOptions
	outside *outside
	logbook *logbook
	close   []func() error // what surrounds the daemon, in order of its opening
}

// Dev is "notifyd dev".
func Dev(ctx context.Context, w World, o DevOptions) error {
	d, err := newDev(w, o)
	if err != nil {
		return err
	}
	err = d.run(ctx)
	return errors.Join(err, d.Stop(), d.closeAll())
}

func newDev(w World, o DevOptions) (*dev, error) {
	d := &dev{world: w, options: o}
	if err := d.build(); err != nil {
		return nil, errors.Join(err, d.closeAll())
	}
	return d, nil
}

func (d *dev) build() error {
	o := d.options
	cfg := config.Default()
	cfg.Consumer, cfg.Admin.Addr, cfg.Streams.Discover = "dev", o.Addr, time.Second
	cfg.Brand.Logo = "" // the name in letters: it lies on no server that dev mode could ask
	if err := d.surround(&cfg); err != nil {
		return err
	}
	log, err := d.logger()
	if err != nil {
		return err
	}
	if d.App, err = New(cfg, log); err != nil {
		return err
	}
	d.logbook = newLogbook(d.ledger)
	d.supervised("logbook", d.logbook.run)
	d.admin.Open("/", devinbox.New(d.outside.Inbox, d.logbook))
	d.dispatcher.Waits = []time.Duration{time.Second, 2 * time.Second} // nobody comes later here
	return nil
}

// surround starts what the daemon talks to, and points it there.
func (d *dev) surround(cfg *config.Config) error {
	url := d.options.Redis
	if url == "" {
		r, err := startEmbedded(d.world.Err, d.options.EmbeddedAddr)
		if err != nil {
			return err
		}
		d.close = append(d.close, func() error { r.Close(); return nil })
		url = r.URL()
	}
	cfg.Redis.URL, cfg.Sources = secretOf(url), map[string]string{"dev": url}
	var err error
	if d.outside, err = newOutside(); err != nil {
		return err
	}
	d.close = append(d.close, d.outside.Close)
	d.outside.point(cfg)
	for _, f := range d.options.Fail {
		if err := d.outside.trouble(f); err != nil {
			return err
		}
	}
	return nil
}

// startEmbedded takes the port where notifyctl looks, or any where that is taken.
func startEmbedded(w io.Writer, addr string) (*embedded.Redis, error) {
	r, err := embedded.Start(addr)
	if err == nil {
		return r, nil
	}
	other, err2 := embedded.Start("127.0.0.1:0")
	if err2 != nil {
		return nil, err
	}
	fmt.Fprintf(w, "%s is taken; the Redis inside the process listens on %s.\nFor notifyctl: export VONDINOTIFY_REDIS_URL=%s\n", addr, other.Addr(), other.URL())
	return other, nil
}

// logger is quiet in --once, whose output is the table.
func (d *dev) logger() (zerolog.Logger, error) {
	level := "info"
	if d.options.Once {
		level = "error"
	}
	log, _, err := telemetry.NewLog(d.world.Err, level, "console")
	return log, err
}

func (d *dev) closeAll() error {
	var err error
	for i := len(d.close) - 1; i >= 0; i-- {
		err = errors.Join(err, d.close[i]())
	}
	return err
}

func (d *dev) run(ctx context.Context) error {
	if err := d.seed(ctx); err != nil {
		return err
	}
	if err := d.createStreams(ctx); err != nil {
		return err
	}
	if err := d.Start(); err != nil {
		return err
	}
	published, err := d.publish(ctx)
	if err != nil {
		return err
	}
	if d.options.Once {
		return d.settle(ctx, published)
	}
	d.banner(len(published))
	<-ctx.Done()
	return nil
}

// seed introduces the people of the sample day.
func (d *dev) seed(ctx context.Context) error {
	for _, c := range samplePeople() {
		if err := d.book.Put(ctx, c); err != nil {
			return fmt.Errorf("sample people: %w", err)
		}
	}
	for audience, ids := range sampleAudiences() {
		for _, id := range ids {
			if err := d.book.Join(ctx, audience, id); err != nil {
				return fmt.Errorf("sample audiences: %w", err)
			}
		}
	}
	return nil
}

// createStreams makes the streams that on real servers are there already: the day then
// begins at once, not at the next discovery.
func (d *dev) createStreams(ctx context.Context) error {
	for _, t := range eventtypes.Catalogue() {
		err := d.redis.XGroupCreateMkStream(ctx, t.Stream, d.streamsConfig().Group, "0").Err()
		if err != nil && !redis.HasErrorPrefix(err, "BUSYGROUP") {
			return fmt.Errorf("create %s: %w", t.Stream, err)
		}
	}
	return nil
}

// publish adds the day's entries to their streams, in the shapes that producers use.
func (d *dev) publish(ctx context.Context) ([]event, error) {
	write := sampleDay
	if d.options.All {
		write = everyType
	}
	samples, err := write(time.Now())
	if err != nil {
		return nil, err
	}
	published := make([]event, len(samples))
	day := time.NewTicker(d.options.Pace)
	defer day.Stop()
	for i, s := range samples {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-day.C:
		}
		published[i] = event{s.typ, s.id}
		id, err := d.redis.XAdd(ctx, &redis.XAddArgs{Stream: s.stream, Values: s.fields}).Result()
		if err != nil {
			return nil, fmt.Errorf("publish %s: %w", s.typ, err)
		}
		d.metrics.Published(s.stream, s.typ)
		d.log.Debug().Str("stream", s.stream).Str("event_type", s.typ).Str("message_id", id).Msg("Event published")
	}
	return published, nil
}

func (d *dev) banner(events int) {
	fmt.Fprintf(d.world.Out, `
  notifyd dev

  Inbox    http://%s/
  Queues   http://%s/asynqmon/
  Redis    %s

  %d events of a sample day are published. Nothing here reaches anybody, and the Redis
  inside the process keeps nothing. For notifyctl, in another shell:

    export VONDINOTIFY_REDIS_URL=%s VONDINOTIFY_SOURCES=dev=%s
    notifyctl publish order.created --sample
    notifyctl why 12345

  Ctrl-C ends it.

`, d.admin.Addr(), d.admin.Addr(), hostOf(d.cfg.Redis.URL), events, d.redisToSay(), d.redisToSay())
}

// redisToSay is the URL of the Redis inside the process. One that was given may have a
// password in it.
func (d *dev) redisToSay() string {
	if d.options.Redis != "" {
		return "URL"
	}
	return d.cfg.Redis.URL.Reveal()
}

func hostOf(s secret.String) string {
	u, err := url.Parse(s.Reveal())
	if err != nil {
		return ""
	}
	return u.Host
}

func secretOf(s string) secret.String { return secret.String(s) }

// fields are the parts of a setting that spaces separate.
func fields(s secret.String) []secret.String {
	var list []secret.String
	for _, f := range strings.Fields(s.Reveal()) {
		list = append(list, secret.String(f))
	}
	return list
}
