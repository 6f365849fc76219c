package jobs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redistest"
)

func TestADeliveryArrivesAsItWasEnqueued(t *testing.T) {
	faces(t, func(t *testing.T, s *redistest.Server, cfg Config) {
		got := make(chan notify.Delivery, 1)
		work(t, cfg, s, Handlers{Deliver: func(_ context.Context, d notify.Delivery, a notify.Attempt) notify.Decision {
			if a.Number != 1 {
				t.Errorf("attempt %d, want 1", a.Number)
			}
			got <- d
			return notify.Decision{Action: notify.Done}
		}})
		want := delivery("d1", notify.Telegram, notify.High)
		must(t, NewQueue(s.Client(), cfg).Enqueue(t.Context(), []notify.Delivery{want}))
		if d := <-got; fmt.Sprint(d) != fmt.Sprint(want) {
			t.Errorf("got %v, want %v", d, want)
		}
		client := s.Client()
		await(t, "no job is left", func() bool { return client.Exists(t.Context(), keys("telegram:high").task("d1")).Val() == 0 })
	})
}

// decisions gives a handler that decides one after the other and tells the attempts.
func decisions(all ...notify.Decision) (Handlers, chan int) {
	attempts := make(chan int, len(all))
	var n atomic.Int64
	return Handlers{Deliver: func(_ context.Context, _ notify.Delivery, a notify.Attempt) notify.Decision {
		attempts <- a.Number
		return all[n.Add(1)-1]
	}}, attempts
}

func TestWhatADecisionDoes(t *testing.T) {
	retry, waits := notify.Decision{Action: notify.Retry, Reason: "temporary"}, notify.Decision{Action: notify.Wait, Reason: "pace"}
	tests := []struct {
		name      string
		decisions []notify.Decision
		attempts  []int
	}{
		{"done", []notify.Decision{{Action: notify.Done}}, []int{1}},
		{"given up", []notify.Decision{{Action: notify.GiveUp, Reason: "rejected"}}, []int{1}},
		{"a retry costs an attempt", []notify.Decision{retry, retry, {Action: notify.Done}}, []int{1, 2, 3}},
		{"a wait costs none", []notify.Decision{waits, waits, {Action: notify.Done}}, []int{1, 1, 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, cfg := redistest.Start(t), quick()
			client := s.Client()
			h, attempts := decisions(tt.decisions...)
			work(t, cfg, s, h)
			must(t, NewQueue(client, cfg).Enqueue(t.Context(), deliveries(1, notify.Email, notify.High)))
			for i, want := range tt.attempts {
				if got := <-attempts; got != want {
					t.Errorf("attempt %d of the test is number %d, want %d", i+1, got, want)
				}
			}
			await(t, "the job is gone", func() bool {
				return client.Exists(t.Context(), keys("email:high").task("d0"), keys("email:high").archived()).Val() == 0
			})
		})
	}
}

func TestWaitsNeverUseAJobUp(t *testing.T) {
	for _, p := range notify.Priorities() {
		if maxRetry(p) <= classOf(p).attempts {
			t.Errorf("%s: asynq gives up after %d, before the verdict", p, maxRetry(p))
		}
	}
	if isFailure(undone{notify.Decision{Action: notify.Wait}}) || !isFailure(undone{notify.Decision{Action: notify.Retry}}) {
		t.Error("waits must cost no attempt, and retries one")
	}
	if isFailure(context.Canceled) || !isFailure(context.DeadlineExceeded) || !isFailure(asynq.ErrLeaseExpired) {
		t.Error("a cancelled job costs no attempt; a hung and a crashed one do")
	}
	if d := delay(3, asynq.ErrLeaseExpired, nil); d != 0 {
		t.Errorf("a crashed job waits another %s", d)
	}
	now := time.Now()
	for _, after := range []time.Duration{0, 1, time.Millisecond, time.Second, 90*time.Second + 1} {
		due := time.Unix(now.Add(delay(0, undone{notify.Decision{After: after}}, nil)).Unix(), 0) // asynq's own rounding
		if after > 0 && (due.Before(now.Add(after)) || due.After(now.Add(after+time.Second))) {
			t.Errorf("a wait of %s ends after %s", after, due.Sub(now))
		}
	}
}

