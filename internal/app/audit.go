package app

import (
	"context"
	"time"

	"github.com/vondi-global/notifications/internal/ledger"
)

const (
	// auditEvery is how often the account of the last hours is taken.
	auditEvery = 5 * time.Minute
	// auditSpan is how far back: what is older was accounted for before.
	auditSpan = 2 * time.Hour
)

// audit keeps the figure of "notifyctl audit" as a metric: every planned delivery is sent,
// skipped, dead or in flight, or somebody should look. One pod at a time does it.
func (a *App) audit(ctx context.Context) {
	tick := time.NewTicker(auditEvery)
	defer tick.Stop()
	for {
		if t, err := a.account(ctx); err != nil {
			a.log.Warn().Err(err).Msg("The account of the last hours could not be taken")
		} else {
			a.report(t)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (a *App) account(ctx context.Context) (all ledger.Tally, err error) {
	since := time.Now().Add(-auditSpan)
	for cursor := uint64(0); ; {
		t, next, err := a.ledger.Audit(ctx, cursor, since, a.queue)
		if err != nil {
			return all, err
		}
		all.Add(t)
		if cursor = next; cursor == 0 {
			return all, nil
		}
	}
}

func (a *App) report(t ledger.Tally) {
	a.metrics.Audited(map[string]int{
		"sent": t.Sent, "skipped": t.Skipped, "dead": t.Dead, "in_flight": t.InFlight, "unaccounted": len(t.Lost),
	})
	if !t.Holds() {
		a.log.Error().Int("unaccounted", len(t.Lost)).Str("event_id", t.Lost[0].EventID).Msg("Deliveries are unaccounted for: see notifyctl audit")
	}
}
