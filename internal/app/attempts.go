package app

import (
	"context"
	"sync"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

// attempts knows which deliveries are being attempted, so that a worker that stands still is
// seen: the queue stops waiting for an attempt after half a minute, but its goroutine may
// hang for ever.
type attempts struct {
	mu      sync.Mutex
	running map[*attempt]bool
}

// attempt is one at a delivery. While it hangs, the queue makes others at the same one.
type attempt struct {
	delivery string
	since    time.Time
}

func newAttempts() *attempts { return &attempts{running: map[*attempt]bool{}} }

type deliver func(context.Context, notify.Delivery, notify.Attempt) notify.Decision

// watched is a handler whose attempts are known.
func (a *attempts) watched(next deliver) deliver {
	return func(ctx context.Context, d notify.Delivery, n notify.Attempt) notify.Decision {
		one := &attempt{d.ID, time.Now()}
		a.mu.Lock()
		a.running[one] = true
		a.mu.Unlock()
		defer func() {
			a.mu.Lock()
			delete(a.running, one)
			a.mu.Unlock()
		}()
		return next(ctx, d, n)
	}
}

// stuck is a delivery whose attempt has run longer than limit; empty where none has.
func (a *attempts) stuck(limit time.Duration) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	for one := range a.running {
		if time.Since(one.since) > limit {
			return one.delivery
		}
	}
	return ""
}
