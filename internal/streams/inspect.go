package streams

import (
	"context"
	"slices"
	"time"
)

// inspectForever looks at the streams every Config.Inspect: how long they are, how far the
// group is, and whether its position still makes sense. Now and then it removes consumers
// that are gone.
func (r *Reader) inspectForever(ctx context.Context) {
	cleaned := time.Now()
	for ctx.Err() == nil {
		names := r.status.names()
		r.inspect(ctx, names)
		if time.Since(cleaned) >= r.cfg.ConsumerIdle/4 {
			cleaned = time.Now()
			for chunk := range slices.Chunk(names, looksAtOnce) {
				r.cleanConsumers(ctx, chunk)
			}
		}
		pause(ctx, r.cfg.Inspect)
	}
}

// inspect leaves out streams that don't answer: the reading goroutine deals with them.
func (r *Reader) inspect(ctx context.Context, names []string) {
	seen := map[string]StreamHealth{}
	for _, v := range Look(ctx, r.src.Client, names, r.cfg.Group) {
		g := v.Group(r.cfg.Group)
		if g == nil {
			continue
		}
		seen[v.Name] = v.health(g, time.Now())
		if v.adrift(g) {
			r.realign(ctx, v.Name)
		}
	}
	r.status.inspected(seen)
}

// health measures lag by the oldest unread entry.
func (v View) health(g *GroupView, now time.Time) StreamHealth {
	return StreamHealth{
		Name: v.Name, Length: v.Info.Length, Pending: g.Pending, Unread: v.unread(g),
		Lag: age(g.Unread, now), OldestPending: age(g.Lowest, now),
	}
}

// unread takes Redis' count where it can be: it is nil after deletions, too large after
// trimming, and not there before Redis 7.
func (v View) unread(g *GroupView) int64 {
	switch {
	case g.Unread == "":
		return 0
	case g.Lag <= 0:
		return -1
	}
	return min(g.Lag, v.Info.Length)
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
func (v View) adrift(g *GroupView) bool {
	s := v.Info
	toEnd := CompareIDs(g.LastDeliveredID, s.LastGeneratedID)
	switch {
	case toEnd > 0:
		return true
	case s.EntriesAdded == 0: // before Redis 7 nobody counts
		return false
	case toEnd == 0:
		return g.EntriesRead != s.EntriesAdded
	case s.Length == 0 || CompareIDs(g.LastDeliveredID, s.RecordedFirstEntryID) < 0:
		return g.EntriesRead != s.EntriesAdded-s.Length
	}
	return false
}
