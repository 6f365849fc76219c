package channels_test

import (
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/redistest"
)

func limit(rate float64, burst int) channels.Limit { return channels.Limit{Rate: rate, Burst: burst} }

// impatient never waits in place, so that a test sees every refusal.
var impatient = channels.PaceConfig{Patience: time.Nanosecond}

// pods are paces of the same provider, each with a client of its own, as pods have.
func pods(t *testing.T, n int, cfg channels.PaceConfig) []*channels.Pace {
	t.Helper()
	s := redistest.Start(t)
	list := make([]*channels.Pace, n)
	for i := range list {
		list[i] = channels.NewPace(s.Client(), "stub", cfg)
	}
	return list
}

func TestPaceIsSharedByAllPods(t *testing.T) {
	const rate, burst = 100, 10
	ps := pods(t, 3, channels.PaceConfig{Patience: 200 * time.Millisecond})
	start := time.Now()
	end := start.Add(time.Second)
	var mu sync.Mutex
	taken := 0
	var wg sync.WaitGroup
	for _, p := range ps {
		for range 4 {
			wg.Go(func() {
				for time.Now().Before(end) {
					if p.Take(t.Context(), limit(rate, burst)) == nil {
						mu.Lock()
						taken++
						mu.Unlock()
					}
				}
			})
		}
	}
	wg.Wait()
	most := int(rate*time.Since(start).Seconds()) + burst + 1
	if taken > most || taken < most*8/10 {
		t.Errorf("%d taken by three pods, want nearly and at most %d", taken, most)
	}
}

func TestPaceBurstThenRefusesWithTurns(t *testing.T) {
	p := pods(t, 1, impatient)[0]
	for i := range 5 {
		if err := p.Take(t.Context(), limit(1, 5)); err != nil {
			t.Fatalf("message %d of a burst of 5: %v", i+1, err)
		}
	}
	var last time.Duration
	for i := range 4 {
		w := postponed(t, p.Take(t.Context(), limit(1, 5)))
		if w.Reason != channels.ReasonPace || w.After <= last+500*time.Millisecond {
			t.Errorf("refusal %d: %+v after %s: want a turn of its own, a second later", i+1, w, last)
		}
		last = w.After
	}
}

func TestPaceWaitsInPlaceForANearSlot(t *testing.T) {
	p := pods(t, 1, channels.PaceConfig{})[0]
	start := time.Now()
	for range 3 {
		if err := p.Take(t.Context(), limit(10, 1)); err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(start); took < 190*time.Millisecond || took > 450*time.Millisecond {
		t.Errorf("three messages at 10/s took %s, want 200 ms", took)
	}
}

func TestPaceTakesFromAllLimitsOrNone(t *testing.T) {
	p := pods(t, 1, impatient)[0]
	all, jelena := limit(1, 2), channels.Limit{Scope: "chat:1", Rate: 1, Burst: 1}
	marko := channels.Limit{Scope: "chat:2", Rate: 1, Burst: 1}
	if err := p.Take(t.Context(), all, jelena); err != nil {
		t.Fatal(err)
	}
	postponed(t, p.Take(t.Context(), all, jelena)) // her limit; costs the common one nothing
	if err := p.Take(t.Context(), all, marko); err != nil {
		t.Errorf("the second of the common burst: %v", err)
	}
	postponed(t, p.Take(t.Context(), all, channels.Limit{Scope: "chat:3", Rate: 1, Burst: 1}))
}

func TestPauseHoldsForAllPods(t *testing.T) {
	ps := pods(t, 2, impatient)
	if err := ps[0].Pause(t.Context(), time.Minute, limit(100, 100)); err != nil {
		t.Fatal(err)
	}
	w := postponed(t, ps[1].Take(t.Context(), limit(100, 100)))
	if w.Reason != channels.ReasonPaused || w.After < 50*time.Second || w.After > 75*time.Second {
		t.Errorf("postponed %+v, want about a minute", w)
	}
}

func TestPauseOfOneRecipientSparesTheOthers(t *testing.T) {
	p := pods(t, 1, impatient)[0]
	all := limit(100, 100)
	chat := func(s string) channels.Limit { return channels.Limit{Scope: s, Rate: 100, Burst: 100} }
	pause := func(s string) {
		if err := p.Pause(t.Context(), time.Minute, all, chat(s)); err != nil {
			t.Fatal(err)
		}
	}
	pause("chat:1")
	pause("chat:2")
	postponed(t, p.Take(t.Context(), all, chat("chat:1")))
	if err := p.Take(t.Context(), all, chat("chat:3")); err != nil {
		t.Errorf("a chat that wasn't throttled: %v", err)
	}
	for range 3 {
		pause("chat:1") // was under way with the first: no answer of its own
	}
	if err := p.Take(t.Context(), all, chat("chat:5")); err != nil {
		t.Errorf("another chat: %v", err)
	}
	pause("chat:4") // the third within a minute: it is the provider
	postponed(t, p.Take(t.Context(), all, chat("chat:3")))
}

func TestSlowStartBeginsAtATenth(t *testing.T) {
	p := pods(t, 1, impatient)[0]
	if err := p.SlowStart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := p.Take(t.Context(), limit(10, 1)); err != nil {
		t.Fatal(err)
	}
	if w := postponed(t, p.Take(t.Context(), limit(10, 1))); w.After < 800*time.Millisecond {
		t.Errorf("the second may go after %s, want about a second instead of 100 ms", w.After)
	}
}

func TestSlowStartEnds(t *testing.T) {
	p := pods(t, 1, channels.PaceConfig{Patience: time.Nanosecond, Ramp: 50 * time.Millisecond})[0]
	if err := p.SlowStart(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-time.After(60 * time.Millisecond) // the ramp itself
	for range 5 {
		if err := p.Take(t.Context(), limit(10, 5)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNothingIsSentUnpacedWithoutRedis(t *testing.T) {
	s := redistest.Start(t)
	c := redis.NewClient(&redis.Options{Addr: s.Addr, MaxRetries: -1})
	t.Cleanup(func() { _ = c.Close() })
	s.Kill()
	w := postponed(t, channels.NewPace(c, "stub", channels.PaceConfig{}).Take(t.Context(), limit(1, 1)))
	if w.After < time.Second {
		t.Errorf("postponed %+v", w)
	}
}

// The dev mode's Redis runs the same scripts.
func TestPaceOnMiniredis(t *testing.T) {
	m := miniredis.RunT(t)
	c := redis.NewClient(&redis.Options{Addr: m.Addr()})
	t.Cleanup(func() { _ = c.Close() })
	p := channels.NewPace(c, "stub", impatient)
	if err := p.Take(t.Context(), limit(1, 1)); err != nil {
		t.Fatal(err)
	}
	postponed(t, p.Take(t.Context(), limit(1, 1)))
	if err := p.Pause(t.Context(), time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := p.SlowStart(t.Context()); err != nil {
		t.Fatal(err)
	}
}
