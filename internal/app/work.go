package app

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/jobs"
	"github.com/vondi-global/notifications/internal/ledger"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/pipeline"
	"github.com/vondi-global/notifications/internal/routing"
)

// buildWork joins the pipeline's two strokes with the queue between them.
func (a *App) buildWork() error {
	options, err := a.redisOptions()
	if err != nil {
		return err
	}
	rules, err := a.rules(a.cfg)
	if err != nil {
		return err
	}
	a.router = &rulebook{}
	a.router.Store(rules)
	cfg := a.jobsConfig()
	if err := cfg.Validate(); err != nil {
		return fmt.Errorf("delivery: %w", err)
	}
	a.queue = jobs.NewQueue(a.redis, cfg)
	a.dispatcher = &pipeline.Dispatcher{
		Learner: a.book, Router: a.router, Keeper: a.ledger, Queue: a.queue,
		MaxAge: a.cfg.Streams.MaxAge, Waits: pipeline.Waits(), Log: a.log, Now: time.Now,
	}
	if a.traces != nil {
		a.dispatcher.Tracer = a.traces
	}
	if n := a.cfg.Redis.Barrier; n > 0 {
		a.dispatcher.Barrier = jobs.NewBarrier(a.redis, n)
	}
	deliverer := a.deliverer()
	broadcaster := &pipeline.Broadcaster{Events: a.ledger, Pager: a.router, Keeper: a.ledger, Queue: a.queue}
	a.onStop("workers", func(ctx context.Context) error {
		if w := a.workers.Load(); w != nil {
			return w.Stop(ctx)
		}
		return nil
	})
	a.supervised("workers' start", func(ctx context.Context) error {
		return a.startWorkers(ctx, func() *jobs.Workers {
			return jobs.NewWorkers(cfg, workerClient(options), jobs.Handlers{
				Deliver: a.attempts.watched(a.counted(deliverer.Deliver)), Resume: a.resume, Broadcast: a.paged(broadcaster.Page),
			}, a.log)
		})
	})

	reconciler := jobs.NewReconciler(a.redis, jobs.Crashed{
		Delivery: deliverer.Crashed,
		Event: func(ctx context.Context, id string, step int) error {
			return pipeline.Stranded(ctx, a.dead, id, step, time.Now())
		},
	}, a.log)
	a.supervised("reconciler", func(ctx context.Context) error { reconciler.Run(ctx); return nil })
	a.supervised("audit", a.alone("audit", a.audit))
	return nil
}

// startWorkers waits for the Notifications Redis: a daemon that is started before it works
// when it comes.
func (a *App) startWorkers(ctx context.Context, prepare func() *jobs.Workers) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		if a.redis.Ping(ctx).Err() == nil {
			w := prepare()
			err := w.Start(ctx)
			if err == nil {
				a.workers.Store(w)
				debug.FreeOSMemory() // what the building needed, the running doesn't
				return nil
			}
			a.log.Warn().Err(err).Msg("The workers could not start")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (a *App) deliverer() *pipeline.Deliverer {
	return &pipeline.Deliverer{
		Ledger: a.ledger, Contacts: a.book, Wanted: a.router, Renderer: a.renderer,
		Senders: a.senders, Judge: jobs.Verdict, Graveyard: a.dead, Health: a.book, Gate: a.holds,
		Budget: a.cfg.Delivery.Budget, Timeout: a.cfg.Delivery.Timeout,
		DropAmbiguous: dropAmbiguous, Observe: a.observe(), Log: a.log, Now: time.Now,
	}
}

// dropAmbiguous: a code or a link is rather not repeated than perhaps sent twice.
func dropAmbiguous(eventType string) bool {
	t, ok := eventtypes.Lookup(eventType)
	return ok && t.Secret
}

// counted is a handler whose postponements are a metric.
func (a *App) counted(next deliver) deliver {
	return func(ctx context.Context, d notify.Delivery, n notify.Attempt) notify.Decision {
		did := next(ctx, d, n)
		if did.Action == notify.Wait {
			a.metrics.Postponed(d.Channel, did.Reason)
		}
		return did
	}
}

// resume dispatches an event again that has waited for somebody.
func (a *App) resume(ctx context.Context, eventID string, step int) error {
	e, err := a.ledger.Event(ctx, eventID)
	if errors.Is(err, ledger.ErrNoEvent) {
		a.log.Warn().Str("event_id", eventID).Msg("An event that waited is gone")
		return nil
	}
	if err != nil {
		return err
	}
	return a.dispatcher.Resume(ctx, e, step)
}

type page func(ctx context.Context, b notify.Broadcast, cursor string) (next string, err error)

// paged is a handler of broadcasts. One that was paused for longer than its event is
// remembered comes to its end: there is nothing left to tell.
func (a *App) paged(next page) page {
	return func(ctx context.Context, b notify.Broadcast, cursor string) (string, error) {
		after, err := next(ctx, b, cursor)
		if errors.Is(err, ledger.ErrNoEvent) {
			a.log.Warn().Str("broadcast", b.ID).Str("event_id", b.Event.ID).Msg("A broadcast's event is gone: it ends here")
			return "", nil
		}
		return after, err
	}
}

// rules compiles how events are told.
func (a *App) rules(cfg config.Config) (*routing.Router, error) {
	on := map[notify.Channel]bool{}
	for ch := range a.senders {
		on[ch] = true
	}
	r, err := routing.New(routing.Config{Channels: on, Overrides: overrides(cfg.Types), BroadcastAbove: cfg.Delivery.Large}, a.book, time.Now)
	if err != nil {
		return nil, fmt.Errorf("types: %w", err)
	}
	return r, nil
}

func overrides(from map[string]config.Override) map[string]routing.Override {
	to := make(map[string]routing.Override, len(from))
	for name, o := range from {
		to[name] = routing.Override(o)
	}
	return to
}

func (a *App) jobsConfig() jobs.Config {
	cfg := jobs.Defaults()
	cfg.Channels = notify.Channels()
	cfg.Concurrency = map[notify.Channel]int{}
	for ch, n := range a.cfg.Delivery.Workers {
		cfg.Concurrency[notify.Channel(ch)] = n
	}
	cfg.Drain, cfg.Pipe, cfg.Bells = a.cfg.Delivery.Drain, a.pipe, jobs.NewBells()
	return cfg
}
