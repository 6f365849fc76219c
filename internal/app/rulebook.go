package app

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/routing"
)

// rulebook is the router of now: a changed configuration puts another in its place while
// events are being planned.
type rulebook struct{ atomic.Pointer[routing.Router] }

// RouteAll implements [pipeline.Router].
func (r *rulebook) RouteAll(ctx context.Context, events []notify.Event) ([]notify.Plan, []error) {
	return r.Load().RouteAll(ctx, events)
}

// StillWanted implements [pipeline.Wanted].
func (r *rulebook) StillWanted(d notify.Delivery, c notify.Contact, now time.Time) (notify.Outcome, bool) {
	return r.Load().StillWanted(d, c, now)
}

// Page implements [pipeline.Pager].
func (r *rulebook) Page(ctx context.Context, b notify.Broadcast, cursor string, n int) (notify.Plan, string, error) {
	return r.Load().Page(ctx, b, cursor, n)
}
