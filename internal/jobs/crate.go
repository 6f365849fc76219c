package jobs

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

// fetchScript moves jobs into work, each as asynq v0.26 moves one (internal/rdb/rdb.go,
// dequeueCmd), but for the time since which it was pending: that stays, and nobody reads it
// of a job in work.
//
//	KEYS[1] -> pending list
//	KEYS[2] -> pause mark
//	KEYS[3] -> active list
//	KEYS[4] -> leases
//	ARGV[1] -> expiry of the leases, s
//	ARGV[2] -> prefix of the jobs' keys, which are in the same slot
//	ARGV[3] -> how many at most
//
// Output: the jobs' messages, oldest first. An id without a job is dropped.
var fetchScript = redis.NewScript(`
if redis.call("EXISTS", KEYS[2]) == 1 then return {} end
local ids = redis.call("RPOP", KEYS[1], ARGV[3])
if not ids then return {} end
local messages, active, leases = {}, {}, {}
for _, id in ipairs(ids) do
	local message = redis.call("HGET", ARGV[2] .. id, "msg")
	if message then
		redis.call("HSET", ARGV[2] .. id, "state", "active")
		messages[#messages + 1], active[#active + 1] = message, id
		leases[#leases + 1], leases[#leases + 2] = ARGV[1], id
	end
end
if #active == 0 then return {} end
redis.call("LPUSH", KEYS[3], unpack(active))
redis.call("ZADD", KEYS[4], unpack(leases))
return messages
`)

// returnScript puts jobs in work back at the head of their queue, as asynq does with one
// (requeueCmd). Jobs whose lease somebody has taken away are theirs.
//
//	KEYS[1] -> active list
//	KEYS[2] -> leases
//	KEYS[3] -> pending list
//	ARGV[1] -> prefix of the jobs' keys
//	ARGV[2...] -> ids, the one to run first at the end
//
// Output: how many went back.
var returnScript = redis.NewScript(`
local back = 0
for i = 2, #ARGV do
	if redis.call("LREM", KEYS[1], 0, ARGV[i]) > 0 and redis.call("ZREM", KEYS[2], ARGV[i]) > 0 then
		redis.call("RPUSH", KEYS[3], ARGV[i])
		redis.call("HSET", ARGV[1] .. ARGV[i], "state", "pending")
		back = back + 1
	end
end
return back
`)

// crate holds the jobs of one queue that were fetched together, until asynq asks for them
// one by one. It never holds more than there are idle handlers: a job that lay here while
// they were all busy could run out of its lease.
type crate struct {
	queue   string
	client  redis.UniversalClient
	places  int64        // handlers that the queue has in this process
	running atomic.Int64 // of them, those at work

	mu      sync.Mutex
	stock   []string // messages
	fetched time.Time
}

// stale is the age at which a stock is given back instead of being worked off: asynq
// believes in a whole lease of 30 s from the moment when it gets a job.
const stale = 5 * time.Second

// take answers asynq's question for a job, from the stock or with a fetch. The error is
// [redis.Nil] where there is none.
func (c *crate) take(ctx context.Context, lease any) (message string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.stock) > 0 && time.Since(c.fetched) > stale {
		if err := c.giveBack(ctx); err != nil {
			return "", err
		}
	}
	if len(c.stock) == 0 {
		if err := c.fetch(ctx, lease); err != nil {
			return "", err
		}
	}
	if len(c.stock) == 0 {
		return "", redis.Nil
	}
	message, c.stock = c.stock[0], c.stock[1:]
	return message, nil
}

// fetch asks for as many jobs as there are idle handlers.
func (c *crate) fetch(ctx context.Context, lease any) (err error) {
	k, idle := keys(c.queue), max(1, c.places-c.running.Load())
	c.stock, err = fetchScript.Run(ctx, c.client, []string{k.pending(), k.paused(), k.active(), k.lease()}, lease, k.tasks(), idle).StringSlice()
	c.fetched = time.Now()
	return err
}

// clear gives back what nobody will ask for any more.
func (c *crate) clear(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.giveBack(ctx)
}

func (c *crate) giveBack(ctx context.Context) error {
	if len(c.stock) == 0 {
		return nil
	}
	k := keys(c.queue)
	args := []any{k.tasks()}
	for _, message := range slices.Backward(c.stock) {
		args = append(args, taskID([]byte(message)))
	}
	if err := returnScript.Run(ctx, c.client, []string{k.active(), k.lease(), k.pending()}, args...).Err(); err != nil {
		return fmt.Errorf("give jobs back to %s: %w", c.queue, err)
	}
	c.stock = nil
	return nil
}

// counted counts a lane's handler among those at work.
func (c *crate) counted(handle asynq.HandlerFunc) asynq.HandlerFunc {
	return func(ctx context.Context, t *asynq.Task) error {
		c.running.Add(1)
		defer c.running.Add(-1)
		return handle(ctx, t)
	}
}
