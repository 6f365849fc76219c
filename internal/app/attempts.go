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
	running map[string]time.Time
}

func newAttempts() *attempts { return &attempts{running: map[string]time.Time{}} }

type deliver func(context.Context, notify.Delivery, notify.Attempt) notify.Decision

// watched is a handler whose attempts are known.
func (a *attempts) watched(next deliver) deliver {
	return func(ctx context.Context, d notify.Delivery, n notify.Attempt) notify.Decision {
		a.mu.Lock()
		a.running[d.ID] = time.Now()
		a.mu.Unlock()
		defer func() {
			a.mu.Lock()
			delete(a.running, d.ID)
			a.mu.Unlock()
		}()
		return next(ctx, d, n)
	}
}

// stuck is a delivery whose attempt has run longer than limit; empty where none has.
func (a *attempts) stuck(limit time.Duration) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	for id, since := range a.running {
		if time.Since(since) > limit {
			return id
		}
	}
	return ""
}
