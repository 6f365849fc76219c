package ctl

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/vondi-global/notifications/internal/addressbook"
	"github.com/vondi-global/notifications/internal/ledger"
	"github.com/vondi-global/notifications/internal/notify"
)

// subject is what the argument of a command turned out to be, with its events, newest first.
type subject struct {
	title    string          // "Order 12345"
	kind     string          // "order", "user", "event", "delivery"
	userID   string          // only this person's deliveries, if not empty
	guest    map[string]bool // events whose guest is the person, or has the address that was asked for
	delivery string          // only this delivery and its resends, if not empty
	events   []ledger.EventRecord
	more     bool     // there may be older events
	also     []string // what else the argument might mean: "user:12345"
}

// finder finds out what somebody means.
type finder struct {
	*platform
	limit int
}

// errNothing says that one way of looking found nothing.
var errNothing = errors.New("nothing found")

// deliveryID is what ours look like, those of resends included.
var deliveryID = regexp.MustCompile(`^[a-z2-7]{26}(\.r\d+)?$`)

// entities are the things that have a history.
func entities() []string { return ledger.Defaults().Entities }

func (f finder) find(ctx context.Context, what string) (subject, error) {
	what = strings.TrimSpace(what)
	if kind, id, ok := strings.Cut(what, ":"); ok && id != "" {
		switch {
		case kind == "event":
			return f.only(ctx, what, f.event, id)
		case kind == "delivery":
			return f.only(ctx, what, f.delivery, id)
		case kind == "user":
			return f.only(ctx, what, f.user, id)
		case slices.Contains(entities(), kind):
			return f.only(ctx, what, f.entity, what)
		case slices.Contains([]string{"email", "sms", "telegram"}, kind):
			return f.only(ctx, what, f.address, what)
		}
	}
	if strings.Contains(what, "@") || strings.HasPrefix(what, "+") {
		return f.only(ctx, what, f.address, what)
	}
	return f.guess(ctx, what)
}

type way func(ctx context.Context, id string) (subject, error)

func (f finder) only(ctx context.Context, what string, look way, id string) (subject, error) {
	s, err := look(ctx, id)
	if errors.Is(err, errNothing) {
		return s, fmt.Errorf("nothing is known about %s.\n%s", shown(what), f.reach())
	}
	return s, err
}

// guess tries everything that a bare word can be; the first that is found wins, and the
// others are named.
func (f finder) guess(ctx context.Context, what string) (subject, error) {
	var found *subject
	var also []string
	for _, w := range f.ways(what) {
		s, err := w.look(ctx, w.id)
		switch {
		case errors.Is(err, errNothing):
		case err != nil:
			return s, err
		case found == nil:
			found = &s
		default:
			also = append(also, w.name)
		}
	}
	if found == nil {
		return subject{}, fmt.Errorf("nothing is known about %s. Looked for: a delivery, an event, %s, a user, a phone number and a Telegram chat of that id.\n%s",
			shown(what), strings.Join(entities(), ", "), f.reach())
	}
	found.also = also
	return *found, nil
}

type namedWay struct {
	name string
	look way
	id   string
}

func (f finder) ways(what string) []namedWay {
	var ways []namedWay
	if deliveryID.MatchString(what) {
		ways = append(ways, namedWay{"delivery:" + what, f.delivery, what})
	}
	ways = append(ways, namedWay{"event:" + what, f.event, what})
	for _, kind := range entities() {
		ways = append(ways, namedWay{kind + ":" + what, f.entity, kind + ":" + what})
	}
	return append(ways, namedWay{"user:" + what, f.user, what},
		namedWay{"sms:" + what, f.address, "sms:" + what}, namedWay{"telegram:" + what, f.address, "telegram:" + what})
}

// reach says how far back anything is known.
func (f finder) reach() string {
	return "What became of an event is remembered for some days (history.markers); what never was, was not read yet or is older is not found. Try notifyctl status, or notifyctl log --since 1h."
}

// shown is an argument as an error may repeat it: without an address.
func shown(what string) string {
	if strings.Contains(what, "@") {
		return notify.Mask(notify.Email, notify.Printable(what, 80))
	}
	if digits := strings.TrimPrefix(what, "sms:"); strings.HasPrefix(digits, "+") {
		return notify.Mask(notify.SMS, notify.Printable(digits, 40))
	}
	return notify.Printable(what, 80)
}

