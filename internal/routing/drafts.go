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
		switch far := d.far(); {
		case len(far) == 0:
		case len(drafts) == 1:
			errs[i] = d.find(ctx, far)
		default:
			g.Go(func() error { errs[i] = d.find(ctx, far); return nil })
		}
	}
	_ = g.Wait() // the functions keep their errors in errs
}

// people are the contacts of a batch, each looked up once.
type people struct {
	place map[string]int // by user id
	found []notify.Contact
}

// of is somebody's contact; somebody unknown has no UserID.
func (p people) of(id string) *notify.Contact { return &p.found[p.place[id]] }

// contacts looks up all whom the drafts have found.
func (r *Router) contacts(ctx context.Context, drafts []*draft, errs []error) (people, error) {
	var ids []string
	p := people{place: make(map[string]int, len(drafts))}
	for i, d := range drafts {
		if errs[i] != nil {
			continue
		}
		for _, a := range d.cast {
			for _, id := range a.ids {
				if _, again := p.place[id]; !again {
					p.place[id] = len(ids)
					ids = append(ids, id)
				}
			}
		}
	}
	if len(ids) == 0 {
		return p, nil
	}
	var err error
	if p.found, err = r.book.Contacts(ctx, ids); err != nil {
		return p, fmt.Errorf("looking for contacts: %w: %w", notify.ErrUnavailable, err)
	}
	return p, nil
}
