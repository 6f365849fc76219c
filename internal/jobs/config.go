package jobs

import (
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
)

// Config is how jobs are queued and worked off.
type Config struct {
	Channels []notify.Channel // whose lanes this process works off
	// Concurrency is how many deliveries of a channel are on their way at once in one lane,
	// per process; DefaultConcurrency where a channel has none.
	Concurrency        map[notify.Channel]int
	DefaultConcurrency int
	// Servers is how many asynq servers a lane has; they share its concurrency. Each fetches
	// with one goroutine, so that more of them work a full lane off faster, and each costs
	// about three Redis commands a second at idle.
	Servers int
	// LowShare is the low lane's part of that, in percent: what the lanes share (a
	// provider's connections) is then never all taken by a broadcast.
	LowShare int

	// Timeout ends an attempt, whatever it waits for. It is longer than the budget after
	// which a claim is ambiguous, and in whole seconds.
	Timeout time.Duration
	// Retention keeps done jobs to be looked at. The ledger remembers deliveries anyway;
	// a done job costs about 0.5 KB, so the default is none.
	Retention time.Duration
	// Drain is how long running jobs may go on when the process stops; then they go back
	// into their queues.
	Drain time.Duration

	// Doorbell wakes idle servers on enqueueing; without it they ask every Poll.
	Doorbell bool
	Poll     time.Duration
	// Look is how often an idle server asks although nobody rang: a bell by pub/sub may be
	// lost together with its connection.
	Look time.Duration
	// Forward is how often retries and delayed jobs that are due are moved.
	Forward time.Duration

	// AtOnce bounds how many jobs one script enqueues: Redis does nothing else meanwhile.
	AtOnce int
	// Backlog stops a broadcast from planning on while a lane holds more jobs than that.
	Backlog int64

	// Pipe carries the enqueueing; nil: the queue's client itself. See [Pipe].
	Pipe redis.UniversalClient
	// Bells are shared by the queue and the workers of one process; nil: each has its own,
	// and they hear each other by pub/sub.
	Bells *Bells
}

// Defaults are the values that hold where the configuration says nothing.
func Defaults() Config {
	return Config{
		Channels: notify.Channels(), DefaultConcurrency: 32, Servers: 1, LowShare: 50,
		Timeout: 30 * time.Second, Drain: 20 * time.Second,
		Doorbell: true, Poll: 200 * time.Millisecond, Look: 3 * time.Second, Forward: 2 * time.Second,
		AtOnce: 64, Backlog: 20_000,
	}
}

// Validate names the first value that can't work.
func (c Config) Validate() error {
	switch {
	case c.DefaultConcurrency < 1:
		return fmt.Errorf("concurrency: %d, want at least 1", c.DefaultConcurrency)
	case c.Servers < 1:
		return fmt.Errorf("servers: %d, want at least 1", c.Servers)
	case c.LowShare < 1 || c.LowShare > 100:
		return fmt.Errorf("low_share: %d, want 1 to 100 percent", c.LowShare)
	case c.Timeout < time.Second || c.Timeout%time.Second != 0:
		return fmt.Errorf("timeout: %s, want whole seconds", c.Timeout)
	case c.Retention%time.Second != 0:
		return fmt.Errorf("retention: %s, want whole seconds", c.Retention)
	case c.Poll <= 0 || c.Look <= 0 || c.Forward <= 0 || c.Drain <= 0:
		return errors.New("poll, look, forward and drain: want durations above 0")
	case c.AtOnce < 1:
		return fmt.Errorf("at_once: %d, want at least 1", c.AtOnce)
	}
	for ch, n := range c.Concurrency {
		if n < 1 {
			return fmt.Errorf("concurrency: %s: %d, want at least 1", ch, n)
		}
	}
	return nil
}

func (c Config) concurrency(ch notify.Channel, p notify.Priority) int {
	n := c.Concurrency[ch]
	if n == 0 {
		n = c.DefaultConcurrency
	}
	if p == notify.Low {
		n = max(1, n*c.LowShare/100)
	}
	return n
}
