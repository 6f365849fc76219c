package routing

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// draft is a plan being made, with all that [Router.Explain] has to say about it.
type draft struct {
	router   *Router
	event    notify.Event
	rule     *rule
	now      time.Time
	priority notify.Priority
	expires  time.Time
	locale   string // the producer's wish
	about    string // the topic

	cast  []*audience
	lines []line
	plan  notify.Plan
	paged bool // a page of a broadcast: nobody waits for those who are missing

	planned map[string]bool // ids of deliveries, where two audiences have the same words
}

// audience is the people of one role.
type audience struct {
	eventtypes.Told
	words    string
	ids      []string // as found; not all need be known
	how      string   // by which way they were found
	members  string   // the audience's key in the book, where it is one
	size     int64    // of a broadcast
	people   []person
	withheld string // the condition that keeps it from being told
}

// person is somebody of an audience.
type person struct {
	to      notify.Recipient
	contact notify.Contact
	known   bool
}

// line ties an entry of the plan to the person it is about.
type line struct {
	audience *audience
	person   *person // nil: about the audience as a whole
	sent     bool    // it stands in plan.Send, else in plan.Skip
	index    int
}

func (d *draft) text(field string) string {
	return d.rule.typ.Payload.Text(d.event.Payload, field)
}

// audiences are the rule's, as the producer wishes them.
func (d *draft) audiences() []*audience {
	w := d.event.Wishes
	told := d.rule.told
	alone := d.alone()
	if alone {
		told = d.one(told)
	}
	cast := make([]*audience, len(told))
	for i, t := range told {
		a := &audience{Told: t, words: d.rule.typ.Words(string(t.Role))}
		if len(w.Channels) > 0 {
			a.Channels = w.Channels
		}
		if alone {
			a.ids, a.how = []string{w.UserID}, "user_id"
		}
		if a.Only != nil {
			if ok, why := a.Only(d.event.Payload); !ok {
				a.withheld = why
			}
		}
		cast[i] = a
	}
	return cast
}

// alone says whether the producer named the one person to tell. Where the payload has a
// user_id of its own, that isn't meant.
func (d *draft) alone() bool {
	return d.event.Wishes.UserID != "" && !d.rule.typ.Payload.Has("user_id")
}

// one is the audience as which a person named by the producer is told: the type's first.
// A silent type has none; then the producer has to name the channels too.
func (d *draft) one(told []eventtypes.Told) []eventtypes.Told {
	switch {
	case len(told) > 0:
		return told[:1]
	case len(d.event.Wishes.Channels) > 0:
		return []eventtypes.Told{{Role: eventtypes.User}}
	}
	return nil
}

// decide makes the plan of the people found.
func (d *draft) decide() {
	if d.wordsTwice() {
		d.planned = map[string]bool{}
	}
	if len(d.cast) == 0 {
		d.skip(nil, nil, d.delivery(nil, nil, ""), notify.ReasonSilent, d.rule.why)
	}
	d.grow()
	for _, a := range d.cast {
		d.decideAudience(a)
	}
	d.plan.Supersedes = d.supersedes()
}

// grow makes room at once for a delivery to everybody by every channel.
func (d *draft) grow() {
	n := 0
	for _, a := range d.cast {
		n += len(a.people) * len(a.Channels)
	}
	d.plan.Send, d.lines = make([]notify.Delivery, 0, n), make([]line, 0, n)
}

func (d *draft) decideAudience(a *audience) {
	switch {
	case a.withheld != "":
		d.skip(a, nil, d.delivery(a, nil, ""), notify.ReasonCondition, a.withheld)
	case a.size > 0:
		d.plan.Broadcast = append(d.plan.Broadcast, d.broadcast(a))
	case !d.paged && !slices.ContainsFunc(a.people, func(p person) bool { return p.known }):
		d.plan.Missing = append(d.plan.Missing, string(a.Role))
	default:
		for i := range a.people {
			d.decidePerson(a, &a.people[i])
		}
	}
}