func TestRedisHoldsOnlyTheReasonsWord(t *testing.T) {
	s, cfg := redistest.Start(t), quick()
	h := Handlers{Deliver: func(context.Context, notify.Delivery, notify.Attempt) notify.Decision {
		return notify.Decision{Action: notify.Wait, After: time.Hour, Reason: "claim: dial tcp https://bot:SECRET@example.com"}
	}}
	work(t, cfg, s, h)
	must(t, NewQueue(s.Client(), cfg).Enqueue(t.Context(), deliveries(1, notify.Email, notify.High)))
	inspect := asynq.NewInspectorFromRedisClient(s.Client())
	await(t, "the job waits", func() bool {
		info, err := inspect.GetTaskInfo("email:high", "d0")
		return err == nil && info.State == asynq.TaskStateRetry
	})
	info, err := inspect.GetTaskInfo("email:high", "d0")
	must(t, err)
	if info.LastErr != "claim" {
		t.Errorf("Redis holds %q, want %q", info.LastErr, "claim")
	}
}

func TestAPanicCostsAnAttemptOfItsOwnJob(t *testing.T) {
	s, cfg := redistest.Start(t), quick()
	ran := make(chan string, 2)
	work(t, cfg, s, Handlers{Deliver: func(_ context.Context, d notify.Delivery, _ notify.Attempt) notify.Decision {
		defer func() { ran <- d.ID }()
		if d.ID == "d0" {
			panic("mila@example.com")
		}
		return notify.Decision{Action: notify.Done}
	}})
	must(t, NewQueue(s.Client(), cfg).Enqueue(t.Context(), deliveries(2, notify.Email, notify.High)))
	<-ran
	<-ran
	inspect := asynq.NewInspectorFromRedisClient(s.Client())
	await(t, "the job waits for another attempt", func() bool {
		info, err := inspect.GetTaskInfo("email:high", "d0")
		return err == nil && info.State == asynq.TaskStateRetry && info.Retried == 1 && info.LastErr == "panic"
	})
}

// failsFirstDone lets the first "done" of asynq fail, as a broken connection does.
type failsFirstDone struct {
	uncancelled
	once   sync.Once
	failed chan struct{}
}

func (f *failsFirstDone) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		_, key := script(cmd, 0)
		if strings.HasSuffix(key, ":active") && len(cmd.Args()) >= 3 && cmd.Args()[2] == 5 {
			var err error
			f.once.Do(func() { err = errors.New("broken pipe"); close(f.failed) })
			if err != nil {
				cmd.SetErr(err)
				return err
			}
		}
		return next(ctx, cmd)
	}
}

// A lost "done" would run the job again after a minute, were asynq's repair not kept from
// its own cancellation.
func TestALostDoneIsRepairedAndTheJobRunsOnce(t *testing.T) {
	s, cfg := redistest.Start(t), quick()
	client := s.Client()
	hook := &failsFirstDone{failed: make(chan struct{})}
	var runs atomic.Int64
	workWith(t, cfg, func() redis.UniversalClient {
		c := tuned(s)()
		defer c.AddHook(hook)
		return c
	}, Handlers{Deliver: func(context.Context, notify.Delivery, notify.Attempt) notify.Decision {
		runs.Add(1)
		return notify.Decision{Action: notify.Done}
	}})
	must(t, NewQueue(client, cfg).Enqueue(t.Context(), deliveries(1, notify.Email, notify.High)))
	<-hook.failed
	k := keys("email:high")
	await(t, "the repair took the job out", func() bool {
		return client.Exists(t.Context(), k.task("d0"), k.active(), k.lease(), k.retry()).Val() == 0
	})
	if runs.Load() != 1 {
		t.Errorf("%d runs, want 1", runs.Load())
	}
}

