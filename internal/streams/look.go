package streams

import (
	"context"
	"slices"

	"github.com/redis/go-redis/v9"
)

// View is how a stream was when it was looked at.
type View struct {
	Name   string
	Info   *redis.XInfoStream
	Groups []GroupView
}

// GroupView is how far a consumer group was.
type GroupView struct {
	redis.XInfoGroup        // Pending is what XPENDING says: the two are not asked at the same moment
	Unread           string // id of the oldest entry that the group has not read; "": it has read all
	Lowest           string // id of the oldest entry that is pending; "": none is
}

// Group finds a group by its name; nil if the stream doesn't have it.
func (v View) Group(name string) *GroupView {
	for i := range v.Groups {
		if v.Groups[i].Name == name {
			return &v.Groups[i]
		}
	}
	return nil
}

// looksAtOnce bounds how many streams are asked about in one round trip.
const looksAtOnce = 256

// Look looks at streams and at their consumer groups, or only at the groups that are named,
// in two round trips for each 256 streams. Streams and groups that don't answer, as they are
// gone meanwhile, are left out.
func Look(ctx context.Context, client redis.Cmdable, streams []string, groups ...string) []View {
	var all []View
	for part := range slices.Chunk(streams, looksAtOnce) {
		views := lookAtStreams(ctx, client, part, groups)
		lookAtGroups(ctx, client, views)
		all = append(all, views...)
	}
	return all
}

func lookAtStreams(ctx context.Context, client redis.Cmdable, names, groups []string) []View {
	pipe := client.Pipeline()
	infos := make([]*redis.XInfoStreamCmd, len(names))
	lists := make([]*redis.XInfoGroupsCmd, len(names))
	for i, name := range names {
		infos[i], lists[i] = pipe.XInfoStream(ctx, name), pipe.XInfoGroups(ctx, name)
	}
	_, _ = pipe.Exec(ctx) // each command keeps its own error
	var views []View
	for i, name := range names {
		if infos[i].Err() != nil || lists[i].Err() != nil {
			continue
		}
		v := View{Name: name, Info: infos[i].Val()}
		for _, g := range lists[i].Val() {
			if len(groups) == 0 || slices.Contains(groups, g.Name) {
				v.Groups = append(v.Groups, GroupView{XInfoGroup: g})
			}
		}
		views = append(views, v)
	}
	return views
}

// lookAtGroups asks where the groups are, beyond XINFO's lag: that is nil or wrong after
// deletions and trimming.
func lookAtGroups(ctx context.Context, client redis.Cmdable, views []View) {
	pipe := client.Pipeline()
	type asked struct {
		unread  *redis.XMessageSliceCmd
		pending *redis.XPendingCmd
	}
	answers := make([][]asked, len(views))
	for i, v := range views {
		for _, g := range v.Groups {
			answers[i] = append(answers[i], asked{pipe.XRangeN(ctx, v.Name, "("+g.LastDeliveredID, "+", 1), pipe.XPending(ctx, v.Name, g.Name)})
		}
	}
	if pipe.Len() == 0 {
		return
	}
	_, _ = pipe.Exec(ctx) // as above
	for i := range views {
		var groups []GroupView
		for j, a := range answers[i] {
			if g := views[i].Groups[j]; a.unread.Err() == nil && a.pending.Err() == nil {
				groups = append(groups, g.at(a.unread.Val(), a.pending.Val()))
			}
		}
		views[i].Groups = groups
	}
}

func (g GroupView) at(unread []redis.XMessage, pending *redis.XPending) GroupView {
	if len(unread) > 0 {
		g.Unread = unread[0].ID
	}
	if g.Pending = pending.Count; g.Pending > 0 {
		g.Lowest = pending.Lower
	}
	return g
}