func (f finder) entity(ctx context.Context, entity string) (subject, error) {
	events, err := f.ledger.ByEntity(ctx, entity, f.limit+1)
	if err != nil {
		return subject{}, err
	}
	if len(events) == 0 {
		return subject{}, errNothing
	}
	kind, id, _ := strings.Cut(entity, ":")
	s := subject{title: capital(kind) + " " + id, kind: kind, events: events}
	if s.more = len(events) > f.limit; s.more {
		s.events = events[:f.limit]
	}
	return s, nil
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func (f finder) event(ctx context.Context, id string) (subject, error) {
	e, err := f.ledger.ByEvent(ctx, id)
	if errors.Is(err, ledger.ErrNoEvent) {
		return subject{}, errNothing
	}
	return subject{title: "Event " + notify.Printable(id, 64), kind: "event", events: []ledger.EventRecord{e}}, err
}

// delivery finds a delivery by its own record. One that no worker has had yet has none;
// its event shows it.
func (f finder) delivery(ctx context.Context, id string) (subject, error) {
	r, err := f.ledger.Record(ctx, id)
	if errors.Is(err, ledger.ErrNoRecord) {
		return subject{}, errNothing
	}
	if err != nil {
		return subject{}, err
	}
	e, err := f.eventOf(ctx, r)
	return subject{title: "Delivery " + id, kind: "delivery", delivery: root(id), events: []ledger.EventRecord{e}}, err
}

// eventOf is the event of a delivery, or what the delivery's story still says of it. A
// delivery that stands in no plan (a broadcast's) is added.
func (f finder) eventOf(ctx context.Context, r ledger.Record) (ledger.EventRecord, error) {
	e, err := f.ledger.ByEvent(ctx, r.EventID)
	if errors.Is(err, ledger.ErrNoEvent) {
		e, err = ledger.EventRecord{Event: notify.Event{ID: r.EventID}}, nil
		if len(r.Story) > 0 {
			e.Event = r.Story[0].Outcome.Delivery.Event
			e.Event.Time = r.Story[0].Outcome.Time.Add(-r.Story[0].Latency)
		}
	}
	if !slices.ContainsFunc(e.Deliveries, func(k ledger.Record) bool { return k.ID == r.ID }) {
		e.Plan, e.Deliveries = append(e.Plan, keptOf(r)), append(e.Deliveries, r)
	}
	return e, err
}

// keptOf makes a line of a plan from a delivery's story.
func keptOf(r ledger.Record) ledger.Kept {
	k := ledger.Kept{ID: r.ID}
	if len(r.Story) > 0 {
		d := r.Story[0].Outcome.Delivery
		k.UserID, k.Role, k.Channel, k.Priority, k.Message = d.To.UserID, d.To.Role, d.Channel, d.Priority, d.Message
	}
	return k
}

// root is the delivery that a resend repeats in the end.
func root(id string) string {
	before, _, _ := strings.Cut(id, ".r")
	return before
}

// someone is the person, or the guest, whom --user names.
func (f finder) someone(ctx context.Context, what string) (*subject, error) {
	s, err := f.address(ctx, what)
	if errors.Is(err, errNothing) {
		return nil, fmt.Errorf("--user %s: nobody is known by that", shown(what))
	}
	return &s, err
}

// address finds whose an address is: a user's, a guest's, or both, one after the other.
func (f finder) address(ctx context.Context, what string) (subject, error) {
	s := subject{title: "Guest " + shown(what), kind: "user"}
	userID, err := f.book.Find(ctx, what)
	known := err == nil
	if known {
		s, err = f.person(ctx, userID)
	} else if errors.Is(err, notify.ErrNoContact) {
		err = nil
	}
	if err != nil {
		return s, err
	}
	asGuest, err := f.asGuest(ctx, what)
	if err == nil && len(asGuest) == 0 && !known {
		err = errNothing
	}
	s.add(asGuest, f.limit)
	return s, err
}

// isGuest says whether something was told to an address of somebody without an account.
func (f finder) isGuest(ctx context.Context, what string) (key string, found bool) {
	key, _ = addressbook.AddressKey(what)
	events, err := f.asGuest(ctx, what)
	return key, err == nil && len(events) > 0
}

// asGuest are the newest events that were told to an address of somebody without an account.
func (f finder) asGuest(ctx context.Context, what string) ([]ledger.EventRecord, error) {
	key, ok := addressbook.AddressKey(what)
	if !ok {
		return nil, nil
	}
	return f.ledger.ByGuest(ctx, key, f.limit)
}

// add puts the events of a guest among the others, and keeps the newest.
func (s *subject) add(asGuest []ledger.EventRecord, limit int) {
	s.guest = map[string]bool{}
	for _, e := range asGuest {
		s.guest[e.Event.ID] = true
		if !slices.ContainsFunc(s.events, func(k ledger.EventRecord) bool { return k.Event.ID == e.Event.ID }) {
			s.events = append(s.events, e)
		}
	}
	slices.SortStableFunc(s.events, func(a, b ledger.EventRecord) int { return b.Event.Time.Compare(a.Event.Time) })
	if len(s.events) > limit {
		s.events, s.more = s.events[:limit], true
	}
}

// holds says whether a line of an event's plan is about the subject.
func (s *subject) holds(eventID string, k ledger.Kept) bool {
	switch {
	case s.delivery != "":
		return root(k.ID) == s.delivery
	case s.userID == "" && s.guest == nil:
		return true
	}
	return k.UserID == s.userID || k.UserID == "" && s.guest[eventID]
}

func (f finder) user(ctx context.Context, id string) (subject, error) {
	s, err := f.person(ctx, id)
	if err != nil || len(s.events) > 0 {
		return s, err
	}
	if _, err := f.book.Find(ctx, "user:"+id); errors.Is(err, notify.ErrNoContact) {
		return subject{}, errNothing
	} else if err != nil {
		return subject{}, err
	}
	return s, nil
}

// person are somebody's newest deliveries, by event.
func (f finder) person(ctx context.Context, userID string) (subject, error) {
	records, err := f.ledger.ByUser(ctx, userID, 8*f.limit)
	if err != nil {
		return subject{}, err
	}
	s := subject{title: "User " + notify.Printable(userID, 64), kind: "user", userID: userID}
	at := map[string]int{}
	for _, r := range records {
		if i, ok := at[r.EventID]; ok {
			s.events[i] = withRecord(s.events[i], r)
			continue
		}
		if s.more = len(s.events) == f.limit; s.more {
			break
		}
		e, err := f.eventOf(ctx, r)
		if err != nil {
			return s, err
		}
		at[r.EventID] = len(s.events)
		s.events = append(s.events, e)
	}
	return s, nil
}

func withRecord(e ledger.EventRecord, r ledger.Record) ledger.EventRecord {
	if !slices.ContainsFunc(e.Deliveries, func(k ledger.Record) bool { return k.ID == r.ID }) {
		e.Plan, e.Deliveries = append(e.Plan, keptOf(r)), append(e.Deliveries, r)
	}
	return e
}
