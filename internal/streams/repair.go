package streams

import (
	"context"
	"errors"
	"slices"

	"github.com/redis/go-redis/v9"
)

// isReply says whether an error is the server's answer, not the line's.
func isReply(err error) bool {
	_, ok := errors.AsType[redis.Error](err)
	return ok && !errors.Is(err, redis.Nil)
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
		case err != nil && !isReply(err):
			return false
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
