package main

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// recorder keeps the enqueueing scripts that pass through a client.
type recorder struct {
	mu      sync.Mutex
	scripts [][]any
}

func (r *recorder) DialHook(next redis.DialHook) redis.DialHook { return next }

func (r *recorder) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error { r.keep(cmd); return next(ctx, cmd) }
}

func (r *recorder) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error { r.keep(cmds...); return next(ctx, cmds) }
}

// keep keeps those whose first key is a job.
func (r *recorder) keep(cmds ...redis.Cmder) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range cmds {
		args := c.Args()
		if len(args) < 4 || args[0] != "evalsha" {
			continue
		}
		if key, _ := args[3].(string); strings.HasPrefix(key, "asynq:{") && strings.Contains(key, "}:t:") {
			r.scripts = append(r.scripts, slices.Clone(args))
		}
	}
}

// record reads n events with our own reader and returns the scripts by which their jobs
// came into the queues.
func record(ctx context.Context, s server, n int) ([][]any, error) {
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
	return r.scripts, err
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
