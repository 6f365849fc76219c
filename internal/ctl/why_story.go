package ctl

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/addressbook"
	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/jobs"
	"github.com/vondi-global/notifications/internal/ledger"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/streams"
)

// teller makes pages. What is asked of Redis for the whole page is asked at once.
type teller struct {
	*platform
	ctx      context.Context
	reveal   bool
	contacts map[string]notify.Contact
	jobs     map[string]bool
	holds    []jobs.Hold
	paused   map[string]bool
}

func newTeller(ctx context.Context, p *platform, reveal bool) *teller {
	return &teller{platform: p, ctx: ctx, reveal: reveal, contacts: map[string]notify.Contact{}, jobs: map[string]bool{}, paused: map[string]bool{}}
}

func (t *teller) tell(ctx context.Context, s subject) (*storyPage, error) {
	if err := t.prepare(ctx, s); err != nil {
		return nil, err
	}
	page := &storyPage{Subject: s.title, More: s.more, Also: s.also, Events: []eventStory{}}
	if s.userID != "" {
		page.Person = t.card(s.userID)
	}
	for _, e := range slices.Backward(s.events) {
		page.Events = append(page.Events, t.event(page, e, s))
	}
	slices.SortStableFunc(page.Events, func(a, b eventStory) int {
		return cmp.Or(a.Time.Compare(b.Time), streams.CompareIDs(a.Entry, b.Entry), strings.Compare(a.ID, b.ID))
	})
	return page, nil
}

// prepare looks up people, jobs, holds and pauses.
func (t *teller) prepare(ctx context.Context, s subject) error {
	people, open := mentioned(s)
	found, err := t.book.Contacts(ctx, people)
	if err != nil {
		return err
	}
	for _, c := range found {
		t.contacts[c.UserID] = c
	}
	if len(open) == 0 {
		return nil
	}
	has, err := t.queue.Has(ctx, open)
	if err != nil {
		return err
	}
	for i, d := range open {
		t.jobs[d.ID] = has[i]
	}
	if t.holds, err = t.platform.holds.List(ctx); err != nil {
		return err
	}
	stats, err := t.queue.Stats(ctx)
	for _, q := range stats {
		t.paused[q.Queue] = q.Paused
	}
	return err
}

// mentioned are the people of a subject, and its deliveries that are not settled.
func mentioned(s subject) (people []string, open []notify.Delivery) {
	if s.userID != "" {
		people = append(people, s.userID)
	}
	for _, e := range s.events {
		for i, k := range e.Plan {
			if k.UserID != "" && s.userID == "" {
				people = append(people, k.UserID)
			}
			if !e.Deliveries[i].State.Settled() {
				open = append(open, notify.Delivery{ID: k.ID, Channel: k.Channel, Priority: k.Priority})
			}
		}
	}
	slices.Sort(people)
	return slices.Compact(people), open
}

func (t *teller) card(userID string) *personCard {
	c := t.contacts[userID]
	card := &personCard{UserID: userID, Name: t.name(c), Locale: c.Locale, Addresses: map[string]string{}, Dead: map[string]string{}, Banned: c.BannedAt(t.now())}
	for _, ch := range []notify.Channel{notify.Email, notify.Telegram, notify.SMS} {
		if a, ok := c.Address(ch, ""); ok {
			card.Addresses[string(ch)] = t.address(a)
			if h, dead := c.Dead(a, t.now()); dead {
				card.Dead[string(ch)] = h.Reason
			}
		}
	}
	if n := len(c.PushTokens); n > 0 {
		card.Addresses[string(notify.Push)] = plural(n, "device")
	}
	for key, choice := range c.Preferences {
		if !choice.On {
			card.Muted = append(card.Muted, key)
		}
	}
	slices.Sort(card.Muted)
	return card
}

func (t *teller) name(c notify.Contact) string {
	if t.reveal || c.Name == "" {
		return c.Name
	}
	return string([]rune(c.Name)[:1]) + "•••"
}

func (t *teller) address(a notify.Address) string {
	if t.reveal {
		return a.Value
	}
	return a.String()
}

func (t *teller) event(page *storyPage, r ledger.EventRecord, s subject) eventStory {
	e := r.Event
	out := eventStory{
		ID: e.ID, Type: e.Type, Time: e.Time, Source: e.Source.Source, Stream: e.Source.Stream, Entry: e.Source.Entry,
		Waiting: r.Waiting, Broadcasts: r.Broadcasts, People: []personStory{},
	}
	if typ, ok := eventtypes.Lookup(e.Type); ok {
		out.About = typ.About
		if e.Payload != nil {
			out.Expires = typ.Expires(e.Payload, e.Time)
		}
	}
	for i, k := range r.Plan {
		if !s.holds(e.ID, k) {
			continue
		}
		who := t.contact(e, k)
		d := t.delivery(e, k, who, r.Deliveries[i], out.Expires)
		out.People = withDelivery(out.People, k, t.name(who), d)
		page.seen = append(page.seen, notify.Delivery{
			ID: k.ID, To: notify.Recipient{UserID: k.UserID, Role: k.Role}, Channel: k.Channel, Event: notify.Event{ID: e.ID, Type: e.Type, Source: e.Source},
		})
	}
	return out
}