func TestAFloodOfLowNeverDelaysHigh(t *testing.T) {
	s, cfg := redistest.Start(t), quick()
	client := s.Client()
	cfg.DefaultConcurrency = 2
	release, high := make(chan struct{}), make(chan struct{}, 1)
	var once sync.Once
	free := func() { once.Do(func() { close(release) }) }
	t.Cleanup(free)
	work(t, cfg, s, Handlers{Deliver: func(_ context.Context, d notify.Delivery, _ notify.Attempt) notify.Decision {
		if d.Priority == notify.High {
			high <- struct{}{}
		} else {
			<-release // a slow provider takes all the slots of low
		}
		return notify.Decision{Action: notify.Done}
	}})
	q := NewQueue(client, cfg)
	must(t, q.Enqueue(t.Context(), deliveries(500, notify.Email, notify.Low)))
	await(t, "low is worked on", func() bool { return client.LLen(t.Context(), keys("email:low").active()).Val() > 0 })
	must(t, q.Enqueue(t.Context(), deliveries(1, notify.Email, notify.High)))
	select {
	case <-high:
	case <-time.After(5 * time.Second):
		t.Error("high waits behind low")
	}
	free()
}

func TestAnEventComesBackLater(t *testing.T) {
	s, cfg := redistest.Start(t), quick()
	client := s.Client()
	type call struct {
		id   string
		step int
	}
	calls := make(chan call, 3)
	var n atomic.Int64
	work(t, cfg, s, Handlers{Deliver: done, Resume: func(_ context.Context, id string, step int) error {
		calls <- call{id, step}
		if n.Add(1) == 1 {
			return fmt.Errorf("keep: %w", notify.ErrUnavailable)
		}
		return nil
	}})
	q := NewQueue(client, cfg)
	start := time.Now()
	must(t, q.Later(t.Context(), notify.Event{ID: "orders/12345 ✓"}, 2, time.Second))
	for range 2 { // the first did not succeed
		if got := <-calls; got != (call{"orders/12345 ✓", 2}) {
			t.Errorf("resumed %v", got)
		}
	}
	if waited := time.Since(start); waited < time.Second {
		t.Errorf("came back after %s, want a second", waited)
	}
	await(t, "the job is gone", func() bool {
		return client.ZCard(t.Context(), keys(LaterQueue).retry()).Val()+client.LLen(t.Context(), keys(LaterQueue).active()).Val() == 0
	})
}

func TestAJobOfANewerReleaseWaitsForIt(t *testing.T) {
	s, cfg := redistest.Start(t), quick()
	work(t, cfg, s, Handlers{Deliver: done})
	client := s.Client()
	_, err := asynq.NewClientFromRedisClient(client).Enqueue(asynq.NewTask(kindDeliver, []byte{payloadVersion + 1, 0}), asynq.Queue("sms:high"), asynq.TaskID("newer"))
	must(t, err)
	await(t, "it waits", func() bool { return client.ZCard(t.Context(), keys("sms:high").retry()).Val() == 1 })
}

func TestALaneOfSeveralServers(t *testing.T) {
	s, cfg := redistest.Start(t), quick()
	cfg.Servers = 3
	var ran counter
	work(t, cfg, s, Handlers{Deliver: func(_ context.Context, d notify.Delivery, _ notify.Attempt) notify.Decision {
		ran.add(d.ID)
		return notify.Decision{Action: notify.Done}
	}})
	q := NewQueue(s.Client(), cfg)
	for n := range 10 { // batches that find the servers asleep, awake and in between
		must(t, q.Enqueue(t.Context(), deliveries(100*(n+1), notify.Email, notify.High)))
	}
	client := s.Client()
	await(t, "all have run", func() bool {
		return ran.keys() == 1000 && client.LLen(t.Context(), keys("email:high").pending()).Val() == 0
	})
}
