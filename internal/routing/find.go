package routing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// far are the audiences whose ids don't stand in the payload.
func (d *draft) far() []*audience {
	var far []*audience
	for _, a := range d.cast {
		if a.withheld == "" && len(a.ids) == 0 && !d.near(a) {
			far = append(far, a)
		}
	}
	return far
}

// find looks for the people of audiences.
func (d *draft) find(ctx context.Context, far []*audience) error {
	for _, a := range far {
		if err := d.search(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// near takes the first way where the payload itself answers it.
func (d *draft) near(a *audience) bool {
	if len(a.Find) == 0 || !direct(a.Find[0]) {
		return false
	}
	return d.inPayload(a, a.Find[0])
}

// direct says that a payload field is the user id.
func direct(p eventtypes.Path) bool { return p.Link == "" && p.Audience == "" && !p.Guest }

func (d *draft) inPayload(a *audience, p eventtypes.Path) bool {
	id := d.text(p.Field)
	if id != "" {
		a.ids, a.how = []string{id}, p.Field
	}
	return id != ""
}

// search tries the ways in their order; the first that finds somebody wins.
func (d *draft) search(ctx context.Context, a *audience) error {
	ways := a.Find
	if len(ways) > 0 && direct(ways[0]) {
		ways = ways[1:] // near has found nothing there
	}
	for _, p := range ways {
		if err := d.try(ctx, a, p); err != nil {
			return fmt.Errorf("looking for %s: %w: %w", a.Role, notify.ErrUnavailable, err)
		}
		if len(a.ids) > 0 || a.size > 0 || len(a.people) > 0 {
			return nil
		}
	}
	return nil
}

func (d *draft) try(ctx context.Context, a *audience, p eventtypes.Path) error {
	if p.Guest {
		return d.guest(ctx, a, "")
	}
	if direct(p) {
		d.inPayload(a, p)
		return nil
	}
	id, how := d.text(p.Field), p.Field
	if p.Field != "" && id == "" {
		return nil
	}
	if p.Link != "" {
		to, err := d.router.book.Link(ctx, p.Link, id, p.To)
		if err != nil || to == "" {
			return err
		}
		id, how = to, p.Field+" → "+p.To
	}
	if p.Audience == "" {
		a.ids, a.how = []string{id}, how
		return nil
	}
	return d.members(ctx, a, audienceName(p.Audience, id))
}

func audienceName(pattern, id string) string {
	if id == "" {
		return pattern
	}
	return strings.Replace(pattern, "%s", id, 1)
}

// members takes an audience's members, or only counts them where they are too many to plan
// at once.
func (d *draft) members(ctx context.Context, a *audience, name string) error {
	ids, err := d.router.book.Members(ctx, name, d.router.large+1)
	if err != nil {
		return err
	}
	a.members, a.how = name, name
	if len(ids) <= d.router.large {
		a.ids = ids
		return nil
	}
	a.size, err = d.router.book.Count(ctx, name)
	a.size = max(a.size, int64(len(ids))) // somebody may have left in between
	return err
}

// guest makes a person of the address in the payload. A user id that nobody knows yet
// stays with them: once they are known, they aren't told again as somebody else.
func (d *draft) guest(ctx context.Context, a *audience, userID string) error {
	to := notify.Recipient{Role: string(a.Role), Guest: true}
	c, err := d.router.book.For(ctx, notify.Delivery{Event: d.event, To: to})
	if errors.Is(err, notify.ErrNoContact) {
		return nil
	}
	if err == nil {
		to.UserID, c.UserID = userID, userID
		a.people, a.how = append(a.people, person{to: to, contact: &c, known: true}), "payload"
	}
	return err
}

// meet makes people of the ids that were found; away is why nobody could be looked up.
func (d *draft) meet(ctx context.Context, contacts people, away error) error {
	for _, a := range d.cast {
		if len(a.ids) > 0 && away != nil {
			return away
		}
		if err := d.introduce(ctx, a, contacts); err != nil {
			return err
		}
	}
	return nil
}

func (d *draft) introduce(ctx context.Context, a *audience, contacts people) error {
	guests := slices.ContainsFunc(a.Find, func(p eventtypes.Path) bool { return p.Guest })
	a.people = slices.Grow(a.people, len(a.ids))
	for _, id := range a.ids {
		c := contacts.of(id)
		known := c.UserID != ""
		if !known && guests {
			before := len(a.people)
			if err := d.guest(ctx, a, id); err != nil {
				return err
			}
			if len(a.people) > before {
				continue
			}
		}
		a.people = append(a.people, person{to: notify.Recipient{UserID: id, Role: string(a.Role)}, contact: c, known: known})
	}
	return nil
}