func withDelivery(people []personStory, k ledger.Kept, name string, d deliveryStory) []personStory {
	for i := range people {
		if people[i].UserID == k.UserID && people[i].Role == k.Role {
			people[i].Deliveries = append(people[i].Deliveries, d)
			return people
		}
	}
	return append(people, personStory{UserID: k.UserID, Role: k.Role, Name: name, Deliveries: []deliveryStory{d}})
}

// contact is whom a delivery is for: a user as they are known, or a guest as the event's
// payload has them.
func (t *teller) contact(e notify.Event, k ledger.Kept) notify.Contact {
	if c := t.contacts[k.UserID]; c.UserID != "" || k.UserID != "" {
		return c
	}
	return addressbook.Guest(e)
}

func (t *teller) delivery(e notify.Event, k ledger.Kept, who notify.Contact, r ledger.Record, expires time.Time) deliveryStory {
	d := deliveryStory{
		ID: k.ID, Channel: k.Channel, Priority: k.Priority, Words: k.Message, State: r.State, Since: r.Since, Provider: r.Provider,
		MessageID: r.MessageID, Reason: r.Reason, Receipt: r.Receipt, MaybeDuplicate: r.MaybeDuplicate,
	}
	if a, ok := who.Address(k.Channel, ""); ok {
		d.Address = t.address(a)
	}
	detail := ""
	for _, entry := range r.Story {
		o := entry.Outcome
		d.Locale, d.Version = cmp.Or(o.Delivery.Locale, d.Locale), cmp.Or(o.Words, d.Version)
		d.Story = append(d.Story, attemptStory{
			Time: o.Time, Status: o.Status, Attempt: o.Attempt, Provider: o.Provider, Reason: o.Reason, Error: o.Error, NextAt: o.NextAt,
			Actor: o.Delivery.Actor, Note: o.Delivery.Note,
		})
		if !o.Status.IsOutcome() {
			continue
		}
		d.Latency = max(d.Latency, entry.Latency.Milliseconds())
		d.ResendOf, d.Actor, d.Note = o.Delivery.ResendOf, o.Delivery.Actor, o.Delivery.Note
		if o.Reason == r.Reason {
			detail = o.Detail
		}
	}
	if d.ResendOf == "" && root(k.ID) != k.ID {
		d.ResendOf = root(k.ID)
	}
	if r.Reason != "" {
		d.Explained = reasonWords(r.Reason, detail)
	}
	if !r.State.Settled() {
		d.Next, d.NextAt = t.next(e, k, r, expires)
	}
	return d
}

// nextAttempt is what happens to most of what is not settled.
const nextAttempt = "tried again"

// nextWords joins what happens next with its time.
func (s *session) nextWords(next string, at time.Time) string {
	switch {
	case at.IsZero():
		return next
	case next == nextAttempt:
		return next + " at " + s.when(at)
	}
	return next + " until " + s.when(at)
}

// next says what happens to a delivery that is not settled, and when.
func (t *teller) next(e notify.Event, k ledger.Kept, r ledger.Record, expires time.Time) (string, time.Time) {
	var at time.Time
	for _, entry := range r.Story {
		at = entry.Outcome.NextAt
	}
	for _, h := range t.holds {
		if h.What == "all" || h.What == "channel:"+string(k.Channel) || h.What == "type:"+e.Type || h.What == "provider:"+r.Provider {
			return "held back by " + h.By + " (" + h.Reason + ")", h.Until
		}
	}
	queue := jobs.QueueName(k.Channel, k.Priority)
	switch {
	case t.paused[queue]:
		return "the queue " + queue + " is paused", time.Time{}
	case !t.jobs[k.ID] && r.State == ledger.Sending:
		return "a worker has it in hand", time.Time{}
	case !t.jobs[k.ID] && !expires.IsZero() && t.now().After(expires):
		return "nothing: it has no job any more, and its time is over", time.Time{}
	case !t.jobs[k.ID]:
		return "nothing: it has no job; notifyctl audit counts it as lost", time.Time{}
	case r.State == ledger.Planned:
		return "waits in the queue " + queue, time.Time{}
	case r.State == ledger.Sending:
		return "a worker has it in hand", time.Time{}
	}
	return nextAttempt, at
}
