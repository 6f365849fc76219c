package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Tune makes options fit for the clients that [NewWorkers] asks for: many repeats, because
// asynq loses a job for a minute when it can't write that it is done, and short deadlines,
// because stopping waits for them.
func Tune(o redis.UniversalOptions) *redis.UniversalOptions {
	o.MaxRetries, o.MinRetryBackoff, o.MaxRetryBackoff = 10, 50*time.Millisecond, time.Second
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout = 2*time.Second, 2*time.Second, 2*time.Second
	o.PipelinePoolSize = -1
	o.ReadBufferSize, o.WriteBufferSize = buffer, buffer
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return &o
}

// buffer is enough for a job and its answer: the default of 32 KB for each of two or three
// dozen connections is what an idle daemon would mostly consist of.
const buffer = 4 << 10

// maxQueued bounds the commands that wait in an auto-pipelined client: with a slow Redis
// callers get an error rather than the process all the memory.
const maxQueued = 50_000

// Pipe gives the auto-pipelined face of a client: commands of many goroutines travel
// together. It falls back to the client itself where that has no such face or on is false.
// end gives its goroutines back, not the client.
func Pipe(client redis.UniversalClient, on bool) (pipe redis.UniversalClient, end func() error, err error) {
	none := func() error { return nil }
	if !on {
		return client, none, nil
	}
	c, ok := client.(interface {
		AutoPipelineWithOptions(*redis.AutoPipelineOptions) (*redis.AutoPipeliner, error)
	})
	if !ok {
		return client, none, nil
	}
	p, err := c.AutoPipelineWithOptions(&redis.AutoPipelineOptions{MaxBatchSize: 300, MaxQueuedCommands: maxQueued})
	if err != nil {
		return nil, none, fmt.Errorf("auto-pipeline: %w", err)
	}
	return p, p.Close, nil
}

// uncancelled keeps commands from being cancelled. asynq v0.26 repeats a lost "done" with
// a context that it has cancelled itself (processor.go, markAsDone): the repair fails, and the
// job runs again after a minute.
type uncancelled struct{}

func (uncancelled) DialHook(next redis.DialHook) redis.DialHook { return next }

func (uncancelled) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (uncancelled) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error { return next(context.WithoutCancel(ctx), cmd) }
}
