package main

import (
	"context"
	"os"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/addressbook"
	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/jobs"
	"github.com/vondi-global/notifications/internal/ledger"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/pipeline"
	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/internal/routing"
	"github.com/vondi-global/notifications/internal/streams"
	"github.com/vondi-global/notifications/internal/telemetry"
	"github.com/vondi-global/notifications/locales"
	"github.com/vondi-global/notifications/templates"
)

// platform is the two strokes, wired as internal/app wires them, with providers that take
// everything at once.
type platform struct {
	addr    string
	client  redis.UniversalClient
	pipe    redis.UniversalClient
	ledger  *ledger.Ledger
	book    *addressbook.Book
	router  *routing.Router
	jobs    jobs.Config
	words   *render.Renderer
	metrics *telemetry.Metrics
	log     zerolog.Logger

	consumed atomic.Int64 // entries acknowledged
	settled  atomic.Int64 // deliveries recorded
	undo     []func() error
}

// null is a provider that takes everything and does nothing.
type null struct{}

func (null) Send(_ context.Context, _ notify.Address, m notify.Message) (notify.Receipt, error) {
	return notify.Receipt{Provider: "null", ID: m.Delivery, Parts: 1}, nil
}

func newPlatform(addr string) (p *platform, err error) {
	p = &platform{addr: addr}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	out, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return p, err
	}
	p.undo = append(p.undo, out.Close)
	p.log = zerolog.New(out).Level(zerolog.InfoLevel).With().Timestamp().Logger()
	p.client = redis.NewUniversalClient(&redis.UniversalOptions{Addrs: []string{addr}})
	p.undo = append(p.undo, p.client.Close)
	pipe, end, err := jobs.Pipe(p.client, true)
	if err != nil {
		return p, err
	}
	p.pipe, p.undo = pipe, append(p.undo, end)
	set, err := render.Load(templates.Files, locales.Files, render.DefaultBrand())
	if err != nil {
		return p, err
	}
	p.words = render.New(set)
	p.metrics = telemetry.NewMetrics(prometheus.NewRegistry(), typeNames())
	p.ledger = ledger.New(p.client, p.ledgerConfig(), time.Now)
	p.book = addressbook.New(p.pipe, time.Now, addressbook.WithOneNode())
	p.router, err = routing.New(routing.Config{Channels: on()}, p.book, time.Now)
	p.jobs = jobs.Defaults()
	p.jobs.Channels, p.jobs.Pipe, p.jobs.Bells = notify.Channels(), p.pipe, jobs.NewBells()
	return p, err
}

func on() map[notify.Channel]bool {
	m := map[notify.Channel]bool{}
	for _, ch := range notify.Channels() {
		m[ch] = true
	}
	return m
}

func typeNames() []string {
	var names []string
	for _, t := range eventtypes.Catalogue() {
		names = append(names, string(t.Name))
	}
	return names
}

func (p *platform) ledgerConfig() ledger.Config {
	cfg := ledger.Defaults()
	cfg.Pipe = p.pipe
	return cfg
}

// close gives back what newPlatform took, the newest first.
func (p *platform) close() {
	for i := len(p.undo) - 1; i >= 0; i-- {
		_ = p.undo[i]()
	}
}

// Consumed implements [streams.Observer]: it counts, and counts in the metrics.
func (p *platform) Consumed(stream, eventType, status string, took time.Duration) {
	p.metrics.Consumed(stream, eventType, status, took)
	if status == streams.StatusOK {
		p.consumed.Add(1)
	}
}

// Lost implements [streams.Observer].
func (p *platform) Lost(stream string, n int64) { p.metrics.Lost(stream, n) }

// ReadError implements [streams.Observer].
func (p *platform) ReadError(source string) { p.metrics.ReadError(source) }

func (p *platform) observe(o notify.Outcome, took time.Duration) {
	p.metrics.Outcome(o, took)
	p.settled.Add(1)
}

func (p *platform) queue() *jobs.Queue { return jobs.NewQueue(p.client, p.jobs) }

// read runs a reader until n events are acknowledged.
func (p *platform) read(ctx context.Context, n int) error {
	d := &pipeline.Dispatcher{
		Learner: p.book, Router: p.router, Keeper: p.ledger, Queue: p.queue(),
		MaxAge: 24 * time.Hour, Waits: pipeline.Waits(), Log: p.log, Now: time.Now,
	}
	source := streams.NewClient(&redis.UniversalOptions{Addrs: []string{p.addr}})
	defer source.Close()
	r := streams.NewReader(streams.Config{Consumer: "bench"}, streams.Source{Name: "bench", Client: source},
		d, streams.NewDeadLetters(p.client, streams.DeadConfig{}), p, p.log)
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); _ = r.Run(ctx) }()
	err := reach(ctx, &p.consumed, n)
	cancel()
	go func() { <-done }() // its last blocking read is no part of the measure
	return err
}

// work runs workers until n deliveries are recorded.
func (p *platform) work(ctx context.Context, n int) error {
	d := &pipeline.Deliverer{
		Ledger: p.ledger, Contacts: p.book, Wanted: p.router, Renderer: p.words,
		Senders: map[notify.Channel]pipeline.Sender{notify.Email: null{}, notify.Telegram: null{}, notify.SMS: null{}, notify.Push: null{}},
		Judge:   jobs.Verdict, Graveyard: streams.NewDeadLetters(p.client, streams.DeadConfig{}), Health: p.book,
		Gate: jobs.NewHolds(p.client, time.Now), Budget: 20 * time.Second, Timeout: 10 * time.Second,
		DropAmbiguous: func(string) bool { return false }, Observe: p.observe, Log: p.log, Now: time.Now,
	}
	newClient := func() redis.UniversalClient {
		return redis.NewUniversalClient(jobs.Tune(redis.UniversalOptions{Addrs: []string{p.addr}}))
	}
	w := jobs.NewWorkers(p.jobs, newClient, jobs.Handlers{Deliver: d.Deliver}, p.log)
	if err := w.Start(ctx); err != nil {
		return err
	}
	err := reach(ctx, &p.settled, n)
	p.undo = append(p.undo, func() error { return w.Stop(context.Background()) })
	return err
}

// patience is how long anything may take before the run is given up.
const patience = 5 * time.Minute

// reach waits until a counter has come to n.
func reach(ctx context.Context, counter *atomic.Int64, n int) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for counter.Load() < int64(n) {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
	return nil
}
