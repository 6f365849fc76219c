package smpp_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/simulators"
)

func TestABrokenLinkIsBoundAgain(t *testing.T) {
	sim, inbox := simulator(t)
	s := sender(t, config(t, sim.DSN("VONDI")), nil)
	until(t, "bound", func() bool { return sim.Bound() == 1 })
	sim.Troubles.Once(simulators.Trouble{Kind: simulators.Hang})
	lost := make(chan error, 1)
	go func() { _, err := s.Send(t.Context(), number, message); lost <- err }()
	until(t, "the request under way", func() bool { return sim.Submitted() == 1 })
	sim.Drop()
	if err := <-lost; notify.FaultOf(err) != notify.Unknown {
		t.Errorf("in flight when the link broke: %v, want unknown", err)
	}
	until(t, "bound again", func() bool { _, err := s.Send(t.Context(), number, message); return err == nil })
	if inbox.Total() != 1 {
		t.Errorf("%d messages arrived, want 1", inbox.Total())
	}
}

// A link that answers enquire_link no more is dead, whatever TCP believes.
func TestADeafLinkIsReplaced(t *testing.T) {
	sim, _ := simulator(t)
	cfg := config(t, sim.DSN("VONDI"))
	cfg.EnquireLink, cfg.Timeout = 20*time.Millisecond, 200*time.Millisecond
	s := sender(t, cfg, nil)
	until(t, "bound", func() bool { return sim.Bound() == 1 })
	sim.Mute(true)
	_, err := s.Send(t.Context(), number, message)
	if notify.FaultOf(err) != notify.Unknown {
		t.Errorf("on a deaf link: %v, want unknown", err)
	}
	sim.Mute(false)
	until(t, "sent over a new link", func() bool { _, err := s.Send(t.Context(), number, message); return err == nil })
}

// A centre that unbinds for its maintenance is bound again.
func TestAfterAnUnbind(t *testing.T) {
	sim, _ := simulator(t)
	s := sender(t, config(t, sim.DSN("VONDI")), nil)
	until(t, "bound", func() bool { return sim.Bound() == 1 })
	sim.Unbind()
	until(t, "unbound", func() bool { return sim.Bound() == 0 })
	until(t, "sent over a new link", func() bool { _, err := s.Send(t.Context(), number, message); return err == nil })
}

// A centre that takes the connection and says nothing costs a sender its context's time and
// a closing no time at all.
func TestABindThatHangs(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := sender(t, config(t, "smpp://vondi:s3cret@"+l.Addr().String()+"?from=VONDI"), nil)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := s.Send(ctx, number, message); notify.FaultOf(err) != notify.Temporary {
		t.Errorf("error %v: want temporary", err)
	}
	start := time.Now()
	if err := s.Close(); err != nil || time.Since(start) > time.Second {
		t.Errorf("closing took %s, %v", time.Since(start), err)
	}
}

// While the centre is away, senders are told so at once: they don't wait for the next
// attempt to bind.
func TestACentreThatIsAway(t *testing.T) {
	sim, _ := simulator(t)
	s := sender(t, config(t, sim.DSN("VONDI")), nil)
	until(t, "bound", func() bool { return sim.Bound() == 1 })
	sim.Close()
	until(t, "told at once", func() bool {
		start := time.Now()
		_, err := s.Send(t.Context(), number, message)
		return notify.FaultOf(err) == notify.Temporary && time.Since(start) < 100*time.Millisecond
	})
	start := time.Now()
	if err := s.Close(); err != nil || time.Since(start) > time.Second {
		t.Errorf("closing took %s, %v", time.Since(start), err)
	}
	if _, err := s.Send(t.Context(), number, message); notify.FaultOf(err) != notify.Temporary {
		t.Errorf("after closing: %v, want temporary", err)
	}
}

// What is in flight when the sender is closed has perhaps been sent.
func TestClosingInFlight(t *testing.T) {
	sim, _ := simulator(t)
	sim.Troubles.Set(simulators.Trouble{Kind: simulators.Hang, Percent: 100})
	s := sender(t, config(t, sim.DSN("VONDI")), nil)
	lost := make(chan error, 1)
	go func() { _, err := s.Send(t.Context(), number, message); lost <- err }()
	until(t, "the request under way", func() bool { return sim.Submitted() == 1 })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-lost; notify.FaultOf(err) != notify.Unknown {
		t.Errorf("error %v: want unknown", err)
	}
}
