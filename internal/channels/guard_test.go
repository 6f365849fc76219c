package channels_test

import (
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redistest"
)

func guard(t *testing.T, s channels.Sender, cfg channels.BreakerConfig, l channels.Limit) *channels.Guard {
	t.Helper()
	return &channels.Guard{
		Sender: s, Breaker: channels.NewBreaker("stub", cfg),
		Pace:   channels.NewPace(redistest.Start(t).Client(), "stub", impatient),
		Limits: func(notify.Address) []channels.Limit { return []channels.Limit{l} },
	}
}

func send(t *testing.T, s channels.Sender) error {
	t.Helper()
	_, err := s.Send(t.Context(), notify.Address{}, notify.Message{})
	return err
}

func TestGuardPaces(t *testing.T) {
	s := answers(nil)
	g := guard(t, s, channels.BreakerConfig{}, limit(1, 1))
	if err := send(t, g); err != nil {
		t.Fatal(err)
	}
	postponed(t, send(t, g))
	if s.calls != 1 {
		t.Errorf("%d sends, want 1", s.calls)
	}
}

func TestGuardObeysAThrottlingProvider(t *testing.T) {
	s := answers(throttled(time.Minute))
	g := guard(t, s, channels.BreakerConfig{}, limit(100, 100))
	if f := notify.FaultOf(send(t, g)); f != notify.Throttled {
		t.Errorf("fault %s", f)
	}
	if w := postponed(t, send(t, g)); w.Reason != channels.ReasonPaused {
		t.Errorf("postponed %+v", w)
	}
	if s.calls != 1 {
		t.Errorf("%d sends, want 1", s.calls)
	}
}

func TestGuardLeavesAProviderAloneAndComesBackGently(t *testing.T) {
	s := answers(fault(notify.Temporary))
	g := guard(t, s, channels.BreakerConfig{Failures: 2, Open: 50 * time.Millisecond}, limit(100, 100))
	for range 2 {
		_ = send(t, g)
	}
	if w := postponed(t, send(t, g)); w.Reason != channels.ReasonBreaker {
		t.Errorf("postponed %+v", w)
	}
	s.answer = nil
	deadline := time.Now().Add(5 * time.Second)
	for send(t, g) != nil {
		if time.Now().After(deadline) {
			t.Fatal("the provider is back and is not used")
		}
		<-time.After(10 * time.Millisecond)
	}
	sent := 0
	for range 60 { // a burst of 100 would let all of them pass
		if send(t, g) == nil {
			sent++
		}
	}
	if sent > 30 {
		t.Errorf("%d of 60 were sent at once after an outage, want a slow start", sent)
	}
}

// A message that the pace holds back is no probe of a half-open provider.
func TestGuardPacePostponementIsNoOutcome(t *testing.T) {
	s := answers(fault(notify.Temporary))
	g := guard(t, s, channels.BreakerConfig{Failures: 2}, limit(0.001, 1))
	for range 10 {
		_ = send(t, g)
	}
	if got := g.Breaker.State(); got != channels.Closed || s.calls != 1 {
		t.Errorf("state %s after %d sends", got, s.calls)
	}
}

func TestGuardSurvivesAPanic(t *testing.T) {
	g := guard(t, &stub{}, channels.BreakerConfig{Failures: 1}, limit(100, 100))
	g.Sender = nil
	func() {
		defer func() { _ = recover() }()
		_ = send(t, g)
	}()
	if got := g.Breaker.State(); got != channels.Open {
		t.Errorf("state %s, want open: the outcome counts", got)
	}
}
