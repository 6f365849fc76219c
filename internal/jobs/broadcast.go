package jobs

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

const (
	broadcastTimeout = time.Minute
	// broadcastSlice is how long a broadcast is paged through before it makes room for
	// another; it goes on where it was.
	broadcastSlice = 20 * time.Second
	// broadcastPause is the rest of a broadcast that is paused, or that waits for the
	// lanes to be worked off.
	broadcastPause = 2 * time.Second
	// broadcastLife is how long the progress of a broadcast can be seen. While it is, the
	// broadcast is not begun again.
	broadcastLife = 7 * 24 * time.Hour
)

// BroadcastState is how a broadcast fares.
type BroadcastState string

// The states.
const (
	Running   BroadcastState = "running"
	Paused    BroadcastState = "paused"
	Cancelled BroadcastState = "cancelled"
	Finished  BroadcastState = "finished"
)

// Progress is a broadcast with how far it has come.
type Progress struct {
	Broadcast notify.Broadcast // of its event: id and type
	State     BroadcastState
	Pages     int64 // that are planned and enqueued
	Cursor    string
	Started   time.Time
	Updated   time.Time
}

// progress keeps broadcasts in Redis.
type progress struct{ client redis.UniversalClient }

// begin writes a broadcast down unless it is there.
func (p progress) begin(ctx context.Context, b notify.Broadcast) error {
	key, now := rediskeys.Broadcast(b.ID), time.Now().UnixMilli()
	pipe := p.client.Pipeline()
	for field, value := range map[string]any{
		"state": string(Running), "event_id": b.Event.ID, "event_type": b.Event.Type, "role": b.Role,
		"audience": b.Audience, "size": b.Size, "started": now,
	} {
		pipe.HSetNX(ctx, key, field, value)
	}
	pipe.Expire(ctx, key, broadcastLife)
	pipe.ZAddNX(ctx, rediskeys.Broadcasts, redis.Z{Score: float64(now), Member: b.ID})
	pipe.ZRemRangeByScore(ctx, rediskeys.Broadcasts, "-inf", strconv.FormatInt(now-broadcastLife.Milliseconds(), 10))
	_, err := pipe.Exec(ctx)
	return err
}

// where is the state of a broadcast and the cursor of its next page.
func (p progress) where(ctx context.Context, id string) (BroadcastState, string, int64, error) {
	v, err := p.client.HMGet(ctx, rediskeys.Broadcast(id), "state", "cursor", "pages").Result()
	if err != nil {
		return "", "", 0, err
	}
	state, _ := v[0].(string)
	cursor, _ := v[1].(string)
	pages, _ := v[2].(string)
	n, _ := strconv.ParseInt(pages, 10, 64)
	return BroadcastState(state), cursor, n, nil
}

// turn notes that a page is enqueued and where the next begins.
func (p progress) turn(ctx context.Context, id, next string, pages int64) error {
	return p.client.HSet(ctx, rediskeys.Broadcast(id), "cursor", next, "pages", pages, "updated", time.Now().UnixMilli()).Err()
}

func (p progress) set(ctx context.Context, id string, s BroadcastState) error {
	return p.client.HSet(ctx, rediskeys.Broadcast(id), "state", string(s), "updated", time.Now().UnixMilli()).Err()
}

// broadcast pages through an audience for a while. The cursor moves on only when a page is
// enqueued: a crash repeats a page, whose jobs are there already.
func (w *Workers) broadcast(ctx context.Context, t *asynq.Task) error {
	b, err := decodeBroadcast(t.Payload())
	if err != nil {
		id, _ := asynq.GetTaskID(ctx)
		return w.unreadable(id, err)
	}
	for until := time.Now().Add(broadcastSlice); time.Now().Before(until); {
		done, again := w.page(ctx, b)
		if again != nil {
			return again
		}
		if done {
			return nil
		}
	}
	return undone{notify.Decision{Action: notify.Wait, Reason: "slice"}}
}

// page does one page. done says that nothing follows; again, that the job comes back.
func (w *Workers) page(ctx context.Context, b notify.Broadcast) (done bool, again error) {
	state, cursor, pages, err := w.pages.where(ctx, b.ID)
	if err != nil {
		return false, w.pagingFailed(b, err)
	}
	switch {
	case state == Cancelled || state == Finished:
		return true, nil
	case state == Paused || w.crowded(ctx):
		return false, undone{notify.Decision{Action: notify.Wait, After: broadcastPause, Reason: "paused"}}
	}
	next, err := w.handle.Broadcast(ctx, b, cursor)
	if err != nil {
		return false, w.pagingFailed(b, err)
	}
	if err := w.pages.turn(ctx, b.ID, next, pages+1); err != nil {
		return false, w.pagingFailed(b, err)
	}
	if next != "" {
		return false, nil
	}
	if err := w.pages.set(ctx, b.ID, Finished); err != nil {
		return false, w.pagingFailed(b, err)
	}
	return true, nil
}

func (w *Workers) pagingFailed(b notify.Broadcast, err error) error {
	w.log.Warn().Err(err).Str("broadcast", b.ID).Msg("A page of a broadcast could not be enqueued")
	return undone{notify.Decision{Action: notify.Retry, After: pauseAfterAbort, Reason: "page"}}
}

// crowded says whether a lane is so full that a broadcast should wait: what it plans would
// only lie in Redis.
func (w *Workers) crowded(ctx context.Context) bool {
	pipe := w.pages.client.Pipeline()
	var lengths []*redis.IntCmd
	for _, q := range Queues() {
		lengths = append(lengths, pipe.LLen(ctx, keys(q).pending()))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return true
	}
	for _, n := range lengths {
		if n.Val() > w.cfg.Backlog {
			return true
		}
	}
	return false
}

// Broadcasts lists the newest broadcasts first.
func (q *Queue) Broadcasts(ctx context.Context, n int64) ([]Progress, error) {
	ids, err := q.client.ZRevRange(ctx, rediskeys.Broadcasts, 0, n-1).Result()
	if err != nil {
		return nil, err
	}
	pipe := q.client.Pipeline()
	cmds := make([]*redis.MapStringStringCmd, len(ids))
	for i, id := range ids {
		cmds[i] = pipe.HGetAll(ctx, rediskeys.Broadcast(id))
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return nil, err
	}
	all := make([]Progress, len(ids))
	for i, id := range ids {
		all[i] = readProgress(id, cmds[i].Val())
	}
	return all, nil
}

func readProgress(id string, f map[string]string) Progress {
	n := func(name string) int64 { i, _ := strconv.ParseInt(f[name], 10, 64); return i }
	return Progress{
		Broadcast: notify.Broadcast{
			ID: id, Event: notify.Event{ID: f["event_id"], Type: f["event_type"]}, Role: f["role"], Audience: f["audience"], Size: n("size"),
		},
		State: BroadcastState(f["state"]), Pages: n("pages"), Cursor: f["cursor"],
		Started: time.UnixMilli(n("started")), Updated: time.UnixMilli(n("updated")),
	}
}

// SetBroadcast pauses a broadcast, lets it go on, or cancels it: what is enqueued already
// is sent all the same. found is false where there is none of that id.
func (q *Queue) SetBroadcast(ctx context.Context, id string, s BroadcastState) (found bool, err error) {
	state, _, _, err := q.pages.where(ctx, id)
	if err != nil || state == "" {
		return false, err
	}
	if state == Finished || state == Cancelled {
		return true, nil
	}
	return true, q.pages.set(ctx, id, s)
}
