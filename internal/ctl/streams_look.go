package ctl

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// streamLook is how a stream is.
type streamLook struct {
	Source string      `json:"source"`
	Stream string      `json:"stream"`
	Length int64       `json:"length"`
	First  string      `json:"first_entry,omitempty"`
	Last   string      `json:"last_entry,omitempty"`
	Groups []groupLook `json:"groups"`
}

// groupLook is how far a consumer group is.
type groupLook struct {
	Group     string  `json:"group"`
	Consumers int64   `json:"consumers"`
	Pending   int64   `json:"pending"`
	LastRead  string  `json:"last_read"`
	Lag       float64 `json:"lag_seconds"`            // age of the oldest entry that was not read
	Oldest    float64 `json:"oldest_pending_seconds"` // age of the oldest entry that is pending
	lowest    string  // the oldest entry that is pending
}

// group finds a group by its name; nil if the stream doesn't have it.
func (l streamLook) group(name string) *groupLook {
	for i := range l.Groups {
		if l.Groups[i].Group == name {
			return &l.Groups[i]
		}
	}
	return nil
}

// looksAtOnce bounds how many streams are asked about in one round trip.
const looksAtOnce = 256

// look looks at streams, in two round trips for each 256 of them. Ages go by the server's
// clock, by which entries have their ids. Streams that are gone meanwhile are left out.
func (o *origin) look(ctx context.Context, streams []string) ([]streamLook, error) {
	now, err := o.client.Time(ctx).Result()
	if err != nil {
		return nil, err
	}
	var all []streamLook
	for part := range slices.Chunk(streams, looksAtOnce) {
		looks := o.lookAll(ctx, part)
		o.lookGroups(ctx, looks, now)
		all = append(all, looks...)
	}
	return all, nil
}

func (o *origin) lookAll(ctx context.Context, streams []string) []streamLook {
	pipe := o.client.Pipeline()
	lengths := make([]*redis.IntCmd, len(streams))
	groups := make([]*redis.XInfoGroupsCmd, len(streams))
	ends := make([][2]*redis.XMessageSliceCmd, len(streams))
	for i, name := range streams {
		lengths[i], groups[i] = pipe.XLen(ctx, name), pipe.XInfoGroups(ctx, name)
		ends[i] = [2]*redis.XMessageSliceCmd{pipe.XRangeN(ctx, name, "-", "+", 1), pipe.XRevRangeN(ctx, name, "+", "-", 1)}
	}
	_, _ = pipe.Exec(ctx) // each command keeps its own error
	var looks []streamLook
	for i, name := range streams {
		if groups[i].Err() != nil {
			continue
		}
		l := streamLook{Source: o.name, Stream: name, Length: lengths[i].Val(), Groups: []groupLook{}}
		l.First, l.Last = entryID(ends[i][0].Val()), entryID(ends[i][1].Val())
		for _, g := range groups[i].Val() {
			l.Groups = append(l.Groups, groupLook{Group: g.Name, Consumers: g.Consumers, LastRead: g.LastDeliveredID})
		}
		looks = append(looks, l)
	}
	return looks
}

// lookGroups measures lag by the oldest unread entry, not by XINFO's lag: that is nil or
// wrong after deletions and trimming.
func (o *origin) lookGroups(ctx context.Context, looks []streamLook, now time.Time) {
	pipe := o.client.Pipeline()
	type asked struct {
		group   *groupLook
		unread  *redis.XMessageSliceCmd
		pending *redis.XPendingCmd
	}
	var all []asked
	for _, l := range looks {
		for i := range l.Groups {
			g := &l.Groups[i]
			all = append(all, asked{g, pipe.XRangeN(ctx, l.Stream, "("+g.LastRead, "+", 1), pipe.XPending(ctx, l.Stream, g.Group)})
		}
	}
	if len(all) == 0 {
		return
	}
	_, _ = pipe.Exec(ctx) // as above
	for _, a := range all {
		a.group.Lag = entryAge(entryID(a.unread.Val()), now)
		if p := a.pending.Val(); p != nil && p.Count > 0 {
			a.group.Pending, a.group.lowest, a.group.Oldest = p.Count, p.Lower, entryAge(p.Lower, now)
		}
	}
}

func entryID(list []redis.XMessage) string {
	if len(list) == 0 {
		return ""
	}
	return list[0].ID
}

// idTime is the moment that an entry's id names.
func idTime(id string) time.Time {
	ms, _ := splitID(id)
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(ms)).UTC()
}

// entryAge is how many seconds ago an entry was written; 0 for none.
func entryAge(id string, now time.Time) float64 {
	if id == "" {
		return 0
	}
	return max(0.001, now.Sub(idTime(id)).Seconds())
}

func splitID(id string) (ms, seq uint64) {
	a, b, _ := strings.Cut(id, "-")
	ms, _ = strconv.ParseUint(a, 10, 63)
	seq, _ = strconv.ParseUint(b, 10, 64)
	return ms, seq
}

// compareIDs orders ids as the stream does.
func compareIDs(a, b string) int {
	am, as := splitID(a)
	bm, bs := splitID(b)
	return cmp.Or(cmp.Compare(am, bm), cmp.Compare(as, bs))
}

// looks looks at all streams of all sources. Sources that don't answer are left out.
func (s *session) looks(ctx context.Context, only string) ([]streamLook, []*origin, error) {
	list, err := s.sources(ctx, only)
	if err != nil {
		return nil, nil, err
	}
	var all []streamLook
	for _, o := range list {
		if o.err != nil {
			continue
		}
		names, err := o.streams(ctx)
		if err == nil {
			var looks []streamLook
			looks, err = o.look(ctx, names)
			all = append(all, looks...)
		}
		o.err = err
	}
	return all, list, nil
}
