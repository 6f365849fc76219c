package app

import (
	"context"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/telemetry"
)

// buildOTLP sends traces and metrics to a collector. It waits for none: what a collector
// that is away doesn't take is dropped.
func (a *App) buildOTLP() error {
	telemetry.OTLPErrors(a.log)
	o := telemetry.OTLP{
		Endpoint: a.cfg.Telemetry.Endpoint, Version: ReadVersion().Version,
		Instance: a.cfg.Consumer, Group: a.streamsConfig().Group,
	}
	stop, err := telemetry.PushMetrics(context.Background(), o, a.registry)
	if err != nil {
		return err
	}
	a.onStop("OTLP metrics", a.flushed("metrics", stop))
	if a.traces, err = telemetry.NewTraces(context.Background(), o); err != nil {
		return err
	}
	a.onStop("traces", a.flushed("traces", a.traces.Stop))
	return nil
}

// flushed is an end that sends what is left. That a collector is away is no failed stop.
func (a *App) flushed(what string, stop func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		if err := stop(ctx); err != nil {
			a.log.Warn().Str("what", what).Str("error", notify.Printable(err.Error(), 300)).Msg("The last of them were not sent")
		}
		return nil
	}
}

// observe hears of every attempt.
func (a *App) observe() func(notify.Outcome, time.Duration) {
	if a.traces == nil {
		return a.metrics.Outcome
	}
	return func(o notify.Outcome, took time.Duration) {
		a.metrics.Outcome(o, took)
		a.traces.Attempt(o, took)
	}
}
