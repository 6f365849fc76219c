package jobs

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/hibiken/asynq"

	"github.com/vondi-global/notifications/internal/notify"
)

// undone is a decision on its way through asynq. asynq stores its text with the job and
// shows it: it is the decision's reason, one word.
type undone struct{ notify.Decision }

func (u undone) Error() string {
	word, _, _ := strings.Cut(u.Reason, ":")
	if word = strings.TrimSpace(word); word == "" {
		return "again"
	}
	return notify.Printable(word, 40)
}

// result is what a handler returns to asynq: nil ends the job. A delivery that is given up
// is in the dead letters already; asynq's archive, which drops its oldest, gets none.
func result(d notify.Decision) error {
	switch d.Action {
	case notify.Retry, notify.Wait:
		return undone{d}
	case notify.Done, notify.GiveUp:
	}
	return nil
}

// pauseAfterAbort is the rest of a job whose handler did not come to an end.
const pauseAfterAbort = 5 * time.Second

// delay is asynq's RetryDelayFunc. A job whose worker died has waited for its lease
// already.
func delay(_ int, err error, _ *asynq.Task) time.Duration {
	if u, ok := errors.AsType[undone](err); ok {
		return notBefore(u.After)
	}
	if errors.Is(err, asynq.ErrLeaseExpired) {
		return 0
	}
	return pauseAfterAbort
}

// notBefore lengthens a delay so that asynq, which cuts times down to whole seconds, does
// not come back before it is over: providers that asked for a wait take that ill.
func notBefore(after time.Duration) time.Duration {
	if after <= 0 {
		return 0
	}
	return after + time.Second - 1
}

// isFailure is asynq's: it tells what counts as an attempt. A wait doesn't, nor does a job
// that was cancelled from outside.
func isFailure(err error) bool {
	if u, ok := errors.AsType[undone](err); ok {
		return u.Action == notify.Retry
	}
	return !errors.Is(err, context.Canceled)
}
