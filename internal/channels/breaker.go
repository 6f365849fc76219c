package channels

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/vondi-global/notifications/internal/notify"
)

// State is whether a provider is being used.
type State int

// The states, in the order of trouble: metrics show the number.
const (
	Closed   State = iota // in use
	HalfOpen              // one message tries whether it is back
	Open                  // left alone for a while: it fails
	Held                  // left alone for longer: our side is wrong, a human is called
)

// String returns the state's name as it stands in logs and metrics.
func (s State) String() string { return [...]string{"closed", "half_open", "open", "held"}[s] }

// MarshalText writes the state's name.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (s *State) UnmarshalText(name []byte) error {
	for _, known := range []State{Closed, HalfOpen, Open, Held} {
		if known.String() == string(name) {
			*s = known
			return nil
		}
	}
	return fmt.Errorf("breaker state %.20q: want closed, half_open, open or held", name)
}

// Reasons of a [notify.Postponed] by this package.
const (
	ReasonBreaker = "breaker_open"
	ReasonHeld    = "misconfigured"
	ReasonPace    = "pace"
	ReasonPaused  = "provider_pause"
)

// BreakerConfig says when a provider is left alone and for how long. Zero values take the
// defaults in brackets.
type BreakerConfig struct {
	Failures int           // temporary or unknown outcomes in a row (5)
	Open     time.Duration // how long it is then left alone (15 s)
	Refusals int           // "our side is wrong" in a row (3)
	Held     time.Duration // how long it is then left alone (2 min)
	OnChange func(provider string, s State)
}

func (c BreakerConfig) withDefaults() BreakerConfig {
	def := func(n *int, d int) {
		if *n == 0 {
			*n = d
		}
	}
	wait := func(v *time.Duration, d time.Duration) {
		if *v == 0 {
			*v = d
		}
	}
	def(&c.Failures, 5)
	def(&c.Refusals, 3)
	wait(&c.Open, 15*time.Second)
	wait(&c.Held, 2*time.Minute)
	if c.OnChange == nil {
		c.OnChange = func(string, State) {}
	}
	return c
}

// Breaker leaves a provider alone that is in trouble, so that neither messages nor attempts
// are spent on it. It has two circuits: one for outages, and one for a wrong setup, which
// opens sooner, stays open longer and means an alarm. A rejected message or a dead address
// is the provider at work: both count as success. A throttled one counts as neither.
type Breaker struct {
	provider string
	cfg      BreakerConfig
	outage   *circuit
	setup    *circuit
}

// NewBreaker returns a closed breaker.
func NewBreaker(provider string, cfg BreakerConfig) *Breaker {
	b := &Breaker{provider: provider, cfg: cfg.withDefaults()}
	b.outage = newCircuit(b.cfg.Failures, b.cfg.Open, outage, b.changes(Open))
	b.setup = newCircuit(b.cfg.Refusals, b.cfg.Held, setup, b.changes(Held))
	return b
}

// Allow asks to send. done must be called with the outcome; an attempt that wasn't made is a
// [notify.Postponed]. While the provider is left alone, the error is a [notify.Postponed]
// that says for how long.
func (b *Breaker) Allow() (done func(error), err error) {
	setupDone, after, ok := b.setup.allow()
	if !ok {
		return nil, &notify.Postponed{After: after, Reason: ReasonHeld}
	}
	outageDone, after, ok := b.outage.allow()
	if !ok {
		setupDone(&notify.Postponed{})
		return nil, &notify.Postponed{After: after, Reason: ReasonBreaker}
	}
	return func(err error) { setupDone(err); outageDone(err) }, nil
}

// State is the worse of both circuits' states.
func (b *Breaker) State() State {
	if b.setup.state() == gobreaker.StateOpen {
		return Held
	}
	switch max(b.outage.state(), b.setup.state()) {
	case gobreaker.StateOpen:
		return Open
	case gobreaker.StateHalfOpen:
		return HalfOpen
	default:
		return Closed
	}
}

// changes tells the observer in our words; open is what "open" means for the circuit.
func (b *Breaker) changes(open State) func(gobreaker.State) {
	words := map[gobreaker.State]State{
		gobreaker.StateOpen: open, gobreaker.StateHalfOpen: HalfOpen, gobreaker.StateClosed: Closed,
	}
	return func(s gobreaker.State) { b.cfg.OnChange(b.provider, words[s]) }
}

// verdict is what an outcome says about the provider.
type verdict int

const (
	success verdict = iota
	failed
	neither
)

// outage judges by whether the provider works. A temporary refusal with a wait speaks of one
// recipient (a full mailbox, greylisting) and not of the provider.
func outage(err error) verdict {
	v, f := judge(err)
	if v != failed {
		return v
	}
	se, _ := errors.AsType[*notify.SendError](err)
	if f == notify.Misconfigured || f == notify.Temporary && se != nil && se.RetryAfter > 0 {
		return neither
	}
	return failed
}

// setup judges by whether our side is right.
func setup(err error) verdict {
	v, f := judge(err)
	if v == failed && f != notify.Misconfigured {
		return neither
	}
	return v
}

func judge(err error) (verdict, notify.Fault) {
	if err == nil {
		return success, 0
	}
	if _, ok := errors.AsType[*notify.Postponed](err); ok || errors.Is(err, context.Canceled) {
		return neither, 0 // not tried, or given up by ourselves
	}
	switch f := notify.FaultOf(err); f {
	case notify.Rejected, notify.Unreachable:
		return success, f
	case notify.Throttled:
		return neither, f
	default:
		return failed, f
	}
}

// circuit is one gobreaker with a memory of when it opened.
type circuit struct {
	two    *gobreaker.TwoStepCircuitBreaker[struct{}]
	wait   time.Duration
	opened atomic.Int64 // unix nanoseconds
}

// probeAgain is when to come back while another message tries a half-open circuit.
const probeAgain = 2 * time.Second

func newCircuit(failures int, wait time.Duration, judge func(error) verdict, changed func(gobreaker.State)) *circuit {
	c := &circuit{wait: wait}
	c.two = gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		MaxRequests:  1,
		Timeout:      wait,
		ReadyToTrip:  func(n gobreaker.Counts) bool { return int(n.ConsecutiveFailures) >= failures },
		IsSuccessful: func(err error) bool { return judge(err) == success },
		IsExcluded:   func(err error) bool { return judge(err) == neither },
		OnStateChange: func(_ string, _, to gobreaker.State) {
			if to == gobreaker.StateOpen {
				c.opened.Store(time.Now().UnixNano())
			}
			changed(to)
		},
	})
	return c
}

func (c *circuit) state() gobreaker.State { return c.two.State() }

func (c *circuit) allow() (done func(error), after time.Duration, ok bool) {
	done, err := c.two.Allow()
	switch {
	case errors.Is(err, gobreaker.ErrOpenState):
		left := c.wait - time.Since(time.Unix(0, c.opened.Load()))
		return nil, max(left, probeAgain), false
	case err != nil:
		return nil, probeAgain, false
	}
	return done, 0, true
}
