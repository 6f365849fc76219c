package routing

import (
	"context"
	"slices"
	"time"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// People finds contacts.
type People interface {
	// Contacts answers at the ids' places; somebody unknown has no UserID.
	Contacts(ctx context.Context, userIDs []string) ([]notify.Contact, error)
	// For finds the guest of whom the event's payload carries the address.
	For(ctx context.Context, d notify.Delivery) (notify.Contact, error)
}

// Links says what a thing belongs to; empty where nobody knows.
type Links interface {
	Link(ctx context.Context, kind, id, to string) (string, error)
}

// Audiences lists members.
type Audiences interface {
	Members(ctx context.Context, audience string, limit int) ([]string, error)
	Count(ctx context.Context, audience string) (int64, error)
	Page(ctx context.Context, audience, cursor string, n int) (ids []string, next string, err error)
}

// Book is the address book.
type Book interface {
	People
	Links
	Audiences
}

// Config says what differs from the catalogue.
type Config struct {
	Channels       map[notify.Channel]bool // those with a provider
	Overrides      map[string]Override     // by event type
	BroadcastAbove int                     // larger audiences are paged through; 0 means 500
}

const defaultBroadcastAbove = 500

// Router plans events. It is safe for concurrent use.
type Router struct {
	book  Book
	now   func() time.Time
	on    map[notify.Channel]bool
	rules map[string]*rule
	large int
}

// rule is how a type is told, with the operators' overrides in it.
type rule struct {
	typ      *eventtypes.Type
	told     []eventtypes.Told
	priority notify.Priority
	life     time.Duration // 0: as the type says
	why      string        // for a silent type: who made it silent
}

// New compiles the rules. The error joins everything that is wrong with the overrides.
func New(cfg Config, book Book, now func() time.Time) (*Router, error) {
	rules, err := compile(cfg.Overrides)
	if err != nil {
		return nil, err
	}
	r := &Router{book: book, now: now, on: cfg.Channels, rules: rules, large: cfg.BroadcastAbove}
	if r.large <= 0 {
		r.large = defaultBroadcastAbove
	}
	return r, nil
}

// Route says who hears of an event, and who doesn't and why. Its errors are those of
// [eventtypes.Check], which no retry mends, and those of the book, which one may: they wrap
// [notify.ErrUnavailable].
func (r *Router) Route(ctx context.Context, e notify.Event) (notify.Plan, error) {
	plans, errs := r.RouteAll(ctx, []notify.Event{e})
	return plans[0], errs[0]
}

// RouteAll routes events together: their people are looked up in one round trip. Plans and
// errors stand at the events' places.
func (r *Router) RouteAll(ctx context.Context, events []notify.Event) ([]notify.Plan, []error) {
	drafts, errs := r.drafts(ctx, events)
	plans := make([]notify.Plan, len(events))
	for i, d := range drafts {
		if errs[i] == nil {
			plans[i] = d.plan
		}
	}
	return plans, errs
}

// open begins a draft with all that doesn't depend on people.
func (r *Router) open(e notify.Event) (*draft, error) {
	t, err := eventtypes.Check(&e)
	if err != nil {
		return nil, err
	}
	d := &draft{router: r, event: e, rule: r.rules[e.Type], now: r.now()}
	d.priority = d.rule.priority
	if e.Wishes.Priority != "" {
		d.priority = e.Wishes.Priority
	}
	d.locale, d.about = notify.Locale(e.Wishes.Locale), d.topic(t.Name)
	d.expires = t.Expires(e.Payload, e.Time)
	if d.rule.life > 0 {
		d.expires = e.Time.Add(d.rule.life)
	}
	return d, nil
}

// Words are the keys of all words that the rules, overrides included, can ask for. The
// program's start holds them against the locales.
func (r *Router) Words() []string {
	var keys []string
	for _, rule := range r.rules {
		for _, t := range rule.told {
			keys = append(keys, rule.typ.Words(string(t.Role)))
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