func (d *draft) decidePerson(a *audience, p *person) {
	if !p.known {
		d.skip(a, p, d.delivery(a, p, ""), notify.ReasonNoRecipient, "no contact is known")
		return
	}
	for _, ch := range a.Channels {
		if ch != notify.Push || len(p.contact.PushTokens) == 0 {
			d.decideOne(a, p, d.delivery(a, p, ch))
			continue
		}
		for _, t := range p.contact.PushTokens {
			del := d.delivery(a, p, ch)
			del.Device = t.Device()
			d.decideOne(a, p, del)
		}
	}
}

// decideOne plans one delivery, or says why not.
func (d *draft) decideOne(a *audience, p *person, del notify.Delivery) {
	if !d.router.on[del.Channel] {
		d.skip(a, p, del, notify.ReasonChannelOff, "no provider is configured for "+string(del.Channel))
		return
	}
	if no := refusal(del, p.contact, d.now); no.reason != "" {
		d.skip(a, p, del, no.reason, no.detail)
		return
	}
	if del.ID = id(del); d.again(del.ID) {
		return
	}
	d.lines = append(d.lines, line{audience: a, person: p, sent: true, index: len(d.plan.Send)})
	d.plan.Send = append(d.plan.Send, del)
}

// wordsTwice says whether somebody with two roles could be told the same words twice: the
// roles that operators give to a silent type share them.
func (d *draft) wordsTwice() bool {
	for i, a := range d.cast {
		if slices.ContainsFunc(d.cast[:i], func(b *audience) bool { return a.words == b.words }) {
			return true
		}
	}
	return false
}

func (d *draft) again(id string) bool {
	if d.planned == nil {
		return false
	}
	was := d.planned[id]
	d.planned[id] = true
	return was
}

// delivery is what all deliveries to a person by a channel have in common.
func (d *draft) delivery(a *audience, p *person, ch notify.Channel) notify.Delivery {
	del := notify.Delivery{
		Event: d.event, Channel: ch, Message: string(d.rule.typ.Name),
		Priority: d.priority, Expires: d.expires, Topic: d.about,
	}
	if a != nil {
		del.To.Role, del.Message = string(a.Role), a.words
		del.Mandatory = slices.Contains(a.Mandatory, ch)
	}
	if p != nil {
		del.To = p.to
		del.Locale = cmp.Or(d.locale, p.contact.Locale, notify.SerbianLatin)
	}
	return del
}

func (d *draft) skip(a *audience, p *person, del notify.Delivery, reason, detail string) {
	if del.ID = id(del); d.again(del.ID) {
		return
	}
	d.lines = append(d.lines, line{audience: a, person: p, index: len(d.plan.Skip)})
	d.plan.Skip = append(d.plan.Skip, notify.Outcome{
		Status: statusOf(reason), Time: d.now, Delivery: del, Reason: reason, Detail: detail,
	})
}

func id(d notify.Delivery) string {
	return notify.DeliveryID(d.Event.ID, d.To, d.Channel, d.Message, d.Device)
}

func statusOf(reason string) notify.Status {
	if reason == notify.ReasonUnreachable {
		return notify.Suppressed
	}
	return notify.Skipped
}

// topic names the message of a type about this event's thing: "order_id:12345/order.shipped".
func (d *draft) topic(t eventtypes.EventType) string {
	field := d.rule.typ.Entity
	thing := d.text(field)
	if thing == "" {
		return ""
	}
	return fmt.Sprintf("%s:%s/%s", field, thing, t)
}

func (d *draft) supersedes() []string {
	var topics []string
	for _, t := range d.rule.typ.Supersedes {
		if topic := d.topic(t); topic != "" {
			topics = append(topics, topic)
		}
	}
	return topics
}

func (d *draft) broadcast(a *audience) notify.Broadcast {
	to := notify.Recipient{Role: string(a.Role)}
	return notify.Broadcast{
		ID:    notify.DeliveryID(d.event.ID, to, "", a.words, "broadcast"),
		Event: d.event, Role: string(a.Role), Audience: a.members, Size: a.size,
	}
}
