package streams

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// removeScript removes a consumer that holds nothing. Removing one that holds entries
// would lose them: nobody could claim them any more.
//
// KEYS[1] -> stream
// ARGV[1] -> group
// ARGV[2] -> consumer
// Output: 1 if it was removed, else 0
var removeScript = redis.NewScript(`
if #redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2]) > 0 then
  return 0
end
redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
return 1
`)

// cleanConsumers removes the consumers of vanished pods: idle for Config.ConsumerIdle and
// holding nothing. One that lives after all comes back with its next entry.
func (r *Reader) cleanConsumers(ctx context.Context, names []string) {
	cmds := make([]*redis.XInfoConsumersCmd, len(names))
	pipe := r.src.Client.Pipeline()
	for i, n := range names {
		cmds[i] = pipe.XInfoConsumers(ctx, n, r.cfg.Group)
	}
	_, _ = pipe.Exec(ctx) // each command keeps its own error
	for i, cmd := range cmds {
		for _, c := range cmd.Val() {
			if c.Name != r.cfg.Consumer && c.Pending == 0 && c.Idle >= r.cfg.ConsumerIdle {
				r.removeConsumer(ctx, names[i], c.Name)
			}
		}
	}
}

func (r *Reader) removeConsumer(ctx context.Context, stream, consumer string) {
	removed, err := removeScript.Run(ctx, r.src.Client, []string{stream}, r.cfg.Group, consumer).Int()
	if err != nil || removed == 0 {
		return // it took something just now, or the server is away: next time
	}
	r.log.Info().Str("stream", stream).Str("consumer", consumer).Msg("Removed an idle consumer that held nothing")
}
