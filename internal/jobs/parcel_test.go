package jobs

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redistest"
)

// TestParcelsAreWhatAsynqItselfWouldEnqueue holds all that is in Redis afterwards, byte by
// byte, against what asynq's client makes of the same deliveries.
func TestParcelsAreWhatAsynqItselfWouldEnqueue(t *testing.T) {
	var batch []notify.Delivery
	for _, ch := range notify.Channels() {
		for _, p := range notify.Priorities() {
			batch = append(batch, deliveries(3, ch, p)...)
		}
	}
	for i := range batch {
		batch[i].ID += "." + QueueName(batch[i].Channel, batch[i].Priority)
		batch[i].Note = string(make([]byte, 200)) // lengths of two bytes
	}
	stored := func(parcelled bool) map[string]any {
		s := redistest.Start(t)
		cfg := quick()
		cfg.Retention, cfg.AtOnce = time.Hour, 2
		q := NewQueue(s.Client(), cfg)
		q.parcelled = parcelled
		must(t, q.Enqueue(t.Context(), batch))
		return everything(t, s)
	}
	if diff := cmp.Diff(stored(false), stored(true)); diff != "" {
		t.Errorf("asynq's client (-), parcels (+):\n%s", diff)
	}
}

// everything is all keys of a server; tasks in their pending lists stand in any order, and
// the time of their enqueueing differs.
func everything(t *testing.T, s *redistest.Server) map[string]any {
	t.Helper()
	all, c := map[string]any{}, s.Client()
	for _, key := range c.Keys(t.Context(), "*").Val() {
		switch c.Type(t.Context(), key).Val() {
		case "hash":
			h := c.HGetAll(t.Context(), key).Val()
			delete(h, "pending_since")
			all[key] = h
		case "list":
			all[key] = c.LLen(t.Context(), key).Val()
		case "set":
			all[key] = c.SMembersMap(t.Context(), key).Val()
		default:
			t.Fatalf("what is %s?", key)
		}
	}
	return all
}
