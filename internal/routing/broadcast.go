package routing

import (
	"context"

	"github.com/vondi-global/notifications/internal/notify"
)

// Page plans the next n members of a broadcast behind the cursor, which is empty at first.
// next is empty behind the last page. Planning a page twice gives the same deliveries.
func (r *Router) Page(ctx context.Context, b notify.Broadcast, cursor string, n int) (plan notify.Plan, next string, err error) {
	d, err := r.open(b.Event)
	if err != nil {
		return plan, "", err
	}
	d.paged = true
	for _, a := range d.audiences() {
		if string(a.Role) == b.Role && a.withheld == "" {
			d.cast = append(d.cast, a)
		}
	}
	if len(d.cast) == 0 {
		return plan, "", nil // an override has taken the audience away meanwhile
	}
	d.cast[0].ids, next, err = r.book.Page(ctx, b.Audience, cursor, n)
	if err != nil {
		return plan, "", err
	}
	contacts, err := r.contacts(ctx, []*draft{d}, []error{nil})
	if err != nil {
		return plan, "", err
	}
	if err := d.meet(ctx, contacts, nil); err != nil {
		return plan, "", err
	}
	d.decide()
	d.plan.Supersedes = nil // the event's own plan has said so
	return d.plan, next, nil
}
