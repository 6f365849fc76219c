package routing

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/vondi-global/notifications/internal/notify"
)

// findAtOnce bounds how many events of a batch look for their people side by side: their
// look-ups then travel in the same round trips.
const findAtOnce = 128

// drafts plans events together, step by step. Where one's error is nil, it is decided.
func (r *Router) drafts(ctx context.Context, events []notify.Event) ([]*draft, []error) {
	drafts, errs := make([]*draft, len(events)), make([]error, len(events))
	for i, e := range events {
		if drafts[i], errs[i] = r.open(e); errs[i] == nil {
			drafts[i].cast = drafts[i].audiences()
		}
	}
	findAll(ctx, drafts, errs)
	contacts, err := r.contacts(ctx, drafts, errs)
	for i, d := range drafts {
		if errs[i] == nil {
			errs[i] = d.meet(ctx, contacts, err)
		}
	}
	for i, d := range drafts {
		if errs[i] == nil {
			d.decide()
		}
	}
	return drafts, errs
}

// findAll looks for everybody's ids. Events that carry them all cost nothing; the others
// look side by side.
func findAll(ctx context.Context, drafts []*draft, errs []error) {
	var g errgroup.Group
	g.SetLimit(findAtOnce)
	for i, d := range drafts {
		if errs[i] != nil {
			continue
		}
		if far := d.far(); len(far) > 0 {
			g.Go(func() error { errs[i] = d.find(ctx, far); return nil })
		}
	}
	_ = g.Wait() // the functions keep their errors in errs
}

// contacts looks up, once, all people whom the drafts have found.
func (r *Router) contacts(ctx context.Context, drafts []*draft, errs []error) (map[string]notify.Contact, error) {
	var ids []string
	seen := make(map[string]notify.Contact, len(drafts))
	for i, d := range drafts {
		if errs[i] != nil {
			continue
		}
		for _, a := range d.cast {
			for _, id := range a.ids {
				if _, again := seen[id]; !again {
					seen[id] = notify.Contact{}
					ids = append(ids, id)
				}
			}
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := r.book.Contacts(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("looking for contacts: %w: %w", notify.ErrUnavailable, err)
	}
	for i, c := range found {
		seen[ids[i]] = c
	}
	return seen, nil
}
