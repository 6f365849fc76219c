// Package channelstest is the suite that every provider passes: what it does when all is
// well, what each documented answer means, and what happens when the provider hangs, loses
// its answer or says too much. A provider's own test describes itself in a [Case] and calls
// [Conform].
package channelstest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/simulators"
)

// Sender is a provider under test.
type Sender interface {
	Send(ctx context.Context, to notify.Address, m notify.Message) (notify.Receipt, error)
	Provider() string
	Close() error
}

// Rig is a sender with the simulator that it speaks to.
type Rig struct {
	Sender   Sender
	Troubles *simulators.Troubles
	Inbox    *simulators.Inbox
}

// Answer is one documented answer of the provider and what it means.
type Answer struct {
	Name       string
	Sender     func(t *testing.T) Sender // speaks to a provider that answers just this; closed by the suite
	Fault      notify.Fault
	Code       string        // "" : any
	RetryAfter time.Duration // 0: any
}

// Case describes a provider.
type Case struct {
	// New starts a simulator and a sender. What they hold is released by t.Cleanup.
	New     func(t *testing.T) Rig
	To      notify.Address
	Message notify.Message
	Secrets []string // tokens and passwords; the address and the texts are looked for anyway
	Answers []Answer
	// NoRetryAfter: the protocol can't say when to come back.
	NoRetryAfter bool
}

// Conform runs the suite.
func Conform(t *testing.T, c Case) {
	t.Run("an accepted message has a receipt", c.accepted)
	t.Run("every trouble has its fault", c.troubles)
	t.Run("every documented answer has its fault", c.answers)
	t.Run("the wait that was asked for is kept", c.throttled)
	t.Run("a hanging provider ends with the context", c.hanging)
	t.Run("an answer lost after acceptance is unknown", c.lost)
	t.Run("a cancelled context sends nothing", c.cancelledBefore)
	t.Run("a cancelled send leaves no goroutine", c.cancelledDuring)
	t.Run("many at once", c.concurrent)
	t.Run("closing twice is harmless", c.closing)
}

const budget = 10 * time.Second

func (c Case) send(t *testing.T, s Sender) (notify.Receipt, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), budget)
	defer cancel()
	r, err := s.Send(ctx, c.To, c.Message)
	c.checkError(t, err)
	return r, err
}

func (c Case) accepted(t *testing.T) {
	rig := c.New(t)
	r, err := c.send(t, rig.Sender)
	if err != nil {
		t.Fatalf("send: %v", err)
	}
	if r.Provider != rig.Sender.Provider() || r.ID == "" { // a hold on the provider goes by the name that is shown
		t.Errorf("receipt %+v: want %s and an id", r, rig.Sender.Provider())
	}
	got := rig.Inbox.Messages()
	if len(got) != 1 {
		t.Fatalf("%d messages arrived, want 1", len(got))
	}
	if ref := got[0].Reference; ref != "" && ref != c.Message.Delivery {
		t.Errorf("reference %q, want the delivery's id %q", ref, c.Message.Delivery)
	}
}

func (c Case) troubles(t *testing.T) {
	for kind, want := range map[simulators.Kind]notify.Fault{
		simulators.Temporary:     notify.Temporary,
		simulators.Throttled:     notify.Throttled,
		simulators.Rejected:      notify.Rejected,
		simulators.Unreachable:   notify.Unreachable,
		simulators.Misconfigured: notify.Misconfigured,
		simulators.Unknown:       notify.Unknown,
	} {
		t.Run(string(kind), func(t *testing.T) {
			rig := c.New(t)
			rig.Troubles.Set(simulators.Trouble{Kind: kind, Percent: 100})
			_, err := c.send(t, rig.Sender)
			_ = wantFault(t, err, want)
			rig.Troubles.Set(simulators.Trouble{})
			if _, err := c.send(t, rig.Sender); err != nil {
				t.Errorf("after the trouble: %v", err)
			}
		})
	}
}

