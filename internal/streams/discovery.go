package streams

import (
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// scanCount is how many keys the server looks at before it answers: enough to be quick,
// few enough not to be noticed by others.
const scanCount = 1000

// discoverForever looks for streams at once and then every Config.Discover, give or take
// a fifth: many readers should not scan in step.
func (r *Reader) discoverForever(ctx context.Context) {
	known := map[string]bool{}
	start := r.cfg.Start
	retry := backoff{base: r.cfg.Backoff, most: r.cfg.Discover}
	for ctx.Err() == nil {
		streams, err := r.scan(ctx)
		if err != nil && len(streams) == 0 {
			r.log.Debug().Err(err).Msg("Failed to look for streams")
			pause(ctx, retry.take())
			continue
		}
		if err != nil { // a part of a Cluster is away: what we know of it stays known
			streams = slices.AppendSeq(streams, maps.Keys(known))
		}
		retry.reset()
		known = r.join(ctx, streams, known, start)
		start = "0" // a stream that appears later is read from its beginning
		r.announce(known)
		pause(ctx, time.Duration(float64(r.cfg.Discover)*(0.8+0.4*rand.Float64())))
	}
}

// scan walks the keys once and picks the streams' names here: a walk for each pattern
// would cost the server as much again. Of a Cluster it may return names and an error.
func (r *Reader) scan(ctx context.Context) ([]string, error) {
	cluster, ok := r.src.Client.(*redis.ClusterClient)
	if !ok {
		return r.scanNode(ctx, r.src.Client)
	}
	var mu sync.Mutex
	var all []string
	err := cluster.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error {
		found, err := r.scanNode(ctx, node)
		mu.Lock()
		defer mu.Unlock()
		all = append(all, found...)
		return err
	})
	return all, err
}

func (r *Reader) scanNode(ctx context.Context, node redis.Cmdable) ([]string, error) {
	var found []string
	var cursor uint64
	for {
		keys, next, err := node.ScanType(ctx, cursor, "", scanCount, "stream").Result()
		if err != nil {
			return nil, r.tried("SCAN", err)
		}
		for _, k := range keys {
			if r.cfg.wanted(k) {
				found = append(found, k)
			}
		}
		if cursor = next; cursor == 0 {
			return found, nil
		}
	}
}

// join makes the group on streams that are new to us and returns those that it could join.
func (r *Reader) join(ctx context.Context, streams []string, known map[string]bool, start string) map[string]bool {
	joined := make(map[string]bool, len(streams))
	cmds := map[string]*redis.StatusCmd{}
	pipe := r.src.Client.Pipeline()
	for _, s := range streams {
		if known[s] {
			joined[s] = true
		} else if cmds[s] == nil { // SCAN may name a key twice
			cmds[s] = pipe.XGroupCreate(ctx, s, r.cfg.Group, start)
		}
	}
	if len(cmds) > 0 {
		_, _ = pipe.Exec(ctx) // each command keeps its own error
	}
	for s, cmd := range cmds {
		if err := cmd.Err(); err == nil || redis.HasErrorPrefix(err, "BUSYGROUP") {
			joined[s] = true
			r.log.Info().Str("stream", s).Bool("new_group", err == nil).Msg("Stream found")
			if err == nil {
				r.beginCounting(ctx, s)
			}
		} else {
			r.log.Warn().Str("stream", s).Err(err).Msg("Stream can't be joined")
		}
	}
	return joined
}

// announce gives the reading goroutine the latest list, in place of one that it has not
// taken yet.
func (r *Reader) announce(known map[string]bool) {
	list := slices.Sorted(maps.Keys(known))
	r.status.follows(list)
	select {
	case <-r.found:
	default:
	}
	r.found <- list // room for one, and nobody else writes
}
