package ctl

import (
	"context"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
	"github.com/vondi-global/notifications/internal/streams"
)

// auditor takes account of the streams.
type auditor struct {
	*session
	*platform
	account *account
}

// auditEntries is how many entries are looked at in one round trip.
const auditEntries = 500

func (a auditor) streams(ctx context.Context) error {
	dead, err := a.deadPositions(ctx)
	if err != nil {
		return err
	}
	origins, err := a.sources(ctx, "")
	if err != nil {
		return err
	}
	for _, o := range origins {
		if o.err != nil {
			a.account.Away = append(a.account.Away, o.err.Error())
			continue
		}
		list, err := o.streams(ctx)
		if err != nil {
			return fmt.Errorf("source %s: %w", o.name, err)
		}
		for _, name := range list {
			if err := a.stream(ctx, o, name, dead); err != nil {
				return fmt.Errorf("source %s: %s: %w", o.name, name, err)
			}
		}
	}
	return nil
}

// deadPositions are the entries that lie in the dead letters.
func (a auditor) deadPositions(ctx context.Context) (map[notify.Position]bool, error) {
	list, err := a.letters(ctx, a.platform, deadFlags{kind: string(notify.DeadEntry)})
	at := map[notify.Position]bool{}
	for _, l := range list {
		at[l.Source] = true
	}
	return at, err
}

// stream looks at one stream's entries since the time.
func (a auditor) stream(ctx context.Context, o *origin, name string, dead map[notify.Position]bool) error {
	// The position comes first: what is read meanwhile then still counts as unread, and what
	// was acknowledged by then is in the ledger.
	group, err := groupOf(ctx, o.client, name)
	if err != nil {
		return err
	}
	a.account.Streams++
	from := strconv.FormatInt(a.account.Since.UnixMilli(), 10)
	for {
		page, err := o.client.XRangeN(ctx, name, from, "+", auditEntries).Result()
		if err != nil || len(page) == 0 {
			return err
		}
		if err := a.page(ctx, o.name, name, page, group, dead); err != nil {
			return err
		}
		from = "(" + page[len(page)-1].ID
	}
}

// groupState is how far the consumer group is.
type groupState struct {
	last    string          // the last entry that was read
	pending map[string]bool // read, and not acknowledged
}

func groupOf(ctx context.Context, c redis.UniversalClient, stream string) (groupState, error) {
	g := groupState{last: "0-0", pending: map[string]bool{}}
	name := streams.Config{}.Defaults().Group
	groups, err := c.XInfoGroups(ctx, stream).Result()
	if err != nil {
		return g, err
	}
	known := false
	for _, info := range groups {
		if info.Name == name {
			g.last, known = info.LastDeliveredID, true
		}
	}
	for from := "-"; known; {
		page, err := c.XPendingExt(ctx, &redis.XPendingExtArgs{Stream: stream, Group: name, Start: from, End: "+", Count: auditEntries}).Result()
		if err != nil || len(page) == 0 {
			return g, err
		}
		for _, p := range page {
			g.pending[p.ID] = true
		}
		from = "(" + page[len(page)-1].ID
	}
	return g, nil
}

// page sorts entries into what became of them.
func (a auditor) page(ctx context.Context, source, stream string, page []redis.XMessage, group groupState, dead map[notify.Position]bool) error {
	e := &a.account.Entries
	var events []notify.Event
	for _, m := range page {
		e.All++
		at := notify.Position{Source: source, Stream: stream, Entry: m.ID}
		event, readable := readable(at, m)
		switch {
		case streams.CompareIDs(m.ID, group.last) > 0:
			e.Unread++
		case group.pending[m.ID]:
			e.Pending++
		case dead[at] || !readable: // acknowledged, so it was set aside, and perhaps dropped since
			e.Dead++
		default:
			events = append(events, event)
		}
	}
	return a.known(ctx, events)
}

func readable(at notify.Position, m redis.XMessage) (notify.Event, bool) {
	e, err := streams.Decode(at.Source, at.Stream, m)
	if err == nil {
		_, err = eventtypes.Check(&e)
	}
	return e, err == nil
}

// known asks the ledger for events, all in one round trip.
func (a auditor) known(ctx context.Context, events []notify.Event) error {
	if len(events) == 0 {
		return nil
	}
	pipe := a.session.queue.Pipeline()
	found := make([]*redis.IntCmd, len(events))
	for i, e := range events {
		found[i] = pipe.Exists(ctx, rediskeys.Event(e.ID))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return err
	}
	for i, e := range events {
		if found[i].Val() == 1 {
			a.account.Entries.Processed++
			continue
		}
		a.account.Lost = append(a.account.Lost, lostView{
			What: "entry", Time: e.Time, EventType: e.Type, EventID: e.ID, Entry: e.Source.Source + " " + e.Source.Stream + " " + e.Source.Entry,
		})
	}
	return nil
}
