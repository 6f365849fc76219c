package jobs

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redistest"
)

// reconciling is a reconciler with what it was told.
type reconciling struct {
	*Reconciler
	deliveries []notify.Delivery
	attempts   []int
	events     []string
	err        error
}

func reconcile(client redis.UniversalClient) *reconciling {
	r := &reconciling{}
	r.Reconciler = NewReconciler(client, Crashed{
		Delivery: func(_ context.Context, d notify.Delivery, attempts int) error {
			r.deliveries, r.attempts = append(r.deliveries, d), append(r.attempts, attempts)
			return r.err
		},
		Event: func(_ context.Context, id string, _ int) error {
			r.events = append(r.events, id)
			return r.err
		},
	}, zerolog.Nop())
	return r
}

// archive sets a job aside, as asynq's recoverer does when its worker died on the last attempt.
func archive(t *testing.T, client redis.UniversalClient, queue, id string) {
	t.Helper()
	must(t, asynq.NewInspectorFromRedisClient(client).ArchiveTask(queue, id))
}

func TestAJobThatCrashedOnItsLastAttemptIsRecorded(t *testing.T) {
	s := redistest.Start(t)
	q, r := NewQueue(s.Client(), quick()), reconcile(s.Client())
	must(t, q.Enqueue(t.Context(), deliveries(2, notify.SMS, notify.High)))
	archive(t, s.Client(), "sms:high", "d0")

	r.err = errors.New("ledger away")
	if err := r.Pass(t.Context()); err == nil {
		t.Error("Pass: no error although nothing could be recorded")
	}
	r.err = nil
	must(t, r.Pass(t.Context()))
	must(t, r.Pass(t.Context()))
	if len(r.deliveries) != 2 { // the first try failed
		t.Fatalf("told %d times, want 2", len(r.deliveries))
	}
	if d := r.deliveries[1]; d.ID != "d0" || d.Channel != notify.SMS || d.Event.ID != "event-d0" || r.attempts[1] != 1 {
		t.Errorf("told of %+v after %d attempts", d, r.attempts[1])
	}
	k := keys("sms:high")
	if n := s.Client().Exists(t.Context(), k.archived(), k.task("d0")).Val(); n != 0 {
		t.Error("the archive still holds it")
	}
	if n := s.Client().LLen(t.Context(), k.pending()).Val(); n != 1 {
		t.Errorf("%d other jobs, want 1", n)
	}
}

func TestAnUnreadableJobIsRecordedByItsID(t *testing.T) {
	s, cfg := redistest.Start(t), quick()
	client := s.Client()
	r := reconcile(client)
	work(t, cfg, s, Handlers{Deliver: done})
	_, err := asynq.NewClientFromRedisClient(client).Enqueue(asynq.NewTask(kindDeliver, []byte{payloadVersion, 0, 99}), asynq.Queue("sms:high"), asynq.TaskID("broken"))
	must(t, err)
	await(t, "it is set aside", func() bool { return client.ZCard(t.Context(), keys("sms:high").archived()).Val() == 1 })
	must(t, r.Pass(t.Context()))
	if len(r.deliveries) != 1 || r.deliveries[0].ID != "broken" {
		t.Errorf("told of %+v", r.deliveries)
	}
}

func TestOtherJobsThatCrashed(t *testing.T) {
	s := redistest.Start(t)
	q, r := NewQueue(s.Client(), quick()), reconcile(s.Client())
	must(t, q.Later(t.Context(), notify.Event{ID: "event-1"}, 1, time.Hour))
	must(t, q.Broadcast(t.Context(), notify.Broadcast{ID: "b1"}))
	archive(t, s.Client(), LaterQueue, short("event-1")+".w1")
	archive(t, s.Client(), BroadcastQueue, short("b1"))
	must(t, r.Pass(t.Context()))
	if !slices.Equal(r.events, []string{"event-1"}) {
		t.Errorf("told of events %v", r.events)
	}
	if n := s.Client().LLen(t.Context(), keys(BroadcastQueue).pending()).Val(); n != 1 {
		t.Error("the broadcast does not go on")
	}
}

