package ctl

import (
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/redistest"
)

// TestHomes has events find their source among several.
func TestHomes(t *testing.T) {
	listings, wms := redistest.Start(t), redistest.Start(t)
	there := wms.Client()
	if err := there.XAdd(t.Context(), &redis.XAddArgs{Stream: "pvz.events", Values: []string{"type", "x"}}).Err(); err != nil {
		t.Fatal(err)
	}
	environ := []string{
		"HOME=" + t.TempDir(), "VONDINOTIFY_REDIS_URL=" + listings.URL(),
		"VONDINOTIFY_SOURCES=listings=" + listings.URL() + ",wms=" + wms.URL() + ",orders=" + listings.URL(),
	}
	for _, c := range []struct {
		name string
		args []string
		want string // the source, or what the error says
	}{
		{"named as the stream begins", []string{"order.accepted", "order_id=1"}, "listings"},
		{"has the stream already", []string{"pvz.shift.started", "shift_id=1", "pvz_id=1", "operator_id=1", "operator_name=Ana"}, "wms"},
		{"asked for", []string{"order.accepted", "order_id=1", "--source", "wms"}, "wms"},
		{"another name of the same server", []string{"order.accepted", "order_id=1", "--stream", "orders:events:new"}, "listings"},
		{"nobody's", []string{"user.banned", "user_id=1"}, "no source has auth:events:users yet: say --source listings, orders, wms"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, out, errs := call(t, environ, "", append([]string{"publish", "--dry-run", "-o", "jsonl"}, c.args...)...)
			if !strings.Contains(out, `"source":"`+c.want+`"`) && !strings.Contains(errs, c.want) {
				t.Errorf("%s%s, want %s", out, errs, c.want)
			}
		})
	}
}
