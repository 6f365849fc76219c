package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

// Tally is the account of events: what was planned is sent, skipped, dead, in flight or
// lost. Of a broadcast, the plan holds the first two thousand deliveries or so; how far it has
// come is the queue's to tell.
type Tally struct {
	Events   int // that were looked at
	Planned  int // deliveries of their plans, skips included
	Sent     int
	Skipped  int // suppressed ones too
	Dead     int
	InFlight int // waiting for a job, or in one
	Waiting  int // events that wait for somebody whom nobody knows yet
	Lost     []Lost
}

// Lost is something that nothing will happen to any more although it is not settled.
type Lost struct {
	EventID   string
	EventType string
	Time      time.Time // of the event
	Delivery  Kept      // without an id: the event itself, which waited for somebody
}

// Holds says whether the account comes out even.
func (t Tally) Holds() bool { return len(t.Lost) == 0 }

// Add adds another page's account.
func (t *Tally) Add(o Tally) {
	t.Events += o.Events
	t.Planned += o.Planned
	t.Sent += o.Sent
	t.Skipped += o.Skipped
	t.Dead += o.Dead
	t.InFlight += o.InFlight
	t.Waiting += o.Waiting
	t.Lost = append(t.Lost, o.Lost...)
}

// Jobs says for each delivery (its id, channel and priority) whether it still has a job.
type Jobs interface {
	Has(ctx context.Context, deliveries []notify.Delivery) ([]bool, error)
}

// auditPage is how many keys Redis looks at for one page.
const auditPage = 1000

// waitsAtMost is longer than an event waits for somebody.
const waitsAtMost = time.Hour

// Audit takes account of some of the events since a time. It begins at cursor 0 and goes
// on with next until that is 0; an event that is kept meanwhile may be missed, and one
// may, rarely, be seen twice. Of an event that was planned a moment ago nothing is called
// lost: its jobs may not be enqueued yet.
func (l *Ledger) Audit(ctx context.Context, cursor uint64, since time.Time, jobs Jobs) (t Tally, next uint64, err error) {
	node, err := l.node(ctx)
	if err != nil {
		return t, 0, err
	}
	keys, next, err := node.Scan(ctx, cursor, rediskeys.Event("*"), auditPage).Result()
	if err != nil {
		return t, 0, fmt.Errorf("audit: %w", err)
	}
	events, err := l.events(ctx, keys)
	if err != nil {
		return t, 0, err
	}
	for _, e := range events {
		if e.Event.Time.Before(since) {
			continue
		}
		one, err := l.account(ctx, e, jobs)
		if err != nil {
			return t, 0, err
		}
		if l.now().Sub(e.Kept) < settling {
			one.InFlight, one.Lost = one.InFlight+len(one.Lost), nil
		}
		t.Add(one)
	}
	return t, next, nil
}

// settling is how long a plan may be kept without its jobs being enqueued.
const settling = 30 * time.Second

// node is the Redis that holds our slot: SCAN looks at one node only.
func (l *Ledger) node(ctx context.Context) (redis.UniversalClient, error) {
	c, ok := l.client.(*redis.ClusterClient)
	if !ok {
		return l.client, nil
	}
	node, err := c.MasterForKey(ctx, rediskeys.Log)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	return node, nil
}

func (l *Ledger) account(ctx context.Context, e EventRecord, jobs Jobs) (Tally, error) {
	t := Tally{Events: 1, Planned: len(e.Plan)}
	if len(e.Waiting) > 0 {
		t.waits(e, l.now())
	}
	records, err := l.markers(ctx, ids(e.Plan))
	if err != nil {
		return t, err
	}
	open := t.settled(e.Plan, records)
	if len(open) == 0 {
		return t, nil
	}
	orphans, err := l.orphans(ctx, open, jobs)
	if err != nil {
		return t, err
	}
	t.InFlight += len(open) - len(orphans)
	// A job may have come to its end between the two looks: look again.
	if records, err = l.markers(ctx, ids(orphans)); err != nil {
		return t, err
	}
	for _, k := range t.settled(orphans, records) {
		t.Lost = append(t.Lost, lost(e, k))
	}
	return t, nil
}

func lost(e EventRecord, k Kept) Lost {
	return Lost{EventID: e.Event.ID, EventType: e.Event.Type, Time: e.Event.Time, Delivery: k}
}

func (t *Tally) waits(e EventRecord, now time.Time) {
	if now.Sub(e.Kept) > waitsAtMost {
		t.Lost = append(t.Lost, lost(e, Kept{Role: e.Waiting[0]}))
		return
	}
	t.Waiting++
}

// settled counts what is settled and returns the rest.
func (t *Tally) settled(plan []Kept, records []Record) (open []Kept) {
	for i, r := range records {
		switch r.State {
		case Sent:
			t.Sent++
		case Skipped, Suppressed:
			t.Skipped++
		case Failed:
			t.Dead++
		case Planned, Sending, Waiting:
			open = append(open, plan[i])
		}
	}
	return open
}

// orphans are the deliveries that have no job.
func (l *Ledger) orphans(ctx context.Context, open []Kept, jobs Jobs) ([]Kept, error) {
	deliveries := make([]notify.Delivery, len(open))
	for i, k := range open {
		deliveries[i] = notify.Delivery{ID: k.ID, Channel: k.Channel, Priority: k.Priority}
	}
	has, err := jobs.Has(ctx, deliveries)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	var orphans []Kept
	for i, k := range open {
		if !has[i] {
			orphans = append(orphans, k)
		}
	}
	return orphans, nil
}