func TestJobsInWorkAreRepaired(t *testing.T) {
	s := redistest.Start(t)
	client, k := s.Client(), keys("email:high")
	q, r := NewQueue(client, quick()), reconcile(client)
	must(t, q.Enqueue(t.Context(), deliveries(2, notify.Email, notify.High)))
	// Both are in work; the lease of one was evicted, and of a third only the id is left.
	for range 2 {
		must(t, client.LMove(t.Context(), k.pending(), k.active(), "RIGHT", "LEFT").Err())
	}
	alive := float64(time.Now().Add(time.Minute).Unix())
	must(t, client.ZAdd(t.Context(), k.lease(), redis.Z{Score: alive, Member: "d1"}).Err())
	must(t, client.LPush(t.Context(), k.active(), "ghost").Err())
	must(t, client.HSet(t.Context(), k.task("ghost"), "state", "active").Err())
	must(t, client.ZAdd(t.Context(), k.lease(), redis.Z{Score: alive, Member: "ghost"}).Err())

	must(t, r.Pass(t.Context()))

	if in := client.LRange(t.Context(), k.active(), 0, -1).Val(); !slices.Contains(in, "d0") || len(in) != 2 {
		t.Errorf("in work: %v, want d0 and d1", in)
	}
	if score := client.ZScore(t.Context(), k.lease(), "d0").Val(); score == 0 || score > float64(time.Now().Unix()) {
		t.Errorf("lease of d0 = %v, want one that has expired", score)
	}
	if score := client.ZScore(t.Context(), k.lease(), "d1").Val(); score != alive {
		t.Errorf("lease of d1 = %v, want %v as before", score, alive)
	}
	if n := client.Exists(t.Context(), k.task("ghost")).Val(); n != 0 || client.ZScore(t.Context(), k.lease(), "ghost").Val() != 0 {
		t.Error("the ghost is still there")
	}
}

func TestQueuesAreListedAgainAfterADataLoss(t *testing.T) {
	s := redistest.Start(t)
	q, r := NewQueue(s.Client(), quick()), reconcile(s.Client())
	must(t, q.Enqueue(t.Context(), deliveries(1, notify.Email, notify.High)))
	s.Client().FlushAll(t.Context())
	must(t, q.Enqueue(t.Context(), deliveries(1, notify.Email, notify.High)))
	must(t, r.Pass(t.Context()))
	if listed := s.Client().SMembers(t.Context(), allQueues).Val(); !slices.Equal(listed, []string{"email:high"}) {
		t.Errorf("listed: %v", listed)
	}
}

func TestOneProcessReconcilesAtATime(t *testing.T) {
	s := redistest.Start(t)
	q := NewQueue(s.Client(), quick())
	first, second := reconcile(s.Client()), reconcile(s.Client())
	must(t, q.Enqueue(t.Context(), deliveries(1, notify.SMS, notify.High)))
	archive(t, s.Client(), "sms:high", "d0")
	must(t, first.turn(t.Context()))
	must(t, q.Enqueue(t.Context(), deliveries(1, notify.SMS, notify.High)))
	archive(t, s.Client(), "sms:high", "d0")
	must(t, second.turn(t.Context()))
	if len(first.deliveries) != 1 || len(second.deliveries) != 0 {
		t.Errorf("told %d and %d times, want 1 and 0", len(first.deliveries), len(second.deliveries))
	}
}

func TestReconcilerRunsUntilItIsStopped(t *testing.T) {
	s := redistest.Start(t)
	client := s.Client()
	q, r := NewQueue(client, quick()), reconcile(client)
	r.every = 50 * time.Millisecond
	must(t, q.Enqueue(t.Context(), deliveries(1, notify.SMS, notify.High)))
	archive(t, client, "sms:high", "d0")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { r.Run(ctx); close(ended) }()
	await(t, "it was recorded", func() bool { return client.ZCard(t.Context(), keys("sms:high").archived()).Val() == 0 })
	cancel()
	<-ended
}
