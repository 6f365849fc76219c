package addressbook

import (
	"cmp"
	"context"
	"errors"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// For finds the one whom a delivery is for. A guest's contact is made of the event's
// payload; a guest who has become a user meanwhile is found as one. The error is
// [notify.ErrNoContact] where nobody is known.
func (b *Book) For(ctx context.Context, d notify.Delivery) (notify.Contact, error) {
	if d.To.UserID != "" {
		c, err := b.Contact(ctx, d.To.UserID)
		if !d.To.Guest || !errors.Is(err, notify.ErrNoContact) {
			return c, err
		}
	}
	c := Guest(d.Event)
	c.UserID = d.To.UserID
	if !known(c) {
		return notify.Contact{}, notify.ErrNoContact
	}
	return c, nil
}

// Guest is the contact that an event's payload carries for somebody without an account.
// Addresses that can't be used are left out.
func Guest(e notify.Event) notify.Contact {
	t, err := eventtypes.Check(&e)
	if err != nil {
		return notify.Contact{}
	}
	text := func(field string) string { return t.Payload.Text(e.Payload, field) }
	return usable(notify.Contact{
		Email: text("email"), Phone: text("phone"),
		Name: cmp.Or(text("applicant_name"), text("name")), Locale: text("locale"),
	})
}
