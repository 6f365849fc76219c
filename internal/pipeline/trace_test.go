package pipeline

import (
	"errors"
	"testing"

	"github.com/vondi-global/notifications/internal/notify"
)

// scribe is a tracer that marks events and remembers what became of them.
type scribe struct{ errs []error }

func (s *scribe) Dispatching(events []notify.Event) func([]error) {
	for i := range events {
		events[i].Trace = "of the dispatch of " + events[i].ID
	}
	return func(errs []error) { s.errs = errs }
}

func TestADispatchIsTraced(t *testing.T) {
	w := newWorld()
	w.broken["route bad"] = errors.New("no rule")
	w.plan = notify.Plan{Send: []notify.Delivery{{ID: "d"}}}
	s := &scribe{}
	p := w.dispatcher()
	p.Tracer = s
	given := events("good", "bad")
	given[0].Trace = "of the producer"
	errs := p.Dispatch(t.Context(), given)
	if len(s.errs) != 2 || s.errs[0] != nil || !errors.Is(s.errs[1], errs[1]) || errs[1] == nil {
		t.Errorf("the tracer heard %v of %v", s.errs, errs)
	}
	if given[0].Trace != "of the producer" {
		t.Errorf("the caller's event was changed: %s", given[0].Trace)
	}
}

func TestTracingThatIsOffCostsNothing(t *testing.T) {
	p := &Dispatcher{}
	batch := events("a", "b")
	if n := testing.AllocsPerRun(100, func() {
		same, done := p.traced(batch)
		done(nil)
		if &same[0] != &batch[0] {
			t.Fatal("the batch was copied")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkTracingOff(b *testing.B) {
	p, batch := &Dispatcher{}, make([]notify.Event, partSize)
	b.ReportAllocs()
	for b.Loop() {
		_, done := p.traced(batch)
		done(nil)
	}
}

// TestWithoutATracerItCostsNothing: tracing is off without an endpoint.
func TestWithoutATracerItCostsNothing(t *testing.T) {
	d, events := &Dispatcher{}, make([]notify.Event, 100)
	if n := testing.AllocsPerRun(100, func() {
		_, done := d.traced(events)
		done(nil)
	}); n != 0 {
		t.Errorf("%.0f allocations for a dispatch that nobody watches", n)
	}
}
