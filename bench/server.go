package main

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/redistest"
)

// server is the run's redis-server, or Cluster.
type server struct {
	url    string
	seed   string // the same with one host: lists of sources are separated by commas
	addr   string // "" for a Cluster
	client redis.UniversalClient
}

// startServer runs a redis-server with an append-only file, as production has it. Only its
// rewriting is off: it would fall on one contestant and not on another.
func startServer(o *owner) server {
	s := redistest.Start(o, "--auto-aof-rewrite-percentage", "0")
	return server{url: s.URL(), seed: s.URL(), addr: s.Addr, client: s.Client()}
}

func startCluster(o *owner) server {
	c := redistest.StartCluster(o, 0, "--auto-aof-rewrite-percentage", "0")
	return server{url: c.URL(), seed: "redis-cluster://" + c.Addrs[0], client: c.Client()}
}

// empty forgets everything.
func (s server) empty(ctx context.Context) error {
	if c, ok := s.client.(*redis.ClusterClient); ok {
		return c.ForEachMaster(ctx, func(ctx context.Context, m *redis.Client) error { return m.FlushAll(ctx).Err() })
	}
	return s.client.FlushAll(ctx).Err()
}

// memory is what the server's data needs, in bytes.
func (s server) memory(ctx context.Context) float64 {
	return info(s.client.Info(ctx, "memory").Val(), "used_memory:")
}

// cpu is the CPU time that the server has used; its own clock is finer than /proc's.
func (s server) cpu(ctx context.Context) time.Duration {
	if c, ok := s.client.(*redis.ClusterClient); ok {
		var total atomic.Int64
		_ = c.ForEachMaster(ctx, func(ctx context.Context, m *redis.Client) error {
			total.Add(int64(server{client: m}.cpu(ctx)))
			return nil
		})
		return time.Duration(total.Load())
	}
	text := s.client.Info(ctx, "cpu").Val()
	return time.Duration((info(text, "used_cpu_sys:") + info(text, "used_cpu_user:")) * float64(time.Second))
}

func info(text, field string) (v float64) {
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, field); ok {
			_, _ = fmt.Sscanf(rest, "%f", &v)
		}
	}
	return v
}

// commands is how many commands the server has run, those inside scripts included.
func (s server) commands(ctx context.Context) (total float64) {
	for line := range strings.Lines(s.client.Info(ctx, "commandstats").Val()) {
		name, rest, ok := strings.Cut(line, ":calls=")
		if !ok || name == "cmdstat_info" {
			continue
		}
		var calls float64
		_, _ = fmt.Sscanf(rest, "%f", &calls)
		total += calls
	}
	return total
}
