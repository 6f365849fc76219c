package app

import (
	"context"
	"testing"

	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/ledger"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/pipeline"
	"github.com/vondi-global/notifications/internal/redistest"
)

// TestABroadcastEndsWithItsEvent: else it would come again every few seconds, for days.
func TestABroadcastEndsWithItsEvent(t *testing.T) {
	srv := redistest.Start(t)
	a := &App{lifecycle: lifecycle{log: zerolog.Nop()}}
	page := a.paged((&pipeline.Broadcaster{Events: ledger.New(srv.Client(), ledger.Defaults(), nil)}).Page)
	if next, err := page(t.Context(), notify.Broadcast{ID: "b1", Event: notify.Event{ID: "gone"}}, "user 7"); next != "" || err != nil {
		t.Errorf("got %q, %v", next, err)
	}
	away, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := page(away, notify.Broadcast{ID: "b1", Event: notify.Event{ID: "gone"}}, "user 7"); err == nil {
		t.Error("a Redis that is away ended it")
	}
}
