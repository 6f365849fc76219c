package jobs

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

// Crashed is told of jobs that asynq set aside because their worker died on the last
// attempt. It records them (ledger: failed, with [notify.ReasonCrashed]; dead letter) and
// bears repetition. After an error the job is offered again.
type Crashed struct {
	Delivery func(ctx context.Context, d notify.Delivery, attempts int) error
	Event    func(ctx context.Context, eventID string, step int) error
}

// Reconciler repairs what asynq leaves behind after crashes and data loss. Each pass bears
// repetition; one process at a time does it, to save the work.
type Reconciler struct {
	client  redis.UniversalClient
	inspect *asynq.Inspector
	crashed Crashed
	log     zerolog.Logger
	every   time.Duration
	owner   string
}

// reconcileEvery is the time between passes.
const reconcileEvery = time.Minute

// NewReconciler makes a reconciler on the Notifications Redis.
func NewReconciler(client redis.UniversalClient, crashed Crashed, log zerolog.Logger) *Reconciler {
	return &Reconciler{
		client: client, inspect: asynq.NewInspectorFromRedisClient(client), crashed: crashed, log: log,
		every: reconcileEvery, owner: rand.Text(),
	}
}

// Run makes passes until ctx ends.
func (r *Reconciler) Run(ctx context.Context) {
	t := time.NewTimer(FullJitter(r.every))
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if err := r.turn(ctx); err != nil && ctx.Err() == nil {
			r.log.Warn().Err(err).Msg("Reconciling failed")
		}
		t.Reset(r.every)
	}
}

// turn makes a pass unless another process has lately made one.
func (r *Reconciler) turn(ctx context.Context) error {
	first, err := r.client.SetNX(ctx, rediskeys.Lock("reconciler"), r.owner, r.every*9/10).Result()
	if err != nil || !first {
		return err
	}
	return r.Pass(ctx)
}

// Pass repairs all queues once. A queue that can't be repaired doesn't keep the others
// from it.
func (r *Reconciler) Pass(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, r.every)
	defer cancel()
	var errs []error
	for _, q := range Queues() {
		if err := r.queue(ctx, q); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", q, err))
		}
	}
	return errors.Join(errs...)
}

func (r *Reconciler) queue(ctx context.Context, queue string) error {
	known, err := r.known(ctx, queue)
	if err != nil || !known {
		return err
	}
	if err := r.leases(ctx, queue); err != nil {
		return err
	}
	return r.archived(ctx, queue)
}

// known lists a queue that has something with asynq again: after a data loss the clients
// believe that they have done so, and the inspector sees no queue.
func (r *Reconciler) known(ctx context.Context, queue string) (bool, error) {
	k := keys(queue)
	n, err := r.client.Exists(ctx, k.pending(), k.active(), k.lease(), k.retry(), k.scheduled(), k.archived()).Result()
	if err != nil || n == 0 {
		return false, err
	}
	added, err := r.client.SAdd(ctx, allQueues, queue).Result()
	if added > 0 {
		r.log.Info().Str("queue", queue).Msg("Queue listed again")
	}
	return true, err
}

// leaseScript mends what is in work. asynq gives a job back only by its lease; and an id
// whose job is gone would stay in work for ever.
//
//	KEYS[1] -> active list
//	KEYS[2] -> leases
//	ARGV[1] -> prefix of the jobs' keys
//	ARGV[2] -> expiry of a lease that is given anew, s
//
// Output: {leases given, ids without a job removed}. Moving to the active list and leasing
// is one script of asynq, so that the pair is never seen half-way. The jobs' keys are
// in the queue's slot.
var leaseScript = redis.NewScript(`
local leased, removed = 0, 0
for _, id in ipairs(redis.call("LRANGE", KEYS[1], 0, -1)) do
  if redis.call("HEXISTS", ARGV[1] .. id, "msg") == 0 then
    redis.call("LREM", KEYS[1], 0, id)
    redis.call("ZREM", KEYS[2], id)
    redis.call("DEL", ARGV[1] .. id)
    removed = removed + 1
  elseif not redis.call("ZSCORE", KEYS[2], id) then
    redis.call("ZADD", KEYS[2], ARGV[2], id)
    leased = leased + 1
  end
end
return {leased, removed}
`)

func (r *Reconciler) leases(ctx context.Context, queue string) error {
	k := keys(queue)
	n, err := leaseScript.Run(ctx, r.client, []string{k.active(), k.lease()}, k.tasks(), time.Now().Unix()).Int64Slice()
	if err != nil {
		return err
	}
	if n[0]+n[1] > 0 {
		r.log.Warn().Str("queue", queue).Int64("leased", n[0]).Int64("removed", n[1]).Msg("Jobs in work repaired")
	}
	return nil
}

// archivedAtOnce is how many archived jobs of a queue one pass records: asynq's archive
// keeps no more than 10,000, and nothing of ours gets there but by a crash.
const archivedAtOnce = 1000

// archived records the jobs that crashed on their last attempt and takes them out of
// asynq's archive, which would drop its oldest.
func (r *Reconciler) archived(ctx context.Context, queue string) error {
	n, err := r.client.ZCard(ctx, keys(queue).archived()).Result()
	if err != nil || n == 0 {
		return err
	}
	tasks, err := r.inspect.ListArchivedTasks(queue, asynq.PageSize(archivedAtOnce))
	if err != nil {
		return err
	}
	for _, t := range tasks {
		if err := r.bury(ctx, queue, t); err != nil {
			return err
		}
	}
	return nil
}

func (r *Reconciler) bury(ctx context.Context, queue string, t *asynq.TaskInfo) error {
	switch t.Type {
	case kindBroadcast: // it goes on from its cursor
		return r.inspect.RunTask(queue, t.ID)
	case kindResume:
		if id, step, err := decodeResume(t.Payload); err == nil {
			if err := r.crashed.Event(ctx, id, step); err != nil {
				return err
			}
		}
	default: // an unreadable one is known by its id at least
		d, _ := decodeDelivery(t.ID, queue, t.Payload)
		if err := r.crashed.Delivery(ctx, d, t.Retried+1); err != nil {
			return err
		}
	}
	r.log.Warn().Str("queue", queue).Str("job_id", t.ID).Msg("A job crashed on its last attempt")
	err := r.inspect.DeleteTask(queue, t.ID)
	if errors.Is(err, asynq.ErrTaskNotFound) {
		return nil
	}
	return err
}
