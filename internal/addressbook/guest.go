package addressbook

import (
	"cmp"
	"context"
	"errors"
	"strings"

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

// GuestKeys are the fingerprints of the addresses that an event's payload carries for
// somebody without an account.
func GuestKeys(e notify.Event) []string {
	c := Guest(e)
	var keys []string
	for _, ch := range []notify.Channel{notify.Email, notify.SMS} {
		if a, ok := c.Address(ch, ""); ok {
			keys = append(keys, indexKey(a))
		}
	}
	return keys
}

// AddressKey is the fingerprint of an address as people say it: with an @, or a phone
// number; "email:" or "sms:" may stand in front.
func AddressKey(what string) (key string, ok bool) {
	what = strings.TrimSpace(what)
	if email := strings.TrimPrefix(what, "email:"); strings.Contains(email, "@") {
		return indexKey(notify.Address{Channel: notify.Email, Value: email}), true
	}
	phone, err := NormalPhone(strings.TrimPrefix(what, "sms:"))
	return indexKey(notify.Address{Channel: notify.SMS, Value: phone}), err == nil
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
