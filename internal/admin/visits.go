package admin

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

const (
	visitLasts   = time.Hour // the pages ask every few seconds: a visit is one line, not thousands
	visitorsKept = 1000
)

// visits remembers whose visit stands in the log.
type visits struct {
	mu    sync.Mutex
	now   func() time.Time
	since map[string]time.Time
}

func newVisits(now func() time.Time) *visits {
	return &visits{now: now, since: map[string]time.Time{}}
}

// begins says whether this is the first request of a visit.
func (v *visits) begins(who string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if now := v.now(); now.Sub(v.since[who]) >= visitLasts {
		if len(v.since) >= visitorsKept {
			clear(v.since)
		}
		v.since[who] = now
		return true
	}
	return false
}

// note writes down who looks, and each change that somebody makes.
func (g guard) note(who string, r *http.Request) {
	if changes := r.Method != http.MethodGet && r.Method != http.MethodHead; changes || g.visits.begins(who) {
		g.log.Info().Str("who", masked(who)).Str("method", r.Method).Str("path", notify.Printable(r.URL.Path, 200)).Msg("Somebody is at the operators' pages")
	}
}

// masked hides most of an address; a login of ours is no address.
func masked(who string) string {
	if strings.Contains(who, "@") {
		who = notify.Mask(notify.Email, who)
	}
	return notify.Printable(who, 100)
}
