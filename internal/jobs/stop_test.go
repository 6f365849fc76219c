package jobs

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redistest"
)

func TestStoppingUnderLoadLosesNothing(t *testing.T) {
	s, cfg := redistest.Start(t), quick()
	var ran counter
	h := Handlers{Deliver: func(_ context.Context, d notify.Delivery, _ notify.Attempt) notify.Decision {
		ran.add(d.ID)
		return notify.Decision{Action: notify.Done}
	}}
	const n = 3000
	must(t, NewQueue(s.Client(), cfg).Enqueue(t.Context(), deliveries(n, notify.Email, notify.Normal)))
	for ran.keys() < n {
		w := NewWorkers(cfg, tuned(s), h, zerolog.Nop())
		before := ran.keys()
		must(t, w.Start(t.Context()))
		await(t, "some more have run", func() bool { return ran.keys() >= min(n, before+500) })
		stop(t, w)
	}
	for _, d := range deliveries(n, notify.Email, notify.Normal) {
		if ran.of(d.ID) != 1 {
			t.Fatalf("%s ran %d times", d.ID, ran.of(d.ID))
		}
	}
}

func TestAHungJobGoesBackWhenTheProcessStops(t *testing.T) {
	s, cfg := redistest.Start(t), quick()
	cfg.Drain = 200 * time.Millisecond
	began, ended := make(chan struct{}), make(chan struct{})
	w := NewWorkers(cfg, tuned(s), Handlers{Deliver: func(ctx context.Context, _ notify.Delivery, _ notify.Attempt) notify.Decision {
		close(began)
		<-ctx.Done()
		close(ended)
		return notify.Decision{Action: notify.Wait}
	}}, zerolog.Nop())
	must(t, w.Start(t.Context()))
	must(t, NewQueue(s.Client(), cfg).Enqueue(t.Context(), deliveries(1, notify.Email, notify.High)))
	<-began
	stop(t, w)
	select {
	case <-ended:
	default:
		t.Error("stopped before its handler came to an end")
	}
	if n := s.Client().LLen(t.Context(), keys("email:high").pending()).Val(); n != 1 {
		t.Errorf("%d jobs are pending, want the hung one", n)
	}
}

func TestStoppingIsBoundedWhenRedisHangs(t *testing.T) {
	s, cfg := redistest.Start(t), quick()
	w := NewWorkers(cfg, tuned(s), Handlers{Deliver: done}, zerolog.Nop())
	must(t, w.Start(t.Context()))
	s.Freeze()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := w.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Stop = %v, want that time is up", err)
	}
	s.Thaw()
	stop(t, w)
}

func TestWorkersDoNotStartWithoutRedis(t *testing.T) {
	s, cfg := redistest.Start(t), quick()
	s.Kill()
	w := NewWorkers(cfg, func() redis.UniversalClient {
		return redis.NewClient(&redis.Options{Addr: s.Addr, MaxRetries: -1, DialerRetries: 1})
	}, Handlers{Deliver: done}, zerolog.Nop())
	if err := w.Start(t.Context()); err == nil {
		t.Error("no error")
	}
}
