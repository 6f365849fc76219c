package app

import (
	"context"
	"sync"
	"time"

	"github.com/vondi-global/notifications/internal/devinbox"
	"github.com/vondi-global/notifications/internal/ledger"
)

// logbook follows the delivery log in dev mode, so that the page knows what every
// message is about.
type logbook struct {
	ledger *ledger.Ledger

	mu   sync.Mutex
	byID map[string]devinbox.About // by provider and its message id
}

func newLogbook(l *ledger.Ledger) *logbook {
	return &logbook{ledger: l, byID: map[string]devinbox.About{}}
}

// run reads the log until ctx ends. A log that can't be read is tried again: the daemon
// itself reports what is wrong with its Redis.
func (b *logbook) run(ctx context.Context) error {
	from := ""
	for ctx.Err() == nil {
		entries, err := b.ledger.Tail(ctx, from, 1000, 500*time.Millisecond)
		if err != nil {
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
			continue
		}
		for _, e := range entries {
			from = e.ID
			b.add(e)
		}
	}
	return nil
}

func (b *logbook) add(e ledger.Entry) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if o := e.Outcome; o.MessageID != "" {
		d := o.Delivery
		b.byID[o.Provider+" "+o.MessageID] = devinbox.About{
			Delivery: d.ID, Event: d.Event.Type, EventID: d.Event.ID, Person: d.To.UserID, Role: d.To.Role, Locale: d.Locale,
		}
	}
}

// About implements [devinbox.Records].
func (b *logbook) About(_ context.Context, provider, messageID string) (devinbox.About, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a, ok := b.byID[provider+" "+messageID]
	return a, ok
}
