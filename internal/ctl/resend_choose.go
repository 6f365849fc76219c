package ctl

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/ledger"
	"github.com/vondi-global/notifications/internal/notify"
)

// candidate is a delivery that may be sent again.
type candidate struct {
	event   ledger.EventRecord
	kept    ledger.Kept   // what is repeated
	record  ledger.Record // of the latest that repeats it, or of itself
	resends int           // how often it has been repeated
}

// latest is the line of the latest repetition.
func (c candidate) latest() ledger.Kept {
	k := c.kept
	k.ID = c.record.ID
	return k
}

// chooser collects candidates.
type chooser struct {
	finder
	flags       resendFlags
	since, till time.Time
	whom        *subject // only this person's
	found       []candidate
}

// personsMost bounds how many of a person's events are looked through: their history's.
const personsMost = 1000

// mostAtOnce bounds how many deliveries one command sends again.
const mostAtOnce = 100_000

// choose finds the deliveries that the arguments name or the flags describe.
func (s *session) choose(ctx context.Context, p *platform, args []string, f resendFlags) ([]candidate, error) {
	c := &chooser{finder: finder{p, personsMost}, flags: f}
	var err error
	if c.since, c.till, err = s.span(f.since, f.until); err != nil {
		return nil, err
	}
	if len(args) > 0 {
		return c.named(ctx, args)
	}
	if f.user != "" {
		if c.whom, err = c.someone(ctx, f.user); err != nil {
			return nil, err
		}
	}
	if err = c.gather(ctx); err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(c.found, func(k candidate) bool { return !c.wants(k) })
	slices.SortStableFunc(found, func(a, b candidate) int { // what happened first is told first
		x, y := a.event.Event, b.event.Event
		return cmp.Or(x.Time.Compare(y.Time), strings.Compare(x.ID, y.ID))
	})
	return found, nil
}

// named are the deliveries of those ids.
func (c *chooser) named(ctx context.Context, args []string) ([]candidate, error) {
	var list []candidate
	for _, id := range args {
		s, err := c.only(ctx, "delivery "+id, c.delivery, id)
		if err != nil {
			return nil, err
		}
		c.found = nil
		c.add(s.events[0])
		for _, k := range c.found {
			if root(k.kept.ID) == root(id) {
				k.kept = lineOf(s.events[0], id, k.kept)
				list = append(list, k)
			}
		}
	}
	return list, nil
}

// lineOf is the line of a delivery in its event's plan.
func lineOf(e ledger.EventRecord, id string, otherwise ledger.Kept) ledger.Kept {
	for _, k := range e.Plan {
		if k.ID == id {
			return k
		}
	}
	return otherwise
}

// gather takes the narrowest way to what is wanted.
func (c *chooser) gather(ctx context.Context) error {
	switch {
	case c.flags.order != "":
		thing := orderOr(c.flags.order)
		s, err := c.only(ctx, thing, c.entity, thing)
		c.addAll(s.events)
		return err
	case c.whom != nil:
		c.addAll(c.whom.events)
		return nil
	}
	return c.fromLog(ctx)
}

// fromLog finds what the log says since a time.
func (c *chooser) fromLog(ctx context.Context) error {
	seen := map[string]bool{}
	var records []ledger.Record
	from := ledger.At(c.since)
	for {
		entries, err := c.ledger.Tail(ctx, from, 1000, 0)
		if err != nil {
			return err
		}
		for _, e := range entries {
			d := e.Outcome.Delivery
			if from = e.ID; d.ID == "" || seen[root(d.ID)] || !c.logged(e) {
				continue
			}
			seen[root(d.ID)] = true
			records = append(records, ledger.Record{ID: root(d.ID), EventID: d.Event.ID})
			if len(records) > mostAtOnce {
				return fmt.Errorf("more than %d deliveries; narrow it down with --until, --type, --channel or --provider", mostAtOnce)
			}
		}
		if len(entries) < 1000 {
			return c.addRecords(ctx, records)
		}
	}
}

// logged says whether a log entry is about a delivery that may be wanted.
func (c *chooser) logged(e ledger.Entry) bool {
	o := e.Outcome
	return (c.flags.typ == "" || o.Delivery.Event.Type == c.flags.typ) &&
		(c.flags.channel == "" || string(o.Delivery.Channel) == c.flags.channel) &&
		(c.till.IsZero() || o.Time.Before(c.till)) &&
		(o.Status == notify.Failed || o.Status == notify.Bounced || c.flags.again && o.Status != notify.Retried && o.Status.IsOutcome())
}

// addRecords adds the deliveries with their events, each event once.
func (c *chooser) addRecords(ctx context.Context, records []ledger.Record) error {
	wanted := map[string][]ledger.Record{}
	var order []string
	for _, r := range records {
		if wanted[r.EventID] == nil {
			order = append(order, r.EventID)
		}
		wanted[r.EventID] = append(wanted[r.EventID], r)
	}
	for _, id := range order {
		e, err := c.ledger.ByEvent(ctx, id)
		if err != nil && !errors.Is(err, ledger.ErrNoEvent) {
			return err
		}
		if err != nil {
			e.Event.ID = id
		}
		for _, r := range wanted[id] {
			if slices.ContainsFunc(e.Plan, func(k ledger.Kept) bool { return k.ID == r.ID }) {
				continue
			}
			known, err := c.ledger.Records(ctx, []string{r.ID})
			if err != nil {
				return err
			}
			e = withRecord(e, known[0])
		}
		c.add(e)
	}
	return nil
}

func (c *chooser) addAll(events []ledger.EventRecord) {
	for _, e := range slices.Backward(events) {
		c.add(e)
	}
}

// add takes the deliveries of an event, each once: its resends stand behind it in the plan,
// and the latest says how it fares.
func (c *chooser) add(e ledger.EventRecord) {
	at := map[string]int{}
	for i, k := range e.Plan {
		this := candidate{event: e, kept: k, record: e.Deliveries[i], resends: nth(k.ID)}
		j, ok := at[root(k.ID)]
		switch {
		case !ok:
			at[root(k.ID)] = len(c.found)
			c.found = append(c.found, this)
		case this.resends > c.found[j].resends:
			c.found[j].record, c.found[j].resends = this.record, this.resends
		}
	}
}

// nth is which resend an id is: 0 for the first delivery.
func nth(id string) int {
	_, n, _ := strings.Cut(id, ".r")
	i, _ := strconv.Atoi(n)
	return i
}

// wants holds a candidate against the flags. What is on its way stays: the plan says so.
func (c *chooser) wants(k candidate) bool {
	f, r := c.flags, k.record
	switch {
	case c.whom != nil && !c.whom.holds(k.event.Event.ID, k.kept),
		f.channel != "" && string(k.kept.Channel) != f.channel,
		f.typ != "" && k.event.Event.Type != f.typ,
		f.provider != "" && r.Provider != f.provider && r.State.Settled(),
		!c.since.IsZero() && r.State.Settled() && r.Since.Before(c.since),
		!c.till.IsZero() && r.State.Settled() && !r.Since.Before(c.till):
		return false
	}
	if !r.State.Settled() {
		return k.resends > 0 || c.since.IsZero()
	}
	return statusWanted(cmp.Or(f.status, defaultStatus(f.again)), r)
}

func defaultStatus(again bool) string {
	if again {
		return "any"
	}
	return "failed"
}

// statusWanted: what the provider says did not arrive has failed too.
func statusWanted(status string, r ledger.Record) bool {
	return status == "any" || status == string(r.State) || r.Receipt == notify.Bounced && (status == "failed" || status == string(notify.Bounced))
}
