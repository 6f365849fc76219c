package app

import (
	"net/http"
	"strings"
	"testing"

	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/redistest"
)

// TestWhatIsWrongWithARedisIsNamed: by /health, /readyz and notifyd check --connect, with
// what to do.
func TestWhatIsWrongWithARedisIsNamed(t *testing.T) {
	careless := redistest.Start(t, "--maxmemory-policy", "allkeys-lru", "--appendonly", "no")
	locked := redistest.Start(t, "--requirepass", "hunter2")
	a, _ := daemon(t, func(cfg *config.Config) {
		cfg.Redis.URL = secretOf(careless.URL())
		cfg.Sources["locked"] = "redis://:hunter3@" + locked.Addr
	})
	start(t, a)
	body := ""
	await(t, "health names both", func() bool {
		_, body = get(t, "http://"+a.admin.Addr()+"/health")
		return strings.Contains(body, "CONFIG SET maxmemory-policy noeviction") && strings.Contains(body, "wrong user or password")
	})
	if strings.Contains(body, "hunter") {
		t.Errorf("health shows a password:\n%s", body)
	}
	if status, body := get(t, "http://"+a.admin.Addr()+"/readyz"); status != http.StatusOK {
		t.Errorf("it works all the same: %d %s", status, body)
	}
	w, _ := world("VONDINOTIFY_REDIS_URL="+careless.URL(), "VONDINOTIFY_SOURCES=locked=redis://"+locked.Addr)
	err := Check(t.Context(), w, "", true)
	for _, want := range []string{"redis.url: maxmemory-policy is allkeys-lru", "CONFIG SET appendonly yes", "source locked: ", "it wants a password"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("check --connect doesn't say %q:\n%v", want, err)
		}
	}
}
