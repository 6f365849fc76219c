package streams

import (
	"context"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

// sweep takes over pending entries that nobody worked on for Config.MinIdle: those of
// vanished consumers, and our own that failed. It says whether there may be more.
//
// It is made of XPENDING, XRANGE and XCLAIM … JUSTID rather than of XAUTOCLAIM: so the
// delivery counter is known before the work, and an entry that was deleted meanwhile is
// seen and counted on every server (Redis 6.2 answers with a nil that the client can't
// read, 7.0 forgets it silently, an embedded server keeps it for ever).
func (r *Reader) sweep(ctx context.Context) (more bool, err error) {
	r.swept = time.Now()
	idle, more, err := r.idle(ctx)
	if err != nil || len(idle) == 0 {
		return false, err
	}
	if idle, err = r.look(ctx, idle); err != nil {
		return false, err
	}
	batch, err := r.claim(ctx, idle)
	if err != nil {
		return false, err
	}
	return more, r.process(ctx, batch)
}

// idler is a pending entry that nobody works on.
type idler struct {
	stream string
	redis.XPendingExt
	entry *redis.XMessageSliceCmd // the entry itself; none if it was deleted
}

// idle lists such entries, the oldest of each stream first.
func (r *Reader) idle(ctx context.Context) (list []idler, more bool, err error) {
	streams := r.reachable()
	count := max(10, r.count(max(1, len(streams))))
	cmds := make([]*redis.XPendingExtCmd, len(streams))
	pipe := r.src.Client.Pipeline()
	for i, s := range streams {
		cmds[i] = pipe.XPendingExt(ctx, &redis.XPendingExtArgs{
			Stream: s, Group: r.cfg.Group, Idle: r.cfg.MinIdle, Start: "-", End: "+", Count: int64(count),
		})
	}
	if _, err := pipe.Exec(ctx); err != nil && !anyOK(cmds) {
		return nil, false, r.tried("XPENDING", err)
	}
	for i, cmd := range cmds {
		more = more || len(cmd.Val()) == count
		for _, p := range cmd.Val() {
			list = append(list, idler{stream: streams[i], XPendingExt: p})
			if len(list) >= r.share {
				return list, true, nil
			}
		}
	}
	return list, more, nil
}

// look reads the entries. Those that can't be read now are left for the next sweep.
func (r *Reader) look(ctx context.Context, idle []idler) ([]idler, error) {
	cmds := make([]*redis.XMessageSliceCmd, len(idle))
	pipe := r.src.Client.Pipeline()
	for i, p := range idle {
		cmds[i] = pipe.XRange(ctx, p.stream, p.ID, p.ID)
		idle[i].entry = cmds[i]
	}
	if _, err := pipe.Exec(ctx); err != nil && !anyOK(cmds) {
		return nil, r.tried("XRANGE", err)
	}
	return slices.DeleteFunc(idle, func(p idler) bool { return p.entry.Err() != nil }), nil
}

// anyOK says whether any of the commands succeeded. A bad stream among many, or a part of
// a Cluster that is away, is no reason to leave the others alone.
func anyOK[C redis.Cmder](cmds []C) bool {
	return slices.ContainsFunc(cmds, func(c C) bool { return c.Err() == nil })
}

// claim makes the entries ours. Of several readers that try, each entry goes to one:
// XCLAIM gives it to the first, and of a deleted one only the first XACK counts.
func (r *Reader) claim(ctx context.Context, idle []idler) ([]entry, error) {
	cmds := make([]*redis.Cmd, len(idle))
	pipe := r.src.Client.Pipeline()
	for i, p := range idle {
		if len(p.entry.Val()) == 0 {
			cmds[i] = pipe.Do(ctx, "xack", p.stream, r.cfg.Group, p.ID)
		} else {
			cmds[i] = r.setTries(ctx, pipe, p.stream, p.RetryCount+1, r.cfg.MinIdle, []string{p.ID})
		}
	}
	if _, err := pipe.Exec(ctx); err != nil && !anyOK(cmds) {
		return nil, r.tried("XCLAIM", err)
	}
	var batch []entry
	taken := map[string]int{}
	for i, p := range idle {
		if !won(cmds[i]) {
			continue
		}
		e := entry{stream: p.stream, msg: redis.XMessage{ID: p.ID}, tries: p.RetryCount + 1}
		if found := p.entry.Val(); len(found) > 0 {
			e.msg = found[0]
		}
		batch = append(batch, e)
		if p.Consumer != r.cfg.Consumer {
			taken[p.Consumer]++
		}
	}
	r.logTaken(taken)
	return batch, nil
}

// won says whether an XCLAIM or XACK of one entry did anything.
func won(cmd *redis.Cmd) bool {
	switch v := cmd.Val().(type) {
	case int64:
		return v > 0
	case []any:
		return len(v) > 0
	}
	return false
}

func (r *Reader) logTaken(taken map[string]int) {
	for consumer, n := range taken {
		r.status.reclaimed(n)
		r.log.Info().Str("consumer", consumer).Int("entries", n).Msg("Took over pending entries")
	}
}