func (c Case) answers(t *testing.T) {
	if len(c.Answers) == 0 {
		t.Fatal("a provider without a table of answers")
	}
	for _, a := range c.Answers {
		t.Run(a.Name, func(t *testing.T) {
			s := a.Sender(t)
			defer s.Close()
			_, err := c.send(t, s)
			se := wantFault(t, err, a.Fault)
			if a.Code != "" && se.Code != a.Code {
				t.Errorf("code %q, want %q", se.Code, a.Code)
			}
			if a.RetryAfter != 0 && se.RetryAfter != a.RetryAfter {
				t.Errorf("retry after %s, want %s", se.RetryAfter, a.RetryAfter)
			}
		})
	}
}

func (c Case) throttled(t *testing.T) {
	rig := c.New(t)
	rig.Troubles.Once(simulators.Trouble{Kind: simulators.Throttled, Percent: 100, RetryAfter: 7 * time.Second})
	_, err := c.send(t, rig.Sender)
	se := wantFault(t, err, notify.Throttled)
	if !c.NoRetryAfter && se.RetryAfter != 7*time.Second {
		t.Errorf("retry after %s, want 7s", se.RetryAfter)
	}
}

func (c Case) hanging(t *testing.T) {
	rig := c.New(t)
	rig.Troubles.Set(simulators.Trouble{Kind: simulators.Hang, Percent: 100})
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := rig.Sender.Send(ctx, c.To, c.Message)
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("came back after %s", took)
	}
	c.checkError(t, err)
	if f := notify.FaultOf(err); err == nil || f != notify.Temporary && f != notify.Unknown {
		t.Errorf("error %v: want temporary or unknown", err)
	}
}

func (c Case) lost(t *testing.T) {
	rig := c.New(t)
	rig.Troubles.Once(simulators.Trouble{Kind: simulators.Unknown, Percent: 100})
	_, err := c.send(t, rig.Sender)
	_ = wantFault(t, err, notify.Unknown)
	if n := rig.Inbox.Total(); n != 1 {
		t.Errorf("%d messages arrived, want exactly 1", n)
	}
}

func (c Case) cancelledBefore(t *testing.T) {
	rig := c.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := rig.Sender.Send(ctx, c.To, c.Message)
	_ = wantFault(t, err, notify.Temporary)
	if n := rig.Inbox.Total(); n != 0 {
		t.Errorf("%d messages arrived, want none", n)
	}
}

func (c Case) cancelledDuring(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Run("send", func(t *testing.T) {
		rig := c.New(t)
		rig.Troubles.Set(simulators.Trouble{Kind: simulators.Hang, Percent: 100})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		if _, err := rig.Sender.Send(ctx, c.To, c.Message); err == nil {
			t.Error("a hanging provider accepted")
		}
		if err := rig.Sender.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
}

func (c Case) concurrent(t *testing.T) {
	const workers, each = 8, 5
	rig := c.New(t)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range each {
				if _, err := c.send(t, rig.Sender); err != nil {
					t.Errorf("send: %v", err)
				}
			}
		})
	}
	wg.Wait()
	if n := rig.Inbox.Total(); n != workers*each {
		t.Errorf("%d messages arrived, want %d", n, workers*each)
	}
}

func (c Case) closing(t *testing.T) {
	rig := c.New(t)
	for range 2 {
		if err := rig.Sender.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
}

// checkError fails when an error tells what it must not, or is not classified.
func (c Case) checkError(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	if _, ok := errors.AsType[*notify.SendError](err); !ok {
		t.Errorf("error %T is not a *notify.SendError", err)
	}
	m := c.Message
	for _, s := range append([]string{c.To.Value, c.To.Name, m.Subject, m.Text, m.HTML, m.Title, m.Link, m.Unsubscribe}, c.Secrets...) {
		if s != "" && strings.Contains(err.Error(), s) {
			t.Errorf("the error tells %q: %v", s, err)
		}
	}
}

func wantFault(t *testing.T, err error, want notify.Fault) *notify.SendError {
	t.Helper()
	se, ok := errors.AsType[*notify.SendError](err)
	if !ok {
		t.Fatalf("error %v: want a *notify.SendError with fault %s", err, want)
	}
	if se.Fault != want {
		t.Errorf("fault %s, want %s (%v)", se.Fault, want, err)
	}
	return se
}
