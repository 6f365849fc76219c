package ctl

import (
	"context"
	"errors"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/ledger"
	"github.com/vondi-global/notifications/internal/notify"
)

// sieve says which log entries are wanted. An empty list wants all.
type sieve struct {
	types, channels, statuses, providers, reasons, actors []string
	events                                                map[string]bool            // nil: all
	whose                                                 func(notify.Delivery) bool // nil: everybody's
	since, until                                          time.Time
}

// searchBack is how far filters look where no time is given.
const searchBack = 24 * time.Hour

func (s *session) sieve(ctx context.Context, p *platform, f logFlags) (v sieve, err error) {
	v = sieve{
		types: words(f.typ), channels: words(f.channel), statuses: words(f.status), providers: words(f.provider),
		reasons: words(f.reason), actors: words(f.actor),
	}
	if err := v.check(); err != nil {
		return v, err
	}
	if v.since, v.until, err = s.span(f.since, f.until); err != nil {
		return v, err
	}
	if f.user != "" {
		if v.whose, err = p.whose(ctx, f.user); err != nil {
			return v, err
		}
	}
	if f.order != "" {
		if v.events, err = p.about(ctx, f.order); err != nil {
			return v, err
		}
	}
	if v.since.IsZero() && (!v.open() || f.summary) {
		v.since = p.now().Add(-searchBack)
	}
	return v, nil
}

// about are the events about a thing: an order, if it doesn't say what it is.
func (p *platform) about(ctx context.Context, thing string) (map[string]bool, error) {
	f := finder{p, personsMost}
	s, err := f.only(ctx, orderOr(thing), f.entity, orderOr(thing))
	ids := map[string]bool{}
	for _, e := range s.events {
		ids[e.Event.ID] = true
	}
	return ids, err
}

// orderOr is a thing as --order names it: an order, unless it says "payment:…".
func orderOr(thing string) string {
	if strings.Contains(thing, ":") {
		return thing
	}
	return "order:" + thing
}

// whose tells a person's deliveries from others': by the user id, and by their own ids what
// the same address was told as a guest, who has none.
func (p *platform) whose(ctx context.Context, what string) (func(notify.Delivery) bool, error) {
	userID, err := p.book.Find(ctx, what)
	if errors.Is(err, notify.ErrNoContact) {
		userID, err = strings.TrimPrefix(what, "user:"), nil // perhaps forgotten by now, and still in the log
	}
	if err != nil {
		return nil, err
	}
	events, err := finder{p, personsMost}.asGuest(ctx, what)
	asGuest := map[string]bool{}
	for _, e := range events {
		for _, k := range e.Plan {
			asGuest[k.ID] = k.UserID == ""
		}
	}
	return func(d notify.Delivery) bool { return d.To.UserID == userID || asGuest[root(d.ID)] }, err
}

func words(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// check names what can't match anything.
func (v sieve) check() error {
	for _, ch := range v.channels {
		if _, err := notify.ParseChannel(ch); err != nil {
			return usagef("--channel: %w", err)
		}
	}
	known := notify.Statuses()
	for _, st := range v.statuses {
		if !slices.Contains(known, notify.Status(st)) {
			return usagef("--status %q: want one of %s", st, join(known))
		}
	}
	for _, t := range v.types {
		if !slices.ContainsFunc(typeNames(), func(name string) bool { ok, _ := path.Match(t, name); return ok }) {
			return usagef("--type %q: the catalogue has no such type; notifyctl events list shows all", t)
		}
	}
	return nil
}

// open says that everything is wanted.
func (v sieve) open() bool {
	return v.whose == nil && v.events == nil && len(v.types)+len(v.channels)+len(v.statuses)+len(v.providers)+len(v.reasons)+len(v.actors) == 0 &&
		v.since.IsZero() && v.until.IsZero()
}

func (v sieve) takes(e ledger.Entry) bool {
	o, d := e.Outcome, e.Outcome.Delivery
	if o.Status == "" || !v.until.IsZero() && !o.Time.Before(v.until) {
		return false
	}
	return has(v.channels, string(d.Channel)) && has(v.statuses, string(o.Status)) && has(v.providers, o.Provider) &&
		has(v.reasons, o.Reason) && (v.whose == nil || v.whose(d)) && (v.events == nil || v.events[d.Event.ID]) && has(v.actors, d.Actor) &&
		(len(v.types) == 0 || slices.ContainsFunc(v.types, func(t string) bool { ok, _ := path.Match(t, d.Event.Type); return ok }))
}

func has(list []string, s string) bool { return len(list) == 0 || slices.Contains(list, s) }
