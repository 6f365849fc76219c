package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

// EventRecord is an event with what was planned for it and what came of that.
type EventRecord struct {
	Event      notify.Event
	Plan       []Kept
	Waiting    []string  // roles that nobody is known in yet
	Broadcasts []string  // ids; the plan holds the first of their deliveries only
	Kept       time.Time // when it was last planned
	Deliveries []Record  // of the plan, in its order
}

// ByEvent is an event with its deliveries, or [ErrNoEvent].
func (l *Ledger) ByEvent(ctx context.Context, eventID string) (EventRecord, error) {
	all, err := l.events(ctx, []string{rediskeys.Event(eventID)})
	if err != nil {
		return EventRecord{}, err
	}
	if len(all) == 0 {
		return EventRecord{}, fmt.Errorf("event %s: %w", notify.Printable(eventID, 64), ErrNoEvent)
	}
	all[0].Deliveries, err = l.Records(ctx, ids(all[0].Plan))
	return all[0], err
}

func ids(plan []Kept) []string {
	all := make([]string, len(plan))
	for i, k := range plan {
		all[i] = k.ID
	}
	return all
}

// events reads event records, without their deliveries; those that are gone are left out.
func (l *Ledger) events(ctx context.Context, keys []string) ([]EventRecord, error) {
	p := l.client.Pipeline()
	cmds := make([]*redis.StringCmd, len(keys))
	for i, k := range keys {
		cmds[i] = p.Get(ctx, k)
	}
	if _, err := p.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return nil, fmt.Errorf("events: %w", err)
	}
	var all []EventRecord
	for _, c := range cmds {
		if c.Val() == "" {
			continue
		}
		r, err := l.decodeRecord(c.Val())
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// ByUser are a person's deliveries, newest first, at most n.
func (l *Ledger) ByUser(ctx context.Context, userID string, n int) ([]Record, error) {
	found, err := l.newest(ctx, rediskeys.ByUser(userID), n)
	if err != nil {
		return nil, err
	}
	records, err := l.Records(ctx, found)
	return slices.DeleteFunc(records, func(r Record) bool { return r.State == Planned }), err
}

// ByEntity are the events about a thing ("order:12345"), newest first, at most n.
func (l *Ledger) ByEntity(ctx context.Context, entity string, n int) ([]EventRecord, error) {
	found, err := l.newest(ctx, rediskeys.ByEntity(entity), n)
	if err != nil {
		return nil, err
	}
	keys := make([]string, len(found))
	for i, id := range found {
		keys[i] = rediskeys.Event(id)
	}
	events, err := l.events(ctx, keys)
	if err != nil {
		return nil, err
	}
	return events, l.fill(ctx, events)
}

// fill adds the deliveries of events, all in one go.
func (l *Ledger) fill(ctx context.Context, events []EventRecord) error {
	var all []string
	for _, e := range events {
		all = append(all, ids(e.Plan)...)
	}
	records, err := l.Records(ctx, all)
	if err != nil {
		return err
	}
	for i := range events {
		n := len(events[i].Plan)
		events[i].Deliveries, records = records[:n:n], records[n:]
	}
	return nil
}

func (l *Ledger) newest(ctx context.Context, key string, n int) ([]string, error) {
	if n = min(n, l.cfg.PerHistory); n < 1 {
		return nil, nil
	}
	found, err := l.client.ZRevRange(ctx, key, 0, int64(n)-1).Result()
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	return found, nil
}

// At is the position in the log of a time, for [Ledger.Tail]; the zero time's is its beginning.
func At(t time.Time) string { return strconv.FormatInt(max(0, t.UnixMilli()), 10) }

// Tail reads up to n log entries after a position: the id of the last one read, [At] a
// time, "" for the first there is, "$" for those to come. It waits for them so long as
// block says, not at all for 0; none in that time is no error.
func (l *Ledger) Tail(ctx context.Context, from string, n int64, block time.Duration) ([]Entry, error) {
	if from == "" {
		from = "0"
	}
	if block <= 0 {
		block = -1 // to go-redis, 0 is for ever
	}
	streams, err := l.client.XRead(ctx, &redis.XReadArgs{Streams: []string{rediskeys.Log, from}, Count: n, Block: block}).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, fmt.Errorf("log: %w", err)
	}
	var entries []Entry
	for _, s := range streams {
		entries = append(entries, read(s.Messages)...)
	}
	return entries, nil
}

// Last are the newest n log entries, oldest first.
func (l *Ledger) Last(ctx context.Context, n int64) ([]Entry, error) {
	messages, err := l.client.XRevRangeN(ctx, rediskeys.Log, "+", "-", n).Result()
	if err != nil {
		return nil, fmt.Errorf("log: %w", err)
	}
	slices.Reverse(messages)
	return read(messages), nil
}

// read decodes log entries. What is none of ours keeps its place, so that a reader can go
// on after it.
func read(messages []redis.XMessage) []Entry {
	entries := make([]Entry, len(messages))
	for i, m := range messages {
		e, err := decode(m.ID, m.Values)
		if err != nil {
			e = Entry{ID: m.ID}
		}
		entries[i] = e
	}
	return entries
}
