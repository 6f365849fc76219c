package streams

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"
)

// isStreams says whether an error is about a stream or its group, not about the server or
// the line to it.
func isStreams(err error) bool {
	if _, ok := errors.AsType[redis.Error](err); !ok {
		return false
	}
	for _, sign := range []string{"NOGROUP", "UNBLOCKED", "WRONGTYPE", "no such key"} {
		if strings.Contains(err.Error(), sign) {
			return true
		}
	}
	return false
}

// repair looks at each stream alone after a read of all of them was refused, because the
// refusal seldom says which one it is about. It says whether it changed anything.
func (r *Reader) repair(ctx context.Context) bool {
	cmds := make([]*redis.XInfoGroupsCmd, len(r.streams))
	pipe := r.src.Client.Pipeline()
	for i, s := range r.streams {
		cmds[i] = pipe.XInfoGroups(ctx, s)
	}
	_, _ = pipe.Exec(ctx) // each command keeps its own error
	var kept []string
	changed := false
	for i, s := range r.streams {
		readable, mended := r.mend(ctx, s, cmds[i])
		changed = changed || mended
		if readable {
			kept = append(kept, s)
		} else {
			delete(r.resume, s)
		}
	}
	r.streams = kept
	return changed
}

// mend makes a lost group again, at the beginning: what was sent stays sent. A key that is
// no stream any more, or gone, is left out until discovery finds a stream there.
func (r *Reader) mend(ctx context.Context, stream string, groups *redis.XInfoGroupsCmd) (readable, changed bool) {
	err := groups.Err()
	if err != nil && !isStreams(err) {
		return true, false // the server's trouble, not the stream's
	}
	if err == nil {
		if slices.ContainsFunc(groups.Val(), func(g redis.XInfoGroup) bool { return g.Name == r.cfg.Group }) {
			return true, false
		}
		err = r.src.Client.XGroupCreate(ctx, stream, r.cfg.Group, "0").Err()
		if err == nil || redis.HasErrorPrefix(err, "BUSYGROUP") {
			r.log.Warn().Str("stream", stream).Msg("Consumer group was gone: made again at the beginning")
			return true, true
		}
	}
	r.log.Warn().Str("stream", stream).Err(err).Msg("Stream left out: it can't be read")
	return false, true
}
