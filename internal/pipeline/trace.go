package pipeline

import (
	"slices"

	"github.com/vondi-global/notifications/internal/notify"
)

// Tracer watches dispatches. It leaves its place in each event's Trace, so that the
// attempts, whose events are read back from the ledger, can be linked to the dispatch; done
// hears how it went, by the events' places.
type Tracer interface {
	Dispatching(events []notify.Event) (done func(errs []error))
}

// traced gives the events of a dispatch their places in a trace; the caller's stay as they
// are. Without a tracer it costs nothing.
func (p *Dispatcher) traced(events []notify.Event) ([]notify.Event, func(errs []error)) {
	if p.Tracer == nil {
		return events, untraced
	}
	events = slices.Clone(events)
	return events, p.Tracer.Dispatching(events)
}

func untraced([]error) {}
