package streams

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
)

// ack acknowledges what is done: one XACK a stream, all in one round trip. Repeating it is
// harmless.
func (r *Reader) ack(ctx context.Context, batch []entry) error {
	done := map[string][]string{}
	for _, e := range batch {
		if _, isBuried := errors.AsType[buried](e.err); e.err == nil || isBuried {
			done[e.stream] = append(done[e.stream], e.msg.ID)
		}
	}
	if len(done) == 0 {
		return nil
	}
	_, err := r.src.Client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for stream, ids := range done {
			pipe.XAck(ctx, stream, r.cfg.Group, ids...)
		}
		return nil
	})
	return r.tried("XACK", err)
}

// uncount takes back the tries of entries that could not be dispatched for no fault of
// their own, and answers with what was in the way. If taking them back fails, too, no
// harm is done: only a failure of the entry's own ever sets it aside.
func (r *Reader) uncount(ctx context.Context, batch []entry) error {
	var inTheWay error
	pipe := r.src.Client.Pipeline()
	for stream, byTries := range postponed(batch) {
		for tries, ids := range byTries {
			r.setTries(ctx, pipe, stream, max(0, tries-1), 0, ids)
		}
	}
	for _, e := range batch {
		if errors.Is(e.err, notify.ErrUnavailable) {
			inTheWay = fmt.Errorf("source %s: dispatch: %w", r.src.Name, e.err)
			break
		}
	}
	if pipe.Len() > 0 {
		if _, err := pipe.Exec(ctx); err != nil {
			r.log.Warn().Err(err).Msg("Tries could not be taken back")
		}
	}
	return inTheWay
}

// postponed sorts the entries that something was in the way of: stream → tries → ids.
func postponed(batch []entry) map[string]map[int64][]string {
	ids := map[string]map[int64][]string{}
	for _, e := range batch {
		if !errors.Is(e.err, notify.ErrUnavailable) {
			continue
		}
		if ids[e.stream] == nil {
			ids[e.stream] = map[int64][]string{}
		}
		ids[e.stream][e.tries] = append(ids[e.stream][e.tries], e.msg.ID)
	}
	return ids
}

// setTries makes this consumer the owner of pending entries that rested for idle, and sets
// their delivery counters. The answer lists those that it got.
func (r *Reader) setTries(ctx context.Context, pipe redis.Pipeliner, stream string, tries int64, idle time.Duration, ids []string) *redis.Cmd {
	args := []any{"xclaim", stream, r.cfg.Group, r.cfg.Consumer, idle.Milliseconds()}
	for _, id := range ids {
		args = append(args, id)
	}
	// JUSTID, because Redis 6.2 answers with a nil for each deleted entry otherwise, which
	// the client can't read.
	return pipe.Do(ctx, append(args, "RETRYCOUNT", tries, "JUSTID")...)
}
