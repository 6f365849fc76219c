package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

// recorder keeps the scripts that pass through a client.
type recorder struct {
	mu      sync.Mutex
	scripts [][]any
}

func (r *recorder) DialHook(next redis.DialHook) redis.DialHook { return next }

func (r *recorder) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		r.keep(err, cmd)
		return err
	}
}

func (r *recorder) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := next(ctx, cmds)
		r.keep(err, cmds...)
		return err
	}
}

// keep keeps what went through: what Redis did not know comes again.
func (r *recorder) keep(err error, cmds ...redis.Cmder) {
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range cmds {
		if args := c.Args(); args[0] == "evalsha" {
			r.scripts = append(r.scripts, slices.Clone(args))
		}
	}
}

// record reads n events with our own reader and returns the scripts by which asynq's own
// client would have brought the same jobs into the queues, one a job.
func record(ctx context.Context, s server, n int) ([][]any, error) {
	sha, err := enqueueSHA(ctx, s.addr)
	if err != nil {
		return nil, err
	}
	p, err := newPlatform(s.addr)
	if err != nil {
		return nil, err
	}
	defer p.close()
	r := &recorder{}
	p.client.AddHook(r)
	err = p.read(ctx, n)
	r.mu.Lock()
	defer r.mu.Unlock()
	var single [][]any
	for _, args := range r.scripts {
		single = append(single, unpacked(sha, args)...)
	}
	return single, err
}

// unpacked is the jobs of a script of ours that enqueues many: after its one key come their
// keys' prefix, the time, and each job's id and message.
func unpacked(sha string, args []any) (single [][]any) {
	pending, _ := args[3].(string)
	if !strings.HasPrefix(pending, "asynq:{") || !strings.HasSuffix(pending, "}:pending") {
		return nil
	}
	prefix, now := args[4].(string), args[5]
	for job := range slices.Chunk(args[6:], 2) {
		single = append(single, []any{"evalsha", sha, 2, prefix + job[0].(string), pending, job[1], job[0], now})
	}
	return single
}

// enqueueSHA has asynq's client enqueue jobs and looks at the script that it sends; the first
// brings the script to Redis.
func enqueueSHA(ctx context.Context, addr string) (string, error) {
	rdb := redis.NewClient(&redis.Options{Addr: addr})
	defer rdb.Close()
	r := &recorder{}
	rdb.AddHook(r)
	client := asynq.NewClientFromRedisClient(rdb)
	for range 2 {
		if _, err := client.EnqueueContext(ctx, asynq.NewTask("probe", nil), asynq.Queue("probe")); err != nil {
			return "", err
		}
	}
	if len(r.scripts) == 0 {
		return "", errors.New("asynq enqueues without a script")
	}
	return r.scripts[0][1].(string), nil
}

// replay sends scripts again, 300 at a time.
func replay(ctx context.Context, addr string, scripts [][]any) error {
	rdb := redis.NewClient(&redis.Options{Addr: addr})
	defer rdb.Close()
	for batch := range slices.Chunk(scripts, 300) {
		p := rdb.Pipeline()
		for _, args := range batch {
			p.Do(ctx, args...)
		}
		if _, err := p.Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}
