package streams

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

// fetchApart reads a Cluster: one read a slot, all in one round trip a node, none of which
// waits. If some nodes don't answer, their streams are left alone for a while and the
// others go on; it is an error only if nobody answers, or if a stream needs mending.
func (r *Reader) fetchApart(ctx context.Context, groups [][]string, from func(string) string, count int) ([]redis.XStream, error) {
	pipe := r.src.Client.Pipeline()
	cmds := make([]*redis.XStreamSliceCmd, len(groups))
	for i, g := range groups {
		cmds[i] = pipe.XReadGroup(ctx, r.args(g, from, count, noBlock))
	}
	_, _ = pipe.Exec(ctx) // each command keeps its own error
	var replies []redis.XStream
	var missing []string
	var failure, mend error
	for i, cmd := range cmds {
		replies = append(replies, cmd.Val()...)
		err := r.tried("XREADGROUP", cmd.Err())
		switch {
		case err == nil:
		case isStreams(err):
			mend = err
		default:
			failure = err
			missing = append(missing, groups[i]...)
		}
	}
	if failure == nil && len(r.away) == 0 {
		r.lonely.reset()
	}
	if failure == nil || len(missing) == len(slices.Concat(groups...)) {
		return replies, first(mend, failure)
	}
	r.lose(ctx, missing, failure)
	return replies, mend
}

// lose leaves streams alone whose node does not answer. When they are read again, what we
// hold of them comes first.
func (r *Reader) lose(ctx context.Context, streams []string, err error) {
	wait := r.lonely.take()
	r.askAround(ctx)
	for _, s := range streams {
		r.away[s] = time.Now().Add(wait)
		r.resume[s] = "0"
	}
	r.obs.ReadError(r.src.Name)
	r.status.noted(err)
	r.log.Error().Err(err).Strs("streams", streams[:min(len(streams), 10)]).Dur("retry_in", wait).Msg("Failed to read some streams")
}

// reachable are the streams that may be read now.
func (r *Reader) reachable() []string {
	if len(r.away) == 0 {
		return r.streams
	}
	return slices.DeleteFunc(slices.Clone(r.streams), func(s string) bool {
		_, held := r.resume[s]
		return held || r.isAway(s)
	})
}

// resumable are the streams whose own pending entries may be read now.
func (r *Reader) resumable() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(r.resume)), r.isAway)
}

func (r *Reader) isAway(s string) bool {
	until, ok := r.away[s]
	if ok && time.Now().After(until) {
		delete(r.away, s)
		return false
	}
	return ok
}

// askAround makes a Cluster's client learn who serves which slots now. By itself it keeps
// to a dead master for ten seconds and more.
func (r *Reader) askAround(ctx context.Context) {
	if c, ok := r.src.Client.(*redis.ClusterClient); ok {
		c.ReloadState(ctx)
	}
}
