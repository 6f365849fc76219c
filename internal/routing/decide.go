package routing

import (
	"cmp"
	"slices"

	"github.com/vondi-global/notifications/internal/notify"
)

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
	before := len(d.plan.Send)
	for _, ch := range a.Channels {
		if ch != a.Fallback.Channel {
			d.decideChannel(a, p, ch)
		}
	}
	if slices.Contains(a.Channels, a.Fallback.Channel) {
		d.fallBack(a, p, before)
	}
}

// decideChannel plans a delivery, by push one to each device.
func (d *draft) decideChannel(a *audience, p *person, ch notify.Channel) {
	if ch != notify.Push || len(p.contact.PushTokens) == 0 {
		d.decideOne(a, p, d.delivery(a, p, ch))
		return
	}
	for _, t := range p.contact.PushTokens {
		del := d.delivery(a, p, ch)
		del.Device = t.Device()
		d.decideOne(a, p, del)
	}
}

// fallBack plans the audience's last channel. It waits for what was planned for the person
// by the channels that it stands in for; where nothing was, it goes at once.
func (d *draft) fallBack(a *audience, p *person, before int) {
	var unless []string
	for _, s := range d.plan.Send[before:] {
		if slices.Contains(a.Fallback.Instead, s.Channel) {
			unless = append(unless, s.ID)
		}
	}
	planned := len(d.plan.Send)
	d.decideChannel(a, p, a.Fallback.Channel)
	if len(unless) == 0 {
		return
	}
	at := d.event.Time.Add(a.Fallback.After)
	for _, s := range d.plan.Send[planned:] {
		d.plan.Fallback = append(d.plan.Fallback, notify.Fallback{Delivery: s, Unless: unless, At: at})
	}
	for i := range d.lines {
		if l := &d.lines[i]; l.list == toSend && l.index >= planned {
			l.list, l.index = toFallBack, len(d.plan.Fallback)-(len(d.plan.Send)-l.index)
		}
	}
	d.plan.Send = d.plan.Send[:planned]
}

// decideOne plans one delivery, or says why not.
func (d *draft) decideOne(a *audience, p *person, del notify.Delivery) {
	if !d.router.on[del.Channel] {
		d.skip(a, p, del, notify.ReasonChannelOff, "no provider is configured for "+string(del.Channel))
		return
	}
	if no := refusal(&del, p.contact, d.now); no.reason != "" {
		d.skip(a, p, del, no.reason, no.detail)
		return
	}
	if del.ID = id(del); d.again(del.ID) {
		return
	}
	d.lines = append(d.lines, line{audience: a, person: p, list: toSend, index: len(d.plan.Send)})
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
