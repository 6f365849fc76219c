package jobs

import (
	"context"
	"crypto/rand"
	"errors"
	mrand "math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/batcher"
)

// Bells wake the servers of a process that wait for jobs: whoever enqueues rings.
type Bells struct {
	id    string // tells our own rings by pub/sub from others'
	mu    sync.Mutex
	bells map[string]*bell
}

// NewBells makes the bells of one process.
func NewBells() *Bells { return &Bells{id: rand.Text(), bells: map[string]*bell{}} }

// Ring wakes the server of a queue, if it waits.
func (b *Bells) Ring(queue string) {
	one := b.of(queue)
	select {
	case one.rung <- struct{}{}:
	default: // rung already
	}
}

func (b *Bells) of(queue string) *bell {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.bells[queue]
	if one == nil {
		one = &bell{rung: make(chan struct{}, 1)}
		b.bells[queue] = one
	}
	return one
}

// bell is that of one queue. A ring is kept until it is heard: one that comes between an
// empty answer and the wait is not lost.
type bell struct {
	rung   chan struct{}
	empty  atomic.Bool  // the last answer was that there is nothing
	asleep atomic.Bool  // a server waits
	expect atomic.Int64 // until then (ms) a job may come due: it was scheduled by this process
}

// Expect says that a job of the queue comes due at a time.
func (b *Bells) Expect(queue string, at time.Time) {
	one := b.of(queue)
	until := at.Add(overdue).UnixMilli()
	for old := one.expect.Load(); until > old && !one.expect.CompareAndSwap(old, until); old = one.expect.Load() {
	}
}

// overdue is how long after its time a job may still not have been moved.
const overdue = time.Minute

func (b *bell) expects() bool { return time.Now().UnixMilli() < b.expect.Load() }

// wait holds the next question back after an empty answer.
func (b *bell) wait(look time.Duration, stop <-chan struct{}) {
	if !b.empty.Swap(false) {
		return
	}
	t := time.NewTimer(look - look/8 + mrand.N(look/4)) // servers that start together ask apart
	defer t.Stop()
	b.asleep.Store(true)
	defer b.asleep.Store(false)
	select {
	case <-b.rung:
	case <-t.C:
	case <-stop:
	}
}

// dequeueScript is the SHA-1 of the script by which asynq v0.26 fetches a job. With an
// asynq whose script is another, servers poll.
const dequeueScript = "a8153319360adc71cdc370107f8ab9786f204765"

// doorbell is the hook on the client of asynq's servers: asynq itself asks without end, for
// one job at a time, and reports each that is done.
type doorbell struct {
	pending map[string]*bell // by the key of the pending list
	vain    map[string]*vain // by the key of a set that is nearly always empty
	lanes   map[string]*crate
	done    map[string]*batcher.Batcher[question, bool] // by the key of the active list
	look    time.Duration
	stop    <-chan struct{} // closed: nothing is held back any more
}

// vain counts the questions to a set that is nearly always empty.
type vain struct {
	asked atomic.Int64
	bell  *bell
}

// vainly is of how many questions to such a set one is asked.
const vainly = 30

func newDoorbell(client redis.UniversalClient, bells *Bells, queues []string, look time.Duration, stop <-chan struct{}) *doorbell {
	h := &doorbell{
		pending: map[string]*bell{}, vain: map[string]*vain{}, lanes: map[string]*crate{},
		done: map[string]*batcher.Batcher[question, bool]{}, look: look, stop: stop,
	}
	for _, q := range queues {
		k := keys(q)
		h.pending[k.pending()], h.done[k.active()] = bells.of(q), newFinisher(q, client)
		if _, _, lane := Lane(q); lane {
			h.vain[k.scheduled()] = &vain{bell: bells.of(q)}
		}
	}
	return h
}

// fetches has a queue's jobs fetched together.
func (h *doorbell) fetches(c *crate) { h.lanes[keys(c.queue).pending()] = c }

func (h *doorbell) DialHook(next redis.DialHook) redis.DialHook { return next }

func (h *doorbell) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (h *doorbell) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if h.spared(cmd) {
			return nil
		}
		if gather, ok := h.finished(cmd); ok {
			return finishOne(ctx, gather, cmd)
		}
		b := h.asked(cmd)
		if b == nil {
			err := next(ctx, cmd)
			h.forwarded(cmd)
			return err
		}
		b.wait(h.look, h.stop)
		err := h.fetch(ctx, next, cmd)
		if errors.Is(err, redis.Nil) {
			b.empty.Store(true)
		}
		return err
	}
}

// fetch answers asynq's question for a job.
func (h *doorbell) fetch(ctx context.Context, next redis.ProcessHook, cmd redis.Cmder) error {
	one, ok := cmd.(*redis.Cmd)
	_, key := script(cmd, 0)
	lane := h.lanes[key]
	if lane == nil || !ok {
		return next(ctx, cmd)
	}
	message, err := lane.take(ctx, cmd.Args()[7])
	one.SetVal(message)
	return err
}

// finished is where a job that is done is taken out together with others.
func (h *doorbell) finished(cmd redis.Cmder) (*batcher.Batcher[question, bool], bool) {
	sha, key := script(cmd, 0)
	if sha != doneScript {
		return nil, false
	}
	gather, ok := h.done[key]
	return gather, ok
}

func finishOne(ctx context.Context, gather *batcher.Batcher[question, bool], cmd redis.Cmder) error {
	was, err := gather.Do(ctx, cmd.Args())
	if err == nil && !was {
		err = errNotInWork
	}
	return err
}

// asked is the bell of the queue that a command fetches from.
func (h *doorbell) asked(cmd redis.Cmder) *bell {
	sha, key := script(cmd, 0)
	if sha != dequeueScript {
		return nil
	}
	return h.pending[key]
}

// spared answers asynq's question for jobs of a lane whose time has come. Only fallbacks are
// scheduled there, and who schedules one expects it; should that process be gone, one
// question in thirty finds it. Retries lie elsewhere.
func (h *doorbell) spared(cmd redis.Cmder) bool {
	_, key := script(cmd, 0)
	n := h.vain[key]
	if n == nil || n.bell.expects() || n.asked.Add(1)%vainly == 0 {
		return false
	}
	c, ok := cmd.(*redis.Cmd)
	if ok {
		c.SetVal(int64(0))
	}
	return ok
}

// forwarded rings when asynq has moved jobs that are due from a waiting set to the
// pending list.
func (h *doorbell) forwarded(cmd redis.Cmder) {
	_, key := script(cmd, 1)
	b := h.pending[key]
	if b == nil {
		return
	}
	if n, ok := cmd.(*redis.Cmd); ok {
		if moved, _ := n.Int(); moved > 0 {
			select {
			case b.rung <- struct{}{}:
			default:
			}
		}
	}
}

// script is the SHA and the n-th key of an EVALSHA.
func script(cmd redis.Cmder, n int) (sha, key string) {
	args := cmd.Args()
	if !strings.EqualFold(cmd.Name(), "evalsha") || len(args) < 4+n {
		return "", ""
	}
	sha, _ = args[1].(string)
	key, _ = args[3+n].(string)
	return sha, key
}
