package ctl

import (
	"context"
	"fmt"

	"github.com/vondi-global/notifications/internal/streams"
)

type trimming struct {
	source string
	keep   int64
	dryRun bool
}

// trimPlan is what may go from a stream.
type trimPlan struct {
	length int64
	most   int64  // so many entries are more than wanted
	safe   string // nothing from this entry on: a group needs it; empty: there is no group
	who    string // the group that needs it
}

func (p trimPlan) limit() string {
	if p.safe == "" {
		return ""
	}
	return fmt.Sprintf(", none from %s on, which %s still needs", p.safe, p.who)
}

// planTrim finds the entry from which on some group is not done.
func (o *origin) planTrim(ctx context.Context, stream string, keep int64) (trimPlan, error) {
	looks, err := o.look(ctx, []string{stream})
	if err != nil || len(looks) == 0 {
		return trimPlan{}, err
	}
	l := looks[0]
	p := trimPlan{length: l.Length, most: max(0, l.Length-keep)}
	for _, g := range l.Groups {
		// The entry that was read last stays: the group's position then names one that exists.
		needs := g.LastRead
		if g.lowest != "" && streams.CompareIDs(g.lowest, needs) < 0 {
			needs = g.lowest
		}
		if p.safe == "" || streams.CompareIDs(needs, p.safe) < 0 {
			p.safe, p.who = needs, g.Group
		}
	}
	return p, nil
}

// trimPage is how many entries are walked through at a time.
const trimPage = 1000

// trim lets the server cut whole nodes first, which costs nothing, then walks through what
// is left to cut.
func (o *origin) trim(ctx context.Context, stream string, p trimPlan) (removed int64, err error) {
	if p.safe != "" {
		if removed, err = o.client.XTrimMinIDApprox(ctx, stream, p.safe, p.most).Result(); err != nil {
			return 0, err
		}
	}
	cut, err := o.cut(ctx, stream, p.most-removed, p.safe)
	if err != nil || cut == "" {
		return removed, err
	}
	rest, err := o.client.XTrimMinID(ctx, stream, cut).Result()
	return removed + rest, err
}

// cut is the first entry that stays when n go from the old end, but none from safe on.
func (o *origin) cut(ctx context.Context, stream string, n int64, safe string) (string, error) {
	at, from := "", "-"
	for n >= 0 {
		page, err := o.client.XRangeN(ctx, stream, from, "+", min(n+1, trimPage)).Result()
		if err != nil || len(page) == 0 {
			return at, err
		}
		for _, m := range page {
			at = m.ID
			if n == 0 || safe != "" && streams.CompareIDs(m.ID, safe) >= 0 {
				return at, nil
			}
			n--
		}
		from = "(" + at
	}
	return at, nil
}
