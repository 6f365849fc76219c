package streams

import (
	"slices"
	"testing"
	"time"
)

// TestBackoff is the passport's section 12.1: from a second, doubling to a minute, reset
// by success.
func TestBackoff(t *testing.T) {
	cfg := Config{}.Defaults()
	b := backoff{base: cfg.Backoff, most: cfg.MaxBackoff}
	var got []time.Duration
	for range 8 {
		got = append(got, b.take()/time.Second)
	}
	if want := []time.Duration{1, 2, 4, 8, 16, 32, 60, 60}; !slices.Equal(got, want) {
		t.Errorf("got %d seconds, want %d", got, want)
	}
	b.reset()
	if d := b.take(); d != time.Second {
		t.Errorf("after a success: %s, want 1 s", d)
	}
}
