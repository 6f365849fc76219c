package jobs

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redistest"
)

// pager pages through members and keeps which pages it did.
type pager struct {
	mu    sync.Mutex
	pages []int
	last  int
	fail  map[int]error // once
	at    func(page int)
}

func (p *pager) page(_ context.Context, _ notify.Broadcast, cursor string) (string, error) {
	n, _ := strconv.Atoi(cursor)
	p.mu.Lock()
	p.pages = append(p.pages, n)
	err := p.fail[n]
	delete(p.fail, n)
	p.mu.Unlock()
	if p.at != nil {
		p.at(n)
	}
	if err != nil || n == p.last {
		return "", err
	}
	return strconv.Itoa(n + 1), nil
}

func (p *pager) done() []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.pages)
}

func broadcast() notify.Broadcast {
	return notify.Broadcast{
		ID: "b1", Event: notify.Event{ID: "event-1", Type: "listing.price_changed"}, Role: "watcher", Audience: "listing:100:watchers", Size: 4000,
	}
}

func state(t *testing.T, q *Queue) Progress {
	t.Helper()
	all, err := q.Broadcasts(t.Context(), 10)
	must(t, err)
	if len(all) != 1 {
		t.Fatalf("%d broadcasts, want 1", len(all))
	}
	return all[0]
}

func TestABroadcastIsPagedThroughOnce(t *testing.T) {
	s, cfg := redistest.Start(t), quick()
	client := s.Client()
	p := &pager{last: 7}
	work(t, cfg, s, Handlers{Deliver: done, Broadcast: p.page})
	q := NewQueue(client, cfg)
	must(t, q.Broadcast(t.Context(), broadcast()))
	await(t, "it is finished", func() bool { return state(t, q).State == Finished })
	got := state(t, q)
	if got.Pages != 8 || got.Broadcast.Size != 4000 || got.Broadcast.Role != "watcher" || got.Broadcast.Event.Type != "listing.price_changed" || got.Started.IsZero() {
		t.Errorf("progress = %+v", got)
	}
	must(t, q.Broadcast(t.Context(), broadcast())) // the event came again
	await(t, "its job is gone", func() bool {
		return client.Exists(t.Context(), keys(BroadcastQueue).task(short("b1"))).Val() == 0
	})
	if !slices.Equal(p.done(), []int{0, 1, 2, 3, 4, 5, 6, 7}) {
		t.Errorf("pages = %v", p.done())
	}
}

func TestABroadcastGoesOnWhereAnErrorStoppedIt(t *testing.T) {
	s, cfg := redistest.Start(t), quick()
	p := &pager{last: 3, fail: map[int]error{2: errors.New("Redis away")}}
	w := NewWorkers(cfg, tuned(s), Handlers{Deliver: done, Broadcast: p.page}, zerolog.Nop())
	must(t, w.Start(t.Context()))
	q := NewQueue(s.Client(), cfg)
	must(t, q.Broadcast(t.Context(), broadcast()))
	await(t, "page 2 failed", func() bool { return len(p.done()) == 3 })
	stop(t, w) // and then its process ended

	must(t, q.audit.RunTask(BroadcastQueue, short("b1"))) // its rest is over
	work(t, cfg, s, Handlers{Deliver: done, Broadcast: p.page})
	await(t, "it is finished", func() bool { return state(t, q).State == Finished })
	if !slices.Equal(p.done(), []int{0, 1, 2, 2, 3}) {
		t.Errorf("pages = %v", p.done())
	}
}

func TestABroadcastIsPausedAndCancelled(t *testing.T) {
	s, cfg := redistest.Start(t), quick()
	client := s.Client()
	q := NewQueue(client, cfg)
	p := &pager{last: 100}
	p.at = func(page int) {
		switch page {
		case 2:
			_, _ = q.SetBroadcast(context.Background(), "b1", Paused)
		case 4:
			_, _ = q.SetBroadcast(context.Background(), "b1", Cancelled)
		}
	}
	work(t, cfg, s, Handlers{Deliver: done, Broadcast: p.page})
	must(t, q.Broadcast(t.Context(), broadcast()))
	await(t, "it rests", func() bool { return client.ZCard(t.Context(), keys(BroadcastQueue).retry()).Val() == 1 })
	if got := state(t, q); got.State != Paused || got.Pages != 3 {
		t.Errorf("progress = %+v, want paused after three pages", got)
	}
	if found, err := q.SetBroadcast(t.Context(), "b1", Running); !found || err != nil {
		t.Errorf("SetBroadcast = %t, %v", found, err)
	}
	await(t, "its job is gone", func() bool {
		return client.Exists(t.Context(), keys(BroadcastQueue).task(short("b1"))).Val() == 0
	})
	if got := state(t, q); got.State != Cancelled || got.Pages != 5 {
		t.Errorf("progress = %+v, want cancelled after five pages", got)
	}
	if found, err := q.SetBroadcast(t.Context(), "never", Paused); found || err != nil {
		t.Errorf("SetBroadcast of nothing = %t, %v", found, err)
	}
}

func TestABroadcastWaitsForAFullLane(t *testing.T) {
	s, cfg := redistest.Start(t), quick()
	client := s.Client()
	cfg.Backlog, cfg.Channels = 5, []notify.Channel{notify.Email}
	p := &pager{last: 0}
	q := NewQueue(client, cfg)
	must(t, q.Enqueue(t.Context(), deliveries(6, notify.SMS, notify.Low))) // nobody works them off
	work(t, cfg, s, Handlers{Deliver: done, Broadcast: p.page})
	must(t, q.Broadcast(t.Context(), broadcast()))
	await(t, "it rests", func() bool { return client.ZCard(t.Context(), keys(BroadcastQueue).retry()).Val() == 1 })
	if n := len(p.done()); n != 0 {
		t.Errorf("%d pages although a lane is full", n)
	}
	if ok, err := q.Cancel(t.Context(), delivery("d0", notify.SMS, notify.Low)); !ok || err != nil {
		t.Fatal(ok, err)
	}
	await(t, "it is finished", func() bool { return state(t, q).State == Finished })
}
