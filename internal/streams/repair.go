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
// refusal seldom says which one it is about. A lost group is made again, at the beginning:
// what was sent stays sent. A key that is no stream any more, or gone, is left out until
// discovery finds a stream there. It says whether it changed anything.
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
		switch err := cmds[i].Err(); {
		case err != nil && !isStreams(err):
			r.log.Warn().Str("stream", s).Err(err).Msg("Stream can't be looked at")
		case err != nil:
			changed = true
			delete(r.resume, s)
			r.log.Warn().Str("stream", s).Err(err).Msg("Stream left out: it can't be read")
			continue
		case !slices.ContainsFunc(cmds[i].Val(), func(g redis.XInfoGroup) bool { return g.Name == r.cfg.Group }):
			changed = true
			err := r.src.Client.XGroupCreate(ctx, s, r.cfg.Group, "0").Err()
			r.log.Warn().Str("stream", s).Err(err).Msg("Consumer group was gone: made again at the beginning")
		}
		kept = append(kept, s)
	}
	r.streams = kept
	return changed
}
