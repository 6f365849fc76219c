package routing

import (
	"fmt"
	"time"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// no is why a delivery isn't made; without a reason it is.
type no struct{ reason, detail string }

// refusal is what stands against a delivery, in the order in which support would ask. It
// is the same when a delivery is planned and when it is sent.
func refusal(d *notify.Delivery, c *notify.Contact, now time.Time) no {
	if !d.Expires.IsZero() && !now.Before(d.Expires) {
		return no{notify.ReasonExpired, "since " + d.Expires.UTC().Format(time.RFC3339)}
	}
	a, ok := c.Address(d.Channel, d.Device)
	if !ok {
		return no{notify.ReasonNoAddress, "no address for " + string(d.Channel)}
	}
	if !d.Mandatory {
		if n := unwanted(d, c, now); n.reason != "" {
			return n
		}
	}
	if h, dead := c.Dead(a, now); dead {
		return no{notify.ReasonUnreachable, fmt.Sprintf("%s said %s on %s", h.Provider, h.Reason, h.Since.UTC().Format(time.DateOnly))}
	}
	return no{}
}

// unwanted is what doesn't hold for mandatory messages.
func unwanted(d *notify.Delivery, c *notify.Contact, now time.Time) no {
	category := eventtypes.EventType(d.Event.Type).Category()
	if key, muted := c.Preferences.Muted(category, d.Channel); muted {
		return no{notify.ReasonMuted, "preference " + key}
	}
	if c.BannedAt(now) {
		return no{notify.ReasonBanned, "since " + c.Banned.UTC().Format(time.RFC3339)}
	}
	return no{}
}

// StillWanted says whether a planned delivery should still be made, and if not, how it
// ends. The event in it is whole. Who was known when it was planned, and is not any more,
// was erased.
func (r *Router) StillWanted(d notify.Delivery, c notify.Contact, now time.Time) (notify.Outcome, bool) {
	n := refusal(&d, &c, now)
	switch {
	case n.reason == notify.ReasonExpired:
	case d.To.Other != nil: // an operator's own address for this once: the contact's don't matter
		n = no{}
	case c.UserID == "" && d.To.UserID != "":
		n = no{notify.ReasonForgotten, "the person is not known any more"}
	}
	if n.reason == "" {
		return notify.Outcome{}, true
	}
	return notify.Outcome{Status: statusOf(n.reason), Time: now, Delivery: d, Reason: n.reason, Detail: n.detail}, false
}
