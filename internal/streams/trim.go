package streams

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// trimForever trims the streams every Config.TrimEvery.
func (r *Reader) trimForever(ctx context.Context) {
	for ctx.Err() == nil {
		for _, name := range r.status.names() {
			if err := r.trim(ctx, name); err != nil {
				r.log.Warn().Err(err).Str("stream", name).Msg("Stream can't be trimmed")
			}
		}
		pause(ctx, r.cfg.TrimEvery)
	}
}

// trim cuts a stream to about Config.Trim entries, but never into what any of its groups
// has not read or still holds. LIMIT bounds how many entries go and MINID how far: whole
// nodes (100 entries) at a time, from the old end.
func (r *Reader) trim(ctx context.Context, name string) error {
	length, err := r.src.Client.XLen(ctx, name).Result()
	if err != nil || length <= int64(r.cfg.Trim) {
		return r.tried("XLEN", err)
	}
	safe, err := r.safe(ctx, name)
	if err != nil || safe == "" {
		return err
	}
	n, err := r.src.Client.XTrimMinIDApprox(ctx, name, safe, length-int64(r.cfg.Trim)).Result()
	if n > 0 {
		r.log.Debug().Str("stream", name).Int64("entries", n).Msg("Stream trimmed")
	}
	return r.tried("XTRIM", err)
}

// safe is the id before which every group is done with every entry; empty if there is no
// group to ask.
func (r *Reader) safe(ctx context.Context, name string) (string, error) {
	groups, err := r.src.Client.XInfoGroups(ctx, name).Result()
	if err != nil {
		return "", r.tried("XINFO GROUPS", err)
	}
	safe := ""
	for _, g := range groups {
		at, err := r.done(ctx, name, g)
		if err != nil {
			return "", err
		}
		if safe == "" || CompareIDs(at, safe) < 0 {
			safe = at
		}
	}
	return safe, nil
}

// done is the id before which a group is done with every entry.
func (r *Reader) done(ctx context.Context, name string, g redis.XInfoGroup) (string, error) {
	// Asked after the position: an entry that is delivered in between is beyond it.
	pending, err := r.src.Client.XPending(ctx, name, g.Name).Result()
	if err != nil {
		return "", r.tried("XPENDING", err)
	}
	if pending.Count > 0 && CompareIDs(pending.Lower, g.LastDeliveredID) < 0 {
		return pending.Lower, nil
	}
	return g.LastDeliveredID, nil
}
