package streams

import (
	"context"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

// noBlock makes a read answer at once.
const noBlock = -1

// readNew reads what nobody in the group has seen. Streams that had more than their share
// last time are read alone first, so that one busy stream among thousands is not read in
// thousandths; then all of them, so that it doesn't starve the others either.
func (r *Reader) readNew(ctx context.Context, block time.Duration) error {
	if busy := r.full; len(busy) > 0 {
		r.full = nil
		slices.Sort(busy)
		busy = slices.Compact(busy)
		if _, err := r.round(ctx, busy, noBlock); err != nil {
			return err
		}
	}
	n, err := r.round(ctx, r.reachable(), block)
	if err == nil && n == 0 && r.src.cluster() {
		pause(ctx, r.poll.take())
	} else {
		r.poll.reset()
	}
	return err
}

// round takes a batch to its end: the one that was read ahead, or else the next. While it is
// dispatched, the one after it is read ahead if there may be one: the source and its decoding
// then cost no time of their own. n counts the entries.
func (r *Reader) round(ctx context.Context, streams []string, block time.Duration) (n int, err error) {
	if len(streams) == 0 {
		return 0, nil
	}
	batch, err := r.ahead, error(nil)
	if r.ahead = nil; len(batch) == 0 {
		batch, err = r.next(ctx, streams, block)
	}
	more := block == noBlock || len(r.full) > 0
	if err != nil || !more || ctx.Err() != nil {
		return len(batch), first(r.finish(ctx, batch), err)
	}
	done := make(chan error, 1)
	go func() { done <- r.finish(ctx, batch) }()
	ahead, err := r.next(ctx, streams, noBlock)
	r.ahead = ahead // after an error nobody asks for it: see stumbled
	return len(batch), first(<-done, err)
}

// next reads and decodes what nobody in the group has seen.
func (r *Reader) next(ctx context.Context, streams []string, block time.Duration) ([]entry, error) {
	count := r.count(len(streams))
	replies, err := r.fetch(ctx, streams, func(string) string { return ">" }, count, block)
	var batch []entry
	for _, reply := range replies {
		if len(reply.Messages) >= count {
			r.full = append(r.full, reply.Stream)
		}
		for _, m := range reply.Messages {
			batch = append(batch, entry{stream: reply.Stream, msg: m, tries: 1})
		}
	}
	r.prepare(batch)
	return batch, err
}

// readOwn reads on through the entries that this consumer holds already: those of a reply
// that was lost, and those that could not be dispatched. Streams without any are done.
func (r *Reader) readOwn(ctx context.Context) error {
	streams := r.resumable()
	replies, err := r.fetch(ctx, streams, func(s string) string { return r.resume[s] }, r.count(len(streams)), noBlock)
	if err != nil {
		return err
	}
	held := map[string][]redis.XMessage{}
	for _, reply := range replies {
		held[reply.Stream] = reply.Messages
	}
	tries, err := r.tries(ctx, held)
	if err != nil {
		return err
	}
	var batch []entry
	for _, s := range streams {
		for _, m := range held[s] {
			batch = append(batch, entry{stream: s, msg: m, tries: tries[s+" "+m.ID]})
		}
	}
	if err := r.process(ctx, batch); err != nil {
		return err
	}
	for _, s := range streams {
		switch n := len(held[s]); {
		case n > 0:
			r.resume[s] = held[s][n-1].ID
		case r.away[s].IsZero():
			delete(r.resume, s)
		}
	}
	return nil
}

// tries asks how often the entries were delivered, this time included. Keys are
// "stream id".
func (r *Reader) tries(ctx context.Context, held map[string][]redis.XMessage) (map[string]int64, error) {
	pipe := r.src.Client.Pipeline()
	cmds := map[string]*redis.XPendingExtCmd{}
	for s, ms := range held {
		if len(ms) > 0 {
			cmds[s] = pipe.XPendingExt(ctx, &redis.XPendingExtArgs{
				Stream: s, Group: r.cfg.Group, Consumer: r.cfg.Consumer,
				Start: ms[0].ID, End: ms[len(ms)-1].ID, Count: int64(len(ms)),
			})
		}
	}
	if len(cmds) == 0 {
		return nil, nil
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, r.tried("XPENDING", err)
	}
	tries := map[string]int64{}
	for s, cmd := range cmds {
		for _, p := range cmd.Val() {
			tries[s+" "+p.ID] = p.RetryCount
		}
	}
	return tries, nil
}

// count is how many entries of each stream a read of n streams asks for.
func (r *Reader) count(n int) int { return min(max(1, r.share/n), r.cfg.Count) }

// weigh asks for fewer entries while they are large: a reply is held in memory whole. It
// asks for more again step by step only, because large ones may follow.
func (r *Reader) weigh(bytes, entries int) {
	if entries == 0 {
		return
	}
	fit := r.cfg.BatchBytes / max(1, bytes/entries)
	r.share = min(max(1, fit), 2*r.share, r.cfg.Batch)
}

// fetch reads streams from the ids that from names.
func (r *Reader) fetch(ctx context.Context, streams []string, from func(string) string, count int, block time.Duration) ([]redis.XStream, error) {
	if r.src.cluster() {
		return r.fetchApart(ctx, bySlot(streams), from, count)
	}
	replies, err := r.src.Client.XReadGroup(ctx, r.args(streams, from, count, block)).Result()
	return replies, r.tried("XREADGROUP", err)
}

func (r *Reader) args(streams []string, from func(string) string, count int, block time.Duration) *redis.XReadGroupArgs {
	ids := make([]string, len(streams))
	for i, s := range streams {
		ids[i] = from(s)
	}
	return &redis.XReadGroupArgs{
		Group: r.cfg.Group, Consumer: r.cfg.Consumer,
		Streams: slices.Concat(streams, ids), Count: int64(count), Block: block,
	}
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
