package routing

import (
	"context"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

// Explanation says what would become of an event, and why. It carries no addresses.
type Explanation struct {
	EventID    string            `json:"event_id"`
	Type       string            `json:"type"`
	Priority   notify.Priority   `json:"priority"`
	Expires    time.Time         `json:"expires"`
	Silent     string            `json:"silent,omitempty"` // why nobody at all is told
	Roles      []RoleExplanation `json:"roles"`
	Supersedes []string          `json:"supersedes,omitempty"`
}

// RoleExplanation is what becomes of one audience.
type RoleExplanation struct {
	Role      string   `json:"role"`
	Words     string   `json:"words"`
	Found     string   `json:"found,omitempty"`     // by which way: "buyer_id", "order_id → buyer", "listing:100:watchers", "payload"
	Missing   bool     `json:"missing,omitempty"`   // nobody is known: the event waits for them
	Strangers []string `json:"strangers,omitempty"` // user ids of whom no contact is known yet
	Broadcast int64    `json:"broadcast,omitempty"` // so many members: it would be paged through
	Condition string   `json:"condition,omitempty"` // why the audience isn't told
	Lines     []Line   `json:"lines,omitempty"`
}

// Line is one person by one channel.
type Line struct {
	UserID    string         `json:"user_id,omitempty"`
	Guest     bool           `json:"guest,omitempty"`
	Channel   notify.Channel `json:"channel,omitempty"`
	Address   string         `json:"address,omitempty"` // masked
	Locale    string         `json:"locale,omitempty"`
	Mandatory bool           `json:"mandatory,omitempty"`
	Delivery  string         `json:"delivery_id"`
	Send      bool           `json:"send"`
	Reason    string         `json:"reason,omitempty"`
	Detail    string         `json:"detail,omitempty"`
}

// Explain says what [Router.Route] would do with an event, by doing it.
func (r *Router) Explain(ctx context.Context, e notify.Event) (Explanation, error) {
	drafts, errs := r.drafts(ctx, []notify.Event{e})
	d := drafts[0]
	if errs[0] != nil {
		return Explanation{}, errs[0]
	}
	x := Explanation{
		EventID: e.ID, Type: e.Type, Priority: d.priority, Expires: d.expires,
		Roles: make([]RoleExplanation, 0, len(d.cast)), Supersedes: d.plan.Supersedes,
	}
	if len(d.cast) == 0 {
		x.Silent = d.rule.why
	}
	for _, a := range d.cast {
		x.Roles = append(x.Roles, d.explain(a))
	}
	return x, nil
}

func (d *draft) explain(a *audience) RoleExplanation {
	x := RoleExplanation{Role: string(a.Role), Words: a.words, Found: a.how, Broadcast: a.size, Condition: a.withheld}
	for _, p := range a.people {
		if !p.known {
			x.Strangers = append(x.Strangers, p.to.UserID)
		}
	}
	for _, l := range d.lines {
		if l.audience == a && l.person != nil {
			x.Lines = append(x.Lines, d.explainLine(l))
		}
	}
	x.Missing = len(x.Lines) == 0 && a.size == 0 && a.withheld == ""
	return x
}

func (d *draft) explainLine(l line) Line {
	var del notify.Delivery
	var x Line
	switch l.list {
	case toSend:
		del, x.Send = d.plan.Send[l.index], true
	case toFallBack:
		f := d.plan.Fallback[l.index]
		del, x.Reason = f.Delivery, "fallback"
		x.Detail = "only if nothing else was sent by " + f.At.UTC().Format(time.RFC3339)
	case toSkip:
		o := d.plan.Skip[l.index]
		del, x.Reason, x.Detail = o.Delivery, o.Reason, o.Detail
	}
	a, _ := l.person.contact.Address(del.Channel, del.Device)
	x.UserID, x.Guest, x.Channel, x.Address = del.To.UserID, del.To.Guest, del.Channel, a.String()
	x.Locale, x.Mandatory, x.Delivery = del.Locale, del.Mandatory, del.ID
	return x
}
