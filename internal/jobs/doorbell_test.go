package jobs

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redistest"
)

// records keeps the SHAs of the scripts that fetch from a queue and take out what is done.
type records struct {
	uncancelled
	fetch, done chan string
}

func (r records) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		switch sha, key := script(cmd, 0); {
		case strings.HasSuffix(key, "{sms:high}:pending"):
			keep(r.fetch, sha)
		case strings.HasSuffix(key, "{sms:high}:active"):
			keep(r.done, sha)
		}
		return next(ctx, cmd)
	}
}

func keep(to chan string, sha string) {
	select {
	case to <- sha:
	default:
	}
}

// Should this fail after an upgrade of asynq: look at its scripts and keys, then change
// dequeueScript, doneScript and asynqVersion. Until then servers poll.
func TestWeKnowThisAsynq(t *testing.T) {
	s, hook, cfg := redistest.Start(t), records{fetch: make(chan string, 1), done: make(chan string, 1)}, quick()
	cfg.Doorbell = false // it would answer in asynq's place
	must(t, NewQueue(s.Client(), cfg).Enqueue(t.Context(), deliveries(1, notify.SMS, notify.High)))
	workWith(t, cfg, func() redis.UniversalClient {
		c := tuned(s)()
		c.AddHook(hook)
		return c
	}, Handlers{Deliver: done})
	if sha := <-hook.fetch; sha != dequeueScript {
		t.Errorf("asynq fetches with script %s, we know %s", sha, dequeueScript)
	}
	if sha := <-hook.done; sha != doneScript {
		t.Errorf("asynq takes out what is done with script %s, we know %s", sha, doneScript)
	}
}

func TestAnotherAsynqIsPolled(t *testing.T) {
	module := func(version string) []*debug.Module {
		return []*debug.Module{{Path: "example.com/other", Version: "v1.0.0"}, {Path: "github.com/hibiken/asynq", Version: version}}
	}
	if !known(module(asynqVersion)) || known(module("v0.27.0")) {
		t.Errorf("want %s to be known, and v0.27.0 not", asynqVersion)
	}
}

// arrivals is a handler that says when a job arrives.
func arrivals() (Handlers, chan time.Time) {
	at := make(chan time.Time, 100)
	return Handlers{Deliver: func(context.Context, notify.Delivery, notify.Attempt) notify.Decision {
		at <- time.Now()
		return notify.Decision{Action: notify.Done}
	}}, at
}

// sleepy are workers that would look by themselves only once an hour.
func sleepy() Config {
	c := quick()
	c.Look = time.Hour
	return c
}

// asleep waits until the server of a queue has found nothing.
func asleep(t testing.TB, b *Bells, queue string) {
	t.Helper()
	await(t, "the server waits for its bell", func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.bells[queue] != nil && len(b.bells[queue].rung) == 0 && b.bells[queue].asleep.Load()
	})
}

func TestWhoeverEnqueuesWakesTheServers(t *testing.T) {
	for name, same := range map[string]bool{"of its process": true, "of other processes": false} {
		t.Run(name, func(t *testing.T) {
			s, cfg := redistest.Start(t), sleepy()
			client := s.Client()
			h, at := arrivals()
			work(t, cfg, s, h)
			asleep(t, cfg.Bells, "email:high")
			await(t, "the ear is open", func() bool {
				return len(client.PubSubChannels(t.Context(), "notifications:bell:*").Val()) == 14
			})
			enqueuer := cfg
			if !same {
				enqueuer.Bells = nil
			}
			must(t, NewQueue(client, enqueuer).Enqueue(t.Context(), deliveries(1, notify.Email, notify.High)))
			select {
			case <-at:
			case <-time.After(10 * time.Second):
				t.Error("nobody woke")
			}
		})
	}
}

func TestAServerLooksByItself(t *testing.T) {
	s, cfg := redistest.Start(t), quick()
	cfg.Look = 100 * time.Millisecond
	h, at := arrivals()
	work(t, cfg, s, h)
	silent := cfg
	silent.Doorbell = false
	must(t, NewQueue(s.Client(), silent).Enqueue(t.Context(), deliveries(1, notify.Email, notify.High)))
	<-at
}

