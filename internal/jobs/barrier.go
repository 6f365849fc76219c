package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

// barrierWait is how long replicas may take. A healthy one needs a round trip.
const barrierWait = 200 * time.Millisecond

// Barrier makes sure that replicas have what was written so far, before an entry is
// acknowledged on its source: a failover then loses no job that we believe to be there.
type Barrier struct {
	client   redis.UniversalClient
	replicas int
}

// NewBarrier waits for so many replicas.
func NewBarrier(client redis.UniversalClient, replicas int) *Barrier {
	return &Barrier{client, replicas}
}

// Wait returns nil when the replicas have everything. WAIT answers for the writes of its own
// connection, and ours were made on others: a write before it, in the same breath on the same
// connection, comes after them all. (Up to Redis 7.0 a PING did; since then only a write does.)
func (b *Barrier) Wait(ctx context.Context) error {
	p := b.client.Pipeline()
	p.Set(ctx, rediskeys.Barrier, "", 0)
	n := p.Do(ctx, "WAIT", b.replicas, barrierWait.Milliseconds())
	if _, err := p.Exec(ctx); err != nil {
		return fmt.Errorf("barrier: %w", err)
	}
	if got, err := n.Int(); err != nil || got < b.replicas {
		return fmt.Errorf("barrier: %d of %d replicas have confirmed: %w", got, b.replicas, notify.ErrUnavailable)
	}
	return nil
}
