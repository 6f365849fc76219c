package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

// Queue takes jobs and shows what waits. It has no goroutines of its own.
type Queue struct {
	cfg    Config
	client redis.UniversalClient
	pipe   redis.UniversalClient
	asynq  *asynq.Client
	bells  *Bells
	audit  *asynq.Inspector
	pages  progress

	parcelled bool     // many jobs travel in one script
	announced sync.Map // queues that asynq's list has
}

// NewQueue makes a queue on the Notifications Redis.
func NewQueue(client redis.UniversalClient, cfg Config) *Queue {
	q := &Queue{cfg: cfg, client: client, pipe: cfg.Pipe, bells: cfg.Bells, pages: progress{client}, parcelled: knownAsynq()}
	if q.pipe == nil {
		q.pipe = client
	}
	if q.bells == nil {
		q.bells = NewBells()
	}
	q.asynq = asynq.NewClientFromRedisClient(q.pipe)
	q.audit = asynq.NewInspectorFromRedisClient(client)
	return q
}

// Enqueue makes a job of each delivery. A delivery that has a job already keeps it. After
// an error some may have jobs; enqueueing all again is safe.
func (q *Queue) Enqueue(ctx context.Context, deliveries []notify.Delivery) error {
	defer q.ring(ctx, lanes(deliveries)...)
	apart := deliveries
	if q.parcelled {
		var together []notify.Delivery
		together, apart = sorted(deliveries)
		if err := q.send(ctx, together); err != nil {
			return err
		}
	}
	return q.oneByOne(ctx, apart)
}

// sorted parts jobs that may run at once from those for later.
func sorted(deliveries []notify.Delivery) (now, timed []notify.Delivery) {
	if !slices.ContainsFunc(deliveries, scheduled) {
		return deliveries, nil
	}
	for _, d := range deliveries {
		if scheduled(d) {
			timed = append(timed, d)
		} else {
			now = append(now, d)
		}
	}
	return now, timed
}

func scheduled(d notify.Delivery) bool { return !d.NotBefore.IsZero() }

// oneByOne enqueues as asynq's own client does, side by side: jobs for later, and all where
// the program was built with an asynq whose scripts are not known.
func (q *Queue) oneByOne(ctx context.Context, deliveries []notify.Delivery) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, q.cfg.AtOnce))
	for _, d := range deliveries {
		g.Go(func() error { return q.enqueue(ctx, d) })
	}
	return g.Wait()
}

func (q *Queue) enqueue(ctx context.Context, d notify.Delivery) error {
	queue, payload, err := job(d)
	if err != nil {
		return err
	}
	options := []asynq.Option{asynq.MaxRetry(maxRetry(d.Priority)), asynq.Timeout(q.cfg.Timeout), asynq.Retention(q.cfg.Retention)}
	if scheduled(d) {
		options = append(options, asynq.ProcessAt(d.NotBefore))
		q.bells.Expect(queue, d.NotBefore)
	}
	return q.add(ctx, asynq.NewTask(kindDeliver, payload), queue, d.ID, options...)
}

// job is a delivery's queue and its job's payload.
func job(d notify.Delivery) (queue string, payload []byte, err error) {
	queue = QueueName(d.Channel, d.Priority)
	if _, _, ok := Lane(queue); !ok { // nobody would work it off
		return "", nil, fmt.Errorf("enqueue %s: there is no lane %s", d.ID, notify.Printable(queue, 40))
	}
	if payload, err = encodeDelivery(d); err != nil {
		return "", nil, fmt.Errorf("enqueue: %w", err)
	}
	return queue, payload, nil
}

// Later lets an event come back after a while, for its step-th time: somebody whom it is
// for is not known yet.
func (q *Queue) Later(ctx context.Context, e notify.Event, step int, after time.Duration) error {
	id := short(e.ID) + ".w" + strconv.Itoa(step)
	return q.add(ctx, asynq.NewTask(kindResume, encodeResume(e.ID, step)), LaterQueue, id,
		asynq.ProcessIn(notBefore(after)), asynq.MaxRetry(crashes), asynq.Timeout(q.cfg.Timeout))
}

