package jobs

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/hibiken/asynq"
)

func TestACrewHasAsManyHandsAsHandlersEverRanAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		before := runtime.NumGoroutine()
		c := newCrew()
		var atOnce atomic.Int32
		open := make(chan struct{})
		do := c.doing(func(_ context.Context, task *asynq.Task) error {
			atOnce.Add(1)
			defer atOnce.Add(-1)
			<-open
			return errors.New(task.Type())
		})
		for range 3 { // the hands of the first round do the others
			var callers sync.WaitGroup
			for range 4 {
				callers.Go(func() {
					if err := do(t.Context(), asynq.NewTask("its own", nil)); err == nil || err.Error() != "its own" {
						t.Errorf("the handler's error became %v", err)
					}
				})
			}
			synctest.Wait()
			if n := atOnce.Load(); n != 4 {
				t.Errorf("%d handlers run at once, want 4", n)
			}
			close(open)
			callers.Wait()
			synctest.Wait()
			open = make(chan struct{})
		}
		if n := runtime.NumGoroutine() - before; n != 4 {
			t.Errorf("%d hands stay of 4 handlers that ran at once", n)
		}
		c.dismiss()
	})
}
