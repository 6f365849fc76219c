package app

import (
	"context"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/pipeline"
	"github.com/vondi-global/notifications/internal/providers"
)

// openness is a breaker's state as the metric has it.
func openness(s channels.State) float64 {
	return [...]float64{channels.Closed: 0, channels.HalfOpen: 0.5, channels.Open: 1, channels.Held: 1}[s]
}

// buildSenders opens every channel that is configured, and says once which are off.
func (a *App) buildSenders() error {
	set, err := providers.Open(a.cfg, providers.Options{
		Redis: a.pipe, Feedback: a.desk(), Holding: a.holds.Holding, Log: a.log,
		OnState: func(provider string, s channels.State) {
			a.metrics.Breaker(provider, openness(s))
			a.log.Warn().Str("provider", provider).Stringer("state", s).Msg("Circuit breaker")
		},
	})
	a.onStopClose("senders", set.Close)
	board := channels.NewBoard(a.redis, a.cfg.Consumer)
	a.supervised("breakers", func(ctx context.Context) error { return board.Run(ctx, set.Breakers) })
	a.rates = set
	a.senders = map[notify.Channel]pipeline.Sender{}
	for _, ch := range notify.Channels() {
		if s := set.Sender(ch); s != nil {
			a.senders[ch] = s
		}
	}
	for _, off := range set.Off() {
		a.log.Warn().Str("channel", string(off.Channel)).Msg("Channel is off: " + off.Setting + " is not set. Its deliveries are skipped as channel_off")
	}
	return err
}