func TestADueRetryWakesItsServer(t *testing.T) {
	s, cfg := redistest.Start(t), sleepy()
	h, attempts := decisions(notify.Decision{Action: notify.Retry, After: time.Second}, notify.Decision{Action: notify.Done})
	work(t, cfg, s, h)
	must(t, NewQueue(s.Client(), cfg).Enqueue(t.Context(), deliveries(1, notify.Email, notify.High)))
	<-attempts
	<-attempts
}

func TestAResumedQueueWakesAndAPausedOneSleeps(t *testing.T) {
	s, cfg := redistest.Start(t), sleepy()
	h, at := arrivals()
	work(t, cfg, s, h)
	q := NewQueue(s.Client(), cfg)
	must(t, q.Pause(t.Context(), "email:high"))
	must(t, q.Enqueue(t.Context(), deliveries(1, notify.Email, notify.High)))
	must(t, q.Enqueue(t.Context(), []notify.Delivery{delivery("other", notify.Email, notify.Normal)}))
	<-at // the other lane's
	asleep(t, cfg.Bells, "email:high")
	if len(at) > 0 {
		t.Error("a paused queue is worked off")
	}
	must(t, q.Resume(t.Context(), "email:high"))
	<-at
}

func TestSleepingServersStopAtOnce(t *testing.T) {
	s, cfg := redistest.Start(t), sleepy()
	w := NewWorkers(cfg, tuned(s), Handlers{Deliver: done}, zerolog.Nop())
	must(t, w.Start(t.Context()))
	for _, q := range Queues() {
		asleep(t, cfg.Bells, q)
	}
	start := time.Now()
	stop(t, w)
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("stopping took %s", took)
	}
}

func TestWithoutADoorbellServersPoll(t *testing.T) {
	s, cfg := redistest.Start(t), sleepy()
	cfg.Doorbell, cfg.Poll = false, 20*time.Millisecond
	h, at := arrivals()
	work(t, cfg, s, h)
	must(t, NewQueue(s.Client(), cfg).Enqueue(t.Context(), deliveries(1, notify.Email, notify.High)))
	<-at
}

// BenchmarkEnqueueToHandler prints how long a job lies in an idle system, and how many
// commands a second the idle workers send. Figures of one run on a shared machine:
// see the package's docs.
func BenchmarkEnqueueToHandler(b *testing.B) {
	for name, change := range map[string]func(*Config){
		"doorbell":   func(*Config) {},
		"poll=20ms":  func(c *Config) { c.Doorbell, c.Poll = false, 20*time.Millisecond },
		"poll=200ms": func(c *Config) { c.Doorbell = false },
	} {
		b.Run(name, func(b *testing.B) {
			s, cfg := redistest.Start(b), Defaults()
			change(&cfg)
			cfg.Bells = NewBells()
			h, at := arrivals()
			work(b, cfg, s, h)
			idle := commands(b, s.Client(), 3*time.Second)
			q := NewQueue(s.Client(), cfg)
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				<-time.After(20 * time.Millisecond) // idle again
				start := time.Now()
				must(b, q.Enqueue(b.Context(), []notify.Delivery{delivery(strconv.Itoa(i), notify.Channels()[i%4], notify.High)}))
				took = append(took, (<-at).Sub(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
			b.ReportMetric(idle, "idle-commands/s")
		})
	}
}

// commands is how many commands a second the server got over a while.
func commands(b *testing.B, c *redis.Client, while time.Duration) float64 {
	b.Helper()
	count := func() (n float64) {
		for line := range strings.Lines(c.Info(b.Context(), "stats").Val()) {
			if _, err := fmt.Sscanf(line, "total_commands_processed:%f", &n); err == nil {
				return n
			}
		}
		return n
	}
	before := count()
	<-time.After(while)
	return (count() - before) / while.Seconds()
}
