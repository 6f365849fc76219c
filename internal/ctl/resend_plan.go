package ctl

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/vondi-global/notifications/internal/addressbook"
	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/ledger"
	"github.com/vondi-global/notifications/internal/notify"
)

// resendItem is one line of the plan: what is sent again, or why not.
type resendItem struct {
	Delivery string         `json:"delivery_id"`
	As       string         `json:"as,omitempty"` // the new delivery
	EventID  string         `json:"event_id"`
	Type     string         `json:"event_type"`
	UserID   string         `json:"user_id,omitempty"`
	Role     string         `json:"role,omitempty"`
	Channel  notify.Channel `json:"channel"`
	To       string         `json:"to,omitempty"`  // masked
	Why      string         `json:"why,omitempty"` // it is not sent

	event notify.Event
	waits []string
	make  notify.Delivery
}

func (it *resendItem) person() string { return cmp.Or(strings.TrimSpace(it.Role+" "+it.UserID), "–") }

func (it *resendItem) what() string { return it.Type + " by " + string(it.Channel) }

// planner makes the plan.
type planner struct {
	*session
	*platform
	*teller
	flags resendFlags
	named bool
	other *notify.Address
}

func (s *session) plan(ctx context.Context, p *platform, found []candidate, f resendFlags, named bool) ([]*resendItem, error) {
	pl := planner{session: s, platform: p, teller: newTeller(ctx, p, false), flags: f, named: named}
	if err := pl.readOther(found); err != nil {
		return nil, err
	}
	var about subject
	for _, c := range found {
		about.events = append(about.events, ledger.EventRecord{Event: c.event.Event, Plan: []ledger.Kept{c.latest()}, Deliveries: []ledger.Record{c.record}})
	}
	if err := pl.prepare(ctx, about); err != nil {
		return nil, err
	}
	var items []*resendItem
	for _, c := range found {
		made, err := pl.items(ctx, c)
		if err != nil {
			return nil, err
		}
		items = append(items, made...)
	}
	return items, nil
}

// readOther reads --to, which makes sense for one delivery only.
func (pl *planner) readOther(found []candidate) error {
	if pl.flags.to == "" {
		return nil
	}
	if len(found) != 1 {
		return usagef("--to goes with one delivery; here are %d. Name it", len(found))
	}
	a := notify.Address{Channel: notify.Channel(cmp.Or(pl.flags.channel, string(found[0].kept.Channel))), Value: pl.flags.to}
	if pl.flags.channel == "" {
		a.Channel = channelOf(pl.flags.to, a.Channel)
	}
	if err := normal(&a); err != nil {
		return usagef("--to: %w", err)
	}
	pl.other = &a
	return nil
}

// channelOf guesses an address' channel.
func channelOf(address string, otherwise notify.Channel) notify.Channel {
	switch {
	case strings.Contains(address, "@"):
		return notify.Email
	case strings.HasPrefix(address, "+"):
		return notify.SMS
	}
	return otherwise
}

func normal(a *notify.Address) (err error) {
	switch a.Channel {
	case notify.Email:
		a.Value, err = addressbook.NormalEmail(a.Value)
	case notify.SMS:
		a.Value, err = addressbook.NormalPhone(a.Value)
	case notify.Telegram:
		if strings.Trim(strings.TrimPrefix(a.Value, "-"), "0123456789") != "" {
			err = fmt.Errorf("want the number of a Telegram chat")
		}
	case notify.Push:
		err = fmt.Errorf("a push has no address that can be typed")
	}
	return err
}

// items are the lines that a candidate becomes: by push, one for each device.
func (pl *planner) items(ctx context.Context, c candidate) ([]*resendItem, error) {
	it := &resendItem{
		Delivery: c.kept.ID, EventID: c.event.Event.ID, Type: c.event.Event.Type, UserID: c.kept.UserID, Role: c.kept.Role,
		Channel: c.kept.Channel, event: c.event.Event, waits: c.event.Waiting,
	}
	if it.Why = pl.refuse(c); it.Why != "" {
		return []*resendItem{it}, nil
	}
	d, why, err := pl.rebuild(ctx, c)
	if err != nil {
		return nil, err
	}
	var items []*resendItem
	for i, one := range pl.redirect(d) {
		n := *it
		n.Channel, n.Why = one.Channel, why
		if err := pl.finish(ctx, &n, one, c.resends+i+1); err != nil {
			return nil, err
		}
		items = append(items, &n)
	}
	if len(items) == 0 {
		it.Why = "the person has no device for push"
		items = append(items, it)
	}
	return items, nil
}

// refuse says why a delivery must not be sent again.
func (pl *planner) refuse(c candidate) string {
	r := c.record
	if !r.State.Settled() {
		expires := c.event.Event.Time.AddDate(1, 0, 0)
		next, at := pl.next(c.event.Event, c.latest(), r, expires)
		if r.State == ledger.Planned && strings.HasPrefix(next, "nothing") {
			return ""
		}
		return "it is still on its way: " + pl.nextWords(next, at)
	}
	switch {
	case c.event.Event.Data == nil:
		return "its event is not remembered any more" + fromStream(c.event.Event.Source)
	case pl.flags.again || statusWanted("failed", r):
		return ""
	case c.resends > 0:
		return "it has been sent again already; --again sends it once more"
	case r.State == ledger.Sent:
		return "it was sent; --again sends it once more"
	}
	return "it was not sent by a rule: " + reasonWords(r.Reason, "") + "; --again tries it nonetheless"
}

