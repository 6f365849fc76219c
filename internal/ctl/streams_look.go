package ctl

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/streams"
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

// look looks at streams. Ages go by the server's clock, by which entries have their ids.
// Streams that are gone meanwhile are left out.
func (o *origin) look(ctx context.Context, names []string) ([]streamLook, error) {
	now, err := o.client.Time(ctx).Result()
	if err != nil {
		return nil, err
	}
	var all []streamLook
	for _, v := range streams.Look(ctx, o.client, names) {
		l := streamLook{Source: o.name, Stream: v.Name, Length: v.Info.Length, First: v.Info.FirstEntry.ID, Last: v.Info.LastEntry.ID, Groups: []groupLook{}}
		for _, g := range v.Groups {
			l.Groups = append(l.Groups, groupLook{
				Group: g.Name, Consumers: g.Consumers, LastRead: g.LastDeliveredID, Pending: g.Pending, lowest: g.Lowest,
				Lag: entryAge(g.Unread, now), Oldest: entryAge(g.Lowest, now),
			})
		}
		all = append(all, l)
	}
	return all, nil
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
