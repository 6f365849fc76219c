package jobs

import (
	"cmp"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

// class is how patiently a priority is retried: the n-th delay is drawn from zero to
// first·2ⁿ⁻¹, at most longest ("full jitter": those who failed together don't come back
// together).
type class struct {
	first, longest time.Duration
	attempts       int // 0: until its life ends
}

// classOf gives high seconds to an hour, normal up to a day, low its whole life.
func classOf(p notify.Priority) class {
	switch p {
	case notify.High:
		return class{first: 4 * time.Second, longest: 15 * time.Minute, attempts: 14}
	case notify.Low:
		return class{first: 2 * time.Minute, longest: 4 * time.Hour}
	case notify.Normal:
	}
	return class{first: 30 * time.Second, longest: 4 * time.Hour, attempts: 20}
}

func (c class) delay(attempt int) time.Duration {
	d := c.first
	for range attempt - 1 {
		if d *= 2; d >= c.longest {
			return c.longest
		}
	}
	return d
}

const (
	// throttledWait is how long a provider is left alone that did not say for how long.
	throttledWait = 30 * time.Second
	// misconfiguredWait is how often it is tried whether a human has put things right.
	misconfiguredWait = time.Minute
	// lastMoment is the shortest rest of a life that is worth another attempt.
	lastMoment = time.Second
)

// Jitter draws a duration from zero up to most.
type Jitter func(most time.Duration) time.Duration

// FullJitter draws evenly.
func FullJitter(most time.Duration) time.Duration { return rand.N(max(most, 1)) }

// Verdict says what happens to a delivery after an attempt failed with err:
//
//	temporary, unknown     again, later and later, not before the provider said; costs an attempt
//	throttled              again when the provider said; costs none
//	misconfigured          again every minute; costs none
//	rejected, unreachable  never again
//
// Nothing is planned past the end of the delivery's life.
func Verdict(err error, d notify.Delivery, a notify.Attempt, now time.Time) notify.Decision {
	return Jitter(FullJitter).verdict(err, d, a, now)
}

func (j Jitter) verdict(err error, d notify.Delivery, a notify.Attempt, now time.Time) notify.Decision {
	left := life(d, now)
	if left < lastMoment {
		return giveUp(notify.ReasonExpired)
	}
	if p, ok := errors.AsType[*notify.Postponed](err); ok {
		return wait(p.After, left, p.Reason)
	}
	fault := notify.FaultOf(err)
	switch fault {
	case notify.Rejected:
		return giveUp(notify.ReasonRejected)
	case notify.Unreachable:
		return giveUp(notify.ReasonUnreachable)
	case notify.Throttled:
		after := cmp.Or(asked(err), throttledWait)
		return wait(after+j(after/8), left, fault.String())
	case notify.Misconfigured:
		return wait(misconfiguredWait+j(misconfiguredWait/4), left, fault.String())
	case notify.Temporary, notify.Unknown:
	}
	c := classOf(d.Priority)
	if c.attempts > 0 && a.Number >= c.attempts {
		return giveUp(notify.ReasonExhausted)
	}
	// Drawn from what is left where the delay would outlast the life: one more chance.
	after := j(min(c.delay(a.Number), left))
	if asked := asked(err); asked < left { // a full mailbox, greylisting
		after = max(after, asked)
	}
	return notify.Decision{Action: notify.Retry, After: after, Reason: fault.String()}
}

// life is what is left of a delivery's.
func life(d notify.Delivery, now time.Time) time.Duration {
	if d.Expires.IsZero() {
		return time.Duration(1<<63 - 1)
	}
	return d.Expires.Sub(now)
}

func giveUp(reason string) notify.Decision {
	return notify.Decision{Action: notify.GiveUp, Reason: reason}
}

// wait comes back without an attempt, unless that would be too late.
func wait(after, left time.Duration, reason string) notify.Decision {
	if after >= left {
		return giveUp(notify.ReasonExpired)
	}
	return notify.Decision{Action: notify.Wait, After: after, Reason: reason}
}

// asked is how long the provider wants to be left alone, if it said so.
func asked(err error) time.Duration {
	if se, ok := errors.AsType[*notify.SendError](err); ok {
		return se.RetryAfter
	}
	return 0
}

// crashes is how many attempts may end in a crash or a lost reply, beyond those that the
// verdict counts, before asynq sets a job aside by itself.
const crashes = 25

// patience is how long a job is retried whose end is not a matter of attempts.
const patience = 100_000

// maxRetry is asynq's own limit. It is out of the verdict's way: who gives up is [Verdict].
func maxRetry(p notify.Priority) int {
	if n := classOf(p).attempts; n > 0 {
		return n + crashes
	}
	return patience
}
