package jobs

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
)

// QueueStats is what a queue holds.
type QueueStats struct {
	Queue     string
	Channel   notify.Channel  // "" for the queues that no channel has
	Priority  notify.Priority // as Channel
	Pending   int64           // waiting to be worked off
	Active    int64           // being worked on
	Retry     int64           // waiting for another attempt
	Scheduled int64           // waiting for their time
	Archived  int64           // set aside by asynq; the reconciler empties it
	Oldest    time.Duration   // how long the oldest pending one has waited
	Paused    bool
}

// Stats looks at all queues, in two round trips.
func (q *Queue) Stats(ctx context.Context) ([]QueueStats, error) {
	names := Queues()
	stats, oldest := make([]QueueStats, len(names)), make([]*redis.StringCmd, len(names))
	counts := make([][]*redis.IntCmd, len(names))
	pipe := q.client.Pipeline()
	for i, name := range names {
		k := keys(name)
		counts[i] = []*redis.IntCmd{
			pipe.LLen(ctx, k.pending()), pipe.LLen(ctx, k.active()), pipe.ZCard(ctx, k.retry()),
			pipe.ZCard(ctx, k.scheduled()), pipe.ZCard(ctx, k.archived()), pipe.Exists(ctx, k.paused()),
		}
		oldest[i] = pipe.LIndex(ctx, k.pending(), -1)
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return nil, err
	}
	for i, name := range names {
		ch, p, _ := Lane(name)
		c := counts[i]
		stats[i] = QueueStats{
			Queue: name, Channel: ch, Priority: p, Pending: c[0].Val(), Active: c[1].Val(), Retry: c[2].Val(),
			Scheduled: c[3].Val(), Archived: c[4].Val(), Paused: c[5].Val() == 1,
		}
	}
	return stats, q.ages(ctx, stats, oldest)
}

// ages asks since when the oldest pending jobs wait.
func (q *Queue) ages(ctx context.Context, stats []QueueStats, oldest []*redis.StringCmd) error {
	pipe := q.client.Pipeline()
	since := make([]*redis.StringCmd, len(stats))
	for i, id := range oldest {
		if id.Val() != "" {
			since[i] = pipe.HGet(ctx, keys(stats[i].Queue).task(id.Val()), "pending_since")
		}
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return err
	}
	for i, c := range since {
		if c == nil {
			continue
		}
		if ns, err := strconv.ParseInt(c.Val(), 10, 64); err == nil {
			stats[i].Oldest = max(0, time.Since(time.Unix(0, ns)))
		}
	}
	return nil
}
