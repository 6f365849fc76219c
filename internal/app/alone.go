package app

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/rediskeys"
)

// lease is how long a pod that stopped renewing keeps the others waiting.
const lease = 30 * time.Second

// renewScript prolongs a lock that is still ours.
//
//	KEYS[1] -> the lock
//	ARGV[1] -> our token
//	ARGV[2] -> lease, ms
//
// Output: 1 if it is ours.
var renewScript = redis.NewScript(`
if redis.call("GET", KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call("PEXPIRE", KEYS[1], ARGV[2])
`)

// alone runs something on one pod at a time: the others wait for the lock.
func (a *App) alone(name string, run func(context.Context)) func(context.Context) error {
	key, token := rediskeys.Lock(name), rand.Text()
	return func(ctx context.Context) error {
		tick := time.NewTicker(lease / 3)
		defer tick.Stop()
		for {
			if a.redis.SetNX(ctx, key, token, lease).Val() {
				a.hold(ctx, key, token, run)
			}
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
		}
	}
}

// hold runs while the lock is ours, and gives it back.
func (a *App) hold(ctx context.Context, key, token string, run func(context.Context)) {
	mine, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); run(mine) }()
	tick := time.NewTicker(lease / 3)
	defer tick.Stop()
	for ours := true; ours && mine.Err() == nil; {
		select {
		case <-ctx.Done():
			ours = false
		case <-tick.C:
			n, err := renewScript.Run(ctx, a.redis, []string{key}, token, lease.Milliseconds()).Int()
			ours = err == nil && n == 1
		}
	}
	cancel()
	<-done
	release := context.WithoutCancel(ctx)
	_, _ = renewScript.Run(release, a.redis, []string{key}, token, 1).Result() // else it ends with its lease
}
