package routing

import (
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

func TestStillWanted(t *testing.T) {
	r := newRouter(t, town(), Config{})
	person := town().people["890"]
	email := notify.Address{Channel: notify.Email, Value: person.Email}
	planned := notify.Delivery{
		ID: "d", Event: notify.Event{Type: "order.shipped"}, To: notify.Recipient{UserID: "890", Role: "buyer"},
		Channel: notify.Email, Expires: noon.Add(time.Hour),
	}
	with := func(edit func(d *notify.Delivery, c *notify.Contact)) (notify.Delivery, notify.Contact) {
		d, c := planned, person
		edit(&d, &c)
		return d, c
	}
	for name, c := range map[string]struct {
		edit   func(d *notify.Delivery, c *notify.Contact)
		reason string
		status notify.Status
	}{
		"as planned":         {func(*notify.Delivery, *notify.Contact) {}, "", ""},
		"no end of its life": {func(d *notify.Delivery, _ *notify.Contact) { d.Expires = time.Time{} }, "", ""},
		"expired":            {func(d *notify.Delivery, _ *notify.Contact) { d.Expires = noon }, notify.ReasonExpired, notify.Skipped},
		"muted since":        {func(_ *notify.Delivery, c *notify.Contact) { c.Preferences = muted("order/email") }, notify.ReasonMuted, notify.Skipped},
		"muted, but mandatory": {func(d *notify.Delivery, c *notify.Contact) {
			d.Mandatory, c.Preferences = true, muted("*/*")
		}, "", ""},
		"banned since": {func(_ *notify.Delivery, c *notify.Contact) { c.Banned = noon }, notify.ReasonBanned, notify.Skipped},
		"banned until": {func(_ *notify.Delivery, c *notify.Contact) { c.Banned, c.BannedUntil = noon.Add(-2), noon.Add(-1) }, "", ""},
		"dead since": {func(_ *notify.Delivery, c *notify.Contact) {
			c.Health = map[string]notify.Health{email.Key(): {Since: noon}}
		}, notify.ReasonUnreachable, notify.Suppressed},
		"dead until": {func(_ *notify.Delivery, c *notify.Contact) {
			c.Health = map[string]notify.Health{email.Key(): {Since: noon.Add(-2), Until: noon.Add(-1)}}
		}, "", ""},
		"forgotten":     {func(_ *notify.Delivery, c *notify.Contact) { *c = notify.Contact{} }, notify.ReasonForgotten, notify.Skipped},
		"address gone":  {func(_ *notify.Delivery, c *notify.Contact) { c.Email = "" }, notify.ReasonNoAddress, notify.Skipped},
		"a guest":       {func(d *notify.Delivery, c *notify.Contact) { d.To, c.UserID = notify.Recipient{Guest: true}, "" }, "", ""},
		"another email": {func(d *notify.Delivery, c *notify.Contact) { d.To.Other, *c = &email, notify.Contact{} }, "", ""},
		"another email, too late": {func(d *notify.Delivery, _ *notify.Contact) {
			d.To.Other, d.Expires = &email, noon
		}, notify.ReasonExpired, notify.Skipped},
	} {
		t.Run(name, func(t *testing.T) {
			d, contact := with(c.edit)
			o, ok := r.StillWanted(d, contact, noon)
			if ok != (c.reason == "") || o.Reason != c.reason || o.Status != c.status {
				t.Errorf("%t: %s %s (%s)", ok, o.Status, o.Reason, o.Detail)
			}
			if !ok && (o.Delivery.ID != "d" || !o.Time.Equal(noon)) {
				t.Errorf("outcome %+v", o)
			}
		})
	}
}