// Broadcast lets an audience be paged through. A broadcast that has begun, or is done, is
// not begun again.
func (q *Queue) Broadcast(ctx context.Context, b notify.Broadcast) error {
	if err := q.pages.begin(ctx, b); err != nil {
		return fmt.Errorf("broadcast: %w", err)
	}
	defer q.ring(ctx, BroadcastQueue)
	return q.add(ctx, asynq.NewTask(kindBroadcast, encodeBroadcast(b)), BroadcastQueue, short(b.ID),
		asynq.MaxRetry(patience), asynq.Timeout(broadcastTimeout))
}

// add enqueues a task. An id that is taken is a success: the reply to an enqueueing may
// have been lost, and the entry may have come twice.
func (q *Queue) add(ctx context.Context, t *asynq.Task, queue, id string, opts ...asynq.Option) error {
	_, err := q.asynq.EnqueueContext(ctx, t, append(opts, asynq.Queue(queue), asynq.TaskID(id))...)
	if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
		return fmt.Errorf("enqueue into %s: %w", queue, err)
	}
	return nil
}

// short makes a task id of a producer's own id, which may be long, personal or hold
// characters that a URL does not bear.
func short(id string) string {
	sum := sha256.Sum256([]byte(id))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:]))[:26]
}

// lanes are the queues of deliveries, each once.
func lanes(deliveries []notify.Delivery) []string {
	var names []string
	seen := make(map[string]bool, 4)
	for _, d := range deliveries {
		if name := QueueName(d.Channel, d.Priority); !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// ring wakes the workers of queues, here and in other processes. Who is not reached looks
// by itself within [Config.Look].
func (q *Queue) ring(ctx context.Context, queues ...string) {
	if !q.cfg.Doorbell {
		return
	}
	p := q.client.Pipeline()
	for _, name := range queues {
		q.bells.Ring(name)
		p.Publish(ctx, rediskeys.Bell(name), q.bells.id)
	}
	_, _ = p.Exec(ctx)
}

// Has says for each delivery whether it still has a job: one that will run, or one that
// crashed and will be recorded by the reconciler.
func (q *Queue) Has(ctx context.Context, deliveries []notify.Delivery) ([]bool, error) {
	return q.which(ctx, deliveries, func(state string) bool { return state != "" && state != "completed" })
}

// Scheduled says for each delivery whether its job waits for its time, as a fallback's does.
func (q *Queue) Scheduled(ctx context.Context, deliveries []notify.Delivery) ([]bool, error) {
	return q.which(ctx, deliveries, func(state string) bool { return state == "scheduled" })
}

// which says whose job is in such a state.
func (q *Queue) which(ctx context.Context, deliveries []notify.Delivery, such func(state string) bool) ([]bool, error) {
	states, err := q.states(ctx, deliveries)
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	whose := make([]bool, len(deliveries))
	for i, s := range states {
		whose[i] = such(s)
	}
	return whose, nil
}

func (q *Queue) states(ctx context.Context, deliveries []notify.Delivery) ([]string, error) {
	p := q.client.Pipeline()
	cmds := make([]*redis.StringCmd, len(deliveries))
	for i, d := range deliveries {
		cmds[i] = p.HGet(ctx, keys(QueueName(d.Channel, d.Priority)).task(d.ID), "state")
	}
	if _, err := p.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return nil, err
	}
	states := make([]string, len(deliveries))
	for i, c := range cmds {
		states[i] = c.Val()
	}
	return states, nil
}

// Cancel takes a delivery's job out of its queue. It reports false for one that is being
// worked on, or has none.
func (q *Queue) Cancel(_ context.Context, d notify.Delivery) (bool, error) {
	err := q.audit.DeleteTask(QueueName(d.Channel, d.Priority), d.ID)
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, asynq.ErrTaskNotFound), errors.Is(err, asynq.ErrQueueNotFound):
		return false, nil
	case strings.Contains(err.Error(), "active state"):
		return false, nil
	}
	return false, fmt.Errorf("cancel: %w", err)
}

// Pause stops a queue from being worked off; what is being worked on goes on.
func (q *Queue) Pause(ctx context.Context, queue string) error {
	return q.client.Set(ctx, keys(queue).paused(), time.Now().Unix(), 0).Err()
}

// Resume undoes [Queue.Pause].
func (q *Queue) Resume(ctx context.Context, queue string) error {
	if err := q.client.Del(ctx, keys(queue).paused()).Err(); err != nil {
		return err
	}
	q.ring(ctx, queue)
	return nil
}
