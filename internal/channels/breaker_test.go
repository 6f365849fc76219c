package channels_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
)

// try makes one attempt with an outcome, if the breaker allows it.
func try(b *channels.Breaker, outcome error) error {
	done, err := b.Allow()
	if err != nil {
		return err
	}
	done(outcome)
	return nil
}

func TestBreakerOpensForWhatTheProviderDoes(t *testing.T) {
	full := &notify.SendError{Fault: notify.Temporary, RetryAfter: time.Hour, Err: fault(0)}
	for name, c := range map[string]struct {
		outcome error
		want    channels.State
	}{
		"accepted":                         {nil, channels.Closed},
		"rejected messages":                {fault(notify.Rejected), channels.Closed},
		"dead addresses":                   {fault(notify.Unreachable), channels.Closed},
		"throttling, which the pace obeys": {throttled(time.Second), channels.Closed},
		"full mailboxes":                   {full, channels.Closed},
		"sends that we gave up":            {&notify.SendError{Err: context.Canceled}, channels.Closed},
		"timeouts":                         {&notify.SendError{Err: context.DeadlineExceeded}, channels.Open},
		"outages":                          {fault(notify.Temporary), channels.Open},
		"lost answers":                     {fault(notify.Unknown), channels.Open},
		"a wrong setup":                    {fault(notify.Misconfigured), channels.Held},
	} {
		t.Run(name, func(t *testing.T) {
			b := channels.NewBreaker("stub", channels.BreakerConfig{})
			for range 10 {
				_ = try(b, c.outcome)
			}
			if got := b.State(); got != c.want {
				t.Errorf("state %s, want %s", got, c.want)
			}
		})
	}
}

func TestBreakerComesBackByOneProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var heard []channels.State
		b := channels.NewBreaker("stub", channels.BreakerConfig{OnChange: func(_ string, s channels.State) { heard = append(heard, s) }})
		for range 5 {
			_ = try(b, fault(notify.Temporary))
		}
		<-time.After(5 * time.Second)
		if p := postponed(t, try(b, nil)); p.After != 10*time.Second || p.Reason != channels.ReasonBreaker {
			t.Errorf("postponed %+v: want what is left of 15 s", p)
		}
		<-time.After(10*time.Second + time.Millisecond)
		done, err := b.Allow()
		if err != nil {
			t.Fatal(err)
		}
		postponed(t, try(b, nil)) // only one at a time
		done(&notify.Postponed{}) // the probe wasn't made: another may
		if err := try(b, nil); err != nil {
			t.Fatal(err)
		}
		want := []channels.State{channels.Open, channels.HalfOpen, channels.Closed}
		if d := cmp.Diff(want, heard); d != "" {
			t.Error(d)
		}
	})
}

// A wrong password is tried again every two minutes, by one message, at no attempt's cost.
func TestBreakerHoldsAWrongSetup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := channels.NewBreaker("stub", channels.BreakerConfig{})
		for range 3 {
			_ = try(b, fault(notify.Misconfigured))
		}
		tried := 0
		for range 600 { // ten minutes
			<-time.After(time.Second)
			if try(b, fault(notify.Misconfigured)) == nil {
				tried++
			}
		}
		if tried < 4 || tried > 5 {
			t.Errorf("%d messages in ten minutes, want one every two", tried)
		}
		if p := postponed(t, try(b, nil)); p.Reason != channels.ReasonHeld {
			t.Errorf("reason %s", p.Reason)
		}
	})
}
