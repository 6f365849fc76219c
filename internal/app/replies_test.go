package app

import (
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/ledger"
)

// TestTheEventsTimeIsKnownFromItsStory: so that an arrival can be measured from it.
func TestTheEventsTimeIsKnownFromItsStory(t *testing.T) {
	accepted := time.UnixMilli(1764000002500)
	if got := happened(ledger.Entry{ID: "1764000002500-3", Latency: 2500 * time.Millisecond}); !got.Equal(accepted.Add(-2500 * time.Millisecond)) {
		t.Errorf("got %s", got)
	}
	if got := happened(ledger.Entry{ID: "1764000002500-3"}); !got.IsZero() {
		t.Errorf("nobody knows when it was, got %s", got)
	}
}
