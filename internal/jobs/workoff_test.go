package jobs

import (
	"context"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/hibiken/asynq"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redistest"
)

// BenchmarkWorkOff is how fast waiting jobs are worked off by empty handlers: by one asynq
// server as its README shows, by one lane of ours, and by a lane of each channel.
func BenchmarkWorkOff(b *testing.B) {
	for name, set := range map[string]struct {
		channels []notify.Channel
		servers  int
	}{
		"bare": {}, "one-lane": {[]notify.Channel{notify.Email}, 1},
		"one-lane-of-three-servers": {[]notify.Channel{notify.Email}, 3}, "four-lanes": {notify.Channels(), 1},
	} {
		channels := set.channels
		b.Run(name, func(b *testing.B) {
			s, cfg := redistest.Start(b), Defaults()
			cfg.Servers = set.servers
			pipe, end, err := Pipe(s.Client(), true)
			must(b, err)
			defer func() { _ = end() }()
			cfg.Pipe, cfg.Bells = pipe, NewBells()
			batch := make([]notify.Delivery, b.N)
			for i := range batch {
				batch[i] = delivery(strconv.Itoa(i), notify.Email, notify.High)
				if n := len(channels); n > 0 {
					batch[i].Channel = channels[i%n]
				}
			}
			must(b, NewQueue(s.Client(), cfg).Enqueue(b.Context(), batch))
			var ran atomic.Int64
			all := make(chan struct{})
			one := func() {
				if ran.Add(1) == int64(b.N) {
					close(all)
				}
			}
			b.ResetTimer()
			if channels == nil {
				srv := asynq.NewServerFromRedisClient(s.Client(), asynq.Config{Queues: map[string]int{"email:high": 1}, LogLevel: asynq.FatalLevel})
				must(b, srv.Start(asynq.HandlerFunc(func(context.Context, *asynq.Task) error { one(); return nil })))
				defer srv.Shutdown()
			} else {
				work(b, cfg, s, Handlers{Deliver: func(context.Context, notify.Delivery, notify.Attempt) notify.Decision {
					one()
					return notify.Decision{Action: notify.Done}
				}})
			}
			<-all
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
		})
	}
}
