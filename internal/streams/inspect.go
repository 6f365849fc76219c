package streams

import (
	"context"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

// inspectAtOnce bounds how many streams are asked about in one round trip.
const inspectAtOnce = 256

// inspectForever looks at the streams every Config.Inspect: how long they are, how far the
// group is, and whether its position still makes sense. Now and then it removes consumers
// that are gone.
func (r *Reader) inspectForever(ctx context.Context) {
	cleaned := time.Now()
	for ctx.Err() == nil {
		names := r.status.names()
		for chunk := range slices.Chunk(names, inspectAtOnce) {
			r.inspect(ctx, chunk)
		}
		if time.Since(cleaned) >= r.cfg.ConsumerIdle/4 {
			cleaned = time.Now()
			for chunk := range slices.Chunk(names, inspectAtOnce) {
				r.cleanConsumers(ctx, chunk)
			}
		}
		pause(ctx, r.cfg.Inspect)
	}
}

// look is what one inspection asks of a stream.
type look struct {
	name    string
	info    *redis.XInfoStreamCmd
	groups  *redis.XInfoGroupsCmd
	group   redis.XInfoGroup
	unread  *redis.XMessageSliceCmd
	pending *redis.XPendingCmd
}

// inspect leaves out streams that don't answer: the reading goroutine deals with them.
func (r *Reader) inspect(ctx context.Context, names []string) {
	seen := map[string]StreamHealth{}
	for _, l := range r.askPositions(ctx, r.askGroups(ctx, names)) {
		seen[l.name] = l.health(time.Now())
		if l.adrift() {
			r.realign(ctx, l)
		}
	}
	r.status.inspected(seen)
}

func (r *Reader) askGroups(ctx context.Context, names []string) []look {
	looks := make([]look, len(names))
	pipe := r.src.Client.Pipeline()
	for i, n := range names {
		looks[i] = look{name: n, info: pipe.XInfoStream(ctx, n), groups: pipe.XInfoGroups(ctx, n)}
	}
	_, _ = pipe.Exec(ctx) // each command keeps its own error
	return slices.DeleteFunc(looks, func(l look) bool { return l.info.Err() != nil || l.find(r.cfg.Group) == nil })
}

func (r *Reader) askPositions(ctx context.Context, looks []look) []look {
	if len(looks) == 0 {
		return nil
	}
	pipe := r.src.Client.Pipeline()
	for i := range looks {
		l := &looks[i]
		l.group = *l.find(r.cfg.Group)
		l.unread = pipe.XRangeN(ctx, l.name, "("+l.group.LastDeliveredID, "+", 1)
		l.pending = pipe.XPending(ctx, l.name, r.cfg.Group)
	}
	_, _ = pipe.Exec(ctx)
	return slices.DeleteFunc(looks, func(l look) bool { return l.unread.Err() != nil || l.pending.Err() != nil })
}

// find is our group's state; nil if the stream doesn't have it.
func (l look) find(group string) *redis.XInfoGroup {
	for i, g := range l.groups.Val() {
		if g.Name == group {
			return &l.groups.Val()[i]
		}
	}
	return nil
}

// health measures lag by the oldest unread entry, not by XINFO's lag: that is nil or wrong
// after deletions and trimming.
func (l look) health(now time.Time) StreamHealth {
	h := StreamHealth{Name: l.name, Length: l.info.Val().Length, Pending: l.pending.Val().Count}
	if unread := l.unread.Val(); len(unread) > 0 {
		h.Lag = age(unread[0].ID, now)
	}
	if h.Pending > 0 {
		h.OldestPending = age(l.pending.Val().Lower, now)
	}
	return h
}

// age is how long ago an entry was written; 0 if its id doesn't say.
func age(id string, now time.Time) time.Duration {
	t, ok := idTime(id, now)
	if !ok {
		return 0
	}
	return max(time.Millisecond, now.Sub(t)) // it is there, however young
}

// adrift says whether the group's position may need a realignment: it lies beyond the
// stream's end, or the entries that were read don't add up.
func (l look) adrift() bool {
	s, g := l.info.Val(), l.group
	toEnd := compareIDs(g.LastDeliveredID, s.LastGeneratedID)
	switch {
	case toEnd > 0:
		return true
	case s.EntriesAdded == 0: // before Redis 7 nobody counts
		return false
	case toEnd == 0:
		return g.EntriesRead != s.EntriesAdded
	case s.Length == 0 || compareIDs(g.LastDeliveredID, s.RecordedFirstEntryID) < 0:
		return g.EntriesRead != s.EntriesAdded-s.Length
	}
	return false
}