// fromStream is the way that is left when the ledger has forgotten an event.
func fromStream(at notify.Position) string {
	if at.Stream == "" {
		return ""
	}
	return fmt.Sprintf("; if its stream still has it: notifyctl replay --source %s --stream %s --from %s --to %s", at.Source, at.Stream, at.Entry, at.Entry)
}

// rebuild plans the delivery anew, as if its event happened now: so it gets a new life, and
// the rules of today hold. why is the rule against it, if there is one.
func (pl *planner) rebuild(ctx context.Context, c candidate) (d notify.Delivery, why string, err error) {
	e := c.event.Event
	e.Time = pl.now()
	plan, err := pl.router.Route(ctx, e)
	if err != nil {
		return d, "", err
	}
	id := root(c.kept.ID)
	d, found := inPlan(plan, id)
	for _, o := range plan.Skip {
		if o.Delivery.ID == id {
			d, found, why = o.Delivery, true, reasonWords(o.Reason, o.Detail)
			if pl.other != nil && o.Reason != notify.ReasonExpired {
				why = "" // the person's own address doesn't matter
			}
		}
	}
	if !found {
		d = pl.byHand(c, e)
	}
	if c.kept.Channel != "" && c.kept.Channel != d.Channel {
		d.Channel, d.Device = c.kept.Channel, "" // a resend that went another way
	}
	if pl.flags.again {
		d.Topic = "" // the operator knows that there is news
	}
	d.Event = c.event.Event
	return d, why, nil
}

func inPlan(plan notify.Plan, id string) (notify.Delivery, bool) {
	for _, d := range plan.Send {
		if d.ID == id {
			return d, true
		}
	}
	for _, f := range plan.Fallback {
		if f.Delivery.ID == id {
			return f.Delivery, true
		}
	}
	return notify.Delivery{}, false
}

// byHand makes a delivery that today's plan doesn't have: a member of a large audience, or
// somebody who isn't told any more.
func (pl *planner) byHand(c candidate, now notify.Event) notify.Delivery {
	contact := pl.contacts[c.kept.UserID]
	d := notify.Delivery{
		To: notify.Recipient{UserID: c.kept.UserID, Role: c.kept.Role, Guest: c.kept.UserID == ""}, Channel: c.kept.Channel,
		Message: cmp.Or(c.kept.Message, now.Type), Priority: cmp.Or(c.kept.Priority, notify.Normal), Locale: cmp.Or(contact.Locale, notify.SerbianLatin),
	}
	if len(c.record.Story) > 0 {
		d.Locale = cmp.Or(c.record.Story[0].Outcome.Delivery.Locale, d.Locale)
	}
	if t, ok := eventtypes.Lookup(now.Type); ok {
		d.Expires = t.Expires(now.Payload, now.Time)
		for _, told := range t.Told {
			if string(told.Role) == d.To.Role {
				d.Mandatory = slices.Contains(told.Mandatory, d.Channel)
			}
		}
	}
	for _, token := range contact.PushTokens {
		if notify.DeliveryID(now.ID, d.To, d.Channel, d.Message, token.Device()) == root(c.kept.ID) {
			d.Device = token.Device()
		}
	}
	return d
}

// redirect sends it by another channel or to another address, where that was asked for.
func (pl *planner) redirect(d notify.Delivery) []notify.Delivery {
	if pl.other != nil {
		d.Channel, d.Device, d.To.Other = pl.other.Channel, "", pl.other
		return []notify.Delivery{d}
	}
	ch := notify.Channel(cmp.Or(pl.flags.channel, string(d.Channel)))
	if !pl.named || ch == d.Channel {
		return []notify.Delivery{d}
	}
	d.Channel, d.Device, d.Mandatory = ch, "", false
	if ch != notify.Push {
		return []notify.Delivery{d}
	}
	var each []notify.Delivery
	for _, token := range pl.contacts[d.To.UserID].PushTokens {
		d.Device = token.Device()
		each = append(each, d)
	}
	return each
}

// finish gives the delivery its id, its link and its author, and looks up the address.
func (pl *planner) finish(ctx context.Context, it *resendItem, d notify.Delivery, n int) error {
	d.ID, d.ResendOf, d.Actor, d.Note = fmt.Sprintf("%s.r%d", root(it.Delivery), n), it.Delivery, pl.operator(), pl.flags.reason
	it.make = d
	if it.Why != "" {
		return nil
	}
	newer, err := pl.ledger.Superseded(ctx, d)
	if err != nil {
		return err
	}
	if !newer.IsZero() {
		it.Why = reasonWords(notify.ReasonSuperseded, "") + " (" + pl.when(newer) + "); --again sends it nonetheless"
		return nil
	}
	if d.To.Other != nil {
		it.As, it.To = d.ID, d.To.Other.String()
		return nil
	}
	contact, err := pl.book.For(ctx, d)
	if err != nil && contact.UserID == "" {
		it.Why = "the person is not known any more"
		return nil
	}
	a, ok := contact.Address(d.Channel, d.Device)
	if !ok {
		it.Why = reasonWords(notify.ReasonNoAddress, "")
		return nil
	}
	if o, wanted := pl.router.StillWanted(d, contact, pl.now()); !wanted {
		it.Why = reasonWords(o.Reason, o.Detail)
		return nil
	}
	it.As, it.To = d.ID, a.String()
	return nil
}
