package smpp_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/simulators"
)

// More senders than the window takes wait for their turn.
func TestTheWindowHolds(t *testing.T) {
	sim, inbox := simulator(t)
	cfg := config(t, sim.DSN("VONDI")+"&window=2")
	s := sender(t, cfg, nil)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if _, err := s.Send(t.Context(), number, message); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if inbox.Total() != 50 {
		t.Errorf("%d messages arrived, want 50", inbox.Total())
	}
}

func TestAWindowThatIsFullEndsWithTheContext(t *testing.T) {
	sim, _ := simulator(t)
	sim.Troubles.Set(simulators.Trouble{Kind: simulators.Hang, Percent: 100})
	s := sender(t, config(t, sim.DSN("VONDI")+"&window=1"), nil)
	first, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _, _ = s.Send(first, number, message) }()
	until(t, "the request under way", func() bool { return sim.Submitted() == 1 })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := s.Send(ctx, number, message)
	if notify.FaultOf(err) != notify.Temporary || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v: want temporary, it never left", err)
	}
	stop()
	<-ended
}
