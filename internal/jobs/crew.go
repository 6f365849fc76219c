package jobs

import (
	"context"
	"sync"

	"github.com/hibiken/asynq"
)

// crew does handlers' work on goroutines that stay. asynq starts one for each job, whose stack
// begins small and is copied several times on the way down to a provider: that took a
// twentieth of an email's processor time. There are never more hands than handlers have run at once.
type crew struct {
	calls   chan call // nobody waits in it: whoever finds no idle hand hires one
	running sync.WaitGroup
	hands   sync.WaitGroup
}

// call is a job in the hands of the crew.
type call struct {
	ctx    context.Context
	task   *asynq.Task
	handle asynq.HandlerFunc
	err    chan error
}

func newCrew() *crew { return &crew{calls: make(chan call)} }

// doing has a handler's work done by the crew. The handler must not panic.
func (c *crew) doing(handle asynq.HandlerFunc) asynq.HandlerFunc {
	return func(ctx context.Context, t *asynq.Task) error {
		c.running.Add(1)
		defer c.running.Done()
		job := call{ctx, t, handle, make(chan error, 1)}
		select {
		case c.calls <- job:
		default:
			c.hands.Go(func() { c.hand(job) })
		}
		return <-job.err
	}
}

func (c *crew) hand(job call) {
	for ok := true; ok; job, ok = <-c.calls {
		job.err <- job.handle(job.ctx, job.task)
	}
}

// dismiss waits for the handlers at work and ends the crew. No more may come.
func (c *crew) dismiss() {
	c.running.Wait()
	close(c.calls)
	c.hands.Wait()
}
