package streams

import (
	"context"
	"time"
)

// backoff is the passport's pause after errors (section 12.1): it doubles up to a
// maximum, and a success resets it.
type backoff struct{ base, most, next time.Duration }

func (b *backoff) reset() { b.next = b.base }

func (b *backoff) take() time.Duration {
	d := max(b.next, b.base)
	b.next = min(2*d, b.most)
	return d
}

// pause waits, or less if ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
