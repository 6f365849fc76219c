// Package embedded is a Redis inside the process, for dev mode on a machine that has none.
// It is miniredis with its clock ticking and its XINFO GROUPS put right. It keeps nothing
// when the process ends, and it is slow beside a real server: never for production.
package embedded

import (
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// tick is how often the clock of lives (TTL) moves on. miniredis stands still without it;
// its own ClockTTL walks all keys at every command and is eight times slower.
const tick = 250 * time.Millisecond

// Redis is a running embedded server.
type Redis struct {
	m    *miniredis.Miniredis
	stop chan struct{}
	wg   sync.WaitGroup
}

// Start listens on addr. Inside Kubernetes it refuses: there a queue must outlive a pod.
func Start(addr string) (*Redis, error) {
	if os.Getenv("KUBERNETES_SERVICE_HOST") != "" {
		return nil, fmt.Errorf("the embedded Redis keeps nothing and is not for Kubernetes: set VONDINOTIFY_REDIS_URL and use notifyd run")
	}
	r := &Redis{m: miniredis.NewMiniRedis(), stop: make(chan struct{})}
	if err := r.m.StartAddr(addr); err != nil {
		return nil, fmt.Errorf("embedded Redis on %s: %w", addr, err)
	}
	shim(r.m)
	r.wg.Go(r.clock)
	return r, nil
}

// Addr is where it listens.
func (r *Redis) Addr() string { return r.m.Addr() }

// URL is its address as a redis:// URL.
func (r *Redis) URL() string { return "redis://" + r.Addr() + "/0" }

// Close stops the server and its clock, and waits for both.
func (r *Redis) Close() {
	close(r.stop)
	r.wg.Wait()
	r.m.Close()
}

func (r *Redis) clock() {
	t := time.NewTicker(tick)
	defer t.Stop()
	last := time.Now()
	for {
		select {
		case <-r.stop:
			return
		case now := <-t.C:
			r.m.FastForward(now.Sub(last))
			last = now
		}
	}
}
