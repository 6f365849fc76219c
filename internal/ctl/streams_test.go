package ctl

import (
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/redistest"
)

// TestTrimLeavesWhatIsNeeded trims a stream that is longer than a node, whose group is
// somewhere inside.
func TestTrimLeavesWhatIsNeeded(t *testing.T) {
	server := redistest.Start(t)
	client := server.Client()
	ctx := t.Context()
	const stream, length, read, held = "pvz.events", 450, 300, 120
	for range length {
		if err := client.XAdd(ctx, &redis.XAddArgs{Stream: stream, Values: []string{"type", "x"}}).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if err := client.XGroupCreate(ctx, stream, ourGroup(), "0").Err(); err != nil {
		t.Fatal(err)
	}
	got, err := client.XReadGroup(ctx, &redis.XReadGroupArgs{Group: ourGroup(), Consumer: "c", Streams: []string{stream, ">"}, Count: read}).Result()
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range got[0].Messages {
		if i != held {
			client.XAck(ctx, stream, ourGroup(), m.ID)
		}
	}
	environ := []string{"HOME=" + t.TempDir(), "VONDINOTIFY_REDIS_URL=" + server.URL(), "VONDINOTIFY_SOURCES=market=" + server.URL()}
	trim := func(keep string, want int64) {
		t.Helper()
		if code, _, errs := call(t, environ, "", "streams", "trim", stream, "--keep", keep, "--yes"); code != exitDone {
			t.Fatal(errs)
		}
		if n := client.XLen(ctx, stream).Val(); n != want {
			t.Errorf("--keep %s left %d entries, want %d", keep, n, want)
		}
	}
	trim("440", 440)
	trim("10", length-held) // the pending entry and all behind it
	client.XAck(ctx, stream, ourGroup(), got[0].Messages[held].ID)
	trim("10", length-read+1) // the last one that was read, and all behind it
}
