package routing

import (
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
	contact *notify.Contact
	known   bool
}

// line ties an entry of the plan to the person it is about.
type line struct {
	audience *audience
	person   *person // nil: about the audience as a whole
	list     list
	index    int // in that list
}

// list is a part of the plan.
type list int

const (
	toSkip list = iota
	toSend
	toFallBack
)

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

// topic names the message of a type about this event's thing: "order_id:12345/order.shipped".
func (d *draft) topic(t eventtypes.EventType) string {
	field := d.rule.typ.Entity
	thing := d.text(field)
	if thing == "" {
		return ""
	}
	return field + ":" + thing + "/" + string(t)
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
