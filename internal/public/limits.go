package public

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// One address may ask this often. Providers report in bursts from few addresses.
const (
	perSecond = 50
	burst     = 200
	addresses = 10_000 // remembered at most; beyond that all are forgotten at once
)

// limits is a rate limit for each address.
type limits struct {
	mu   sync.Mutex
	now  func() time.Time
	byIP map[string]*rate.Limiter
}

func newLimits(now func() time.Time) *limits {
	return &limits{now: now, byIP: map[string]*rate.Limiter{}}
}

func (l *limits) allow(ip string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	lim := l.byIP[ip]
	if lim == nil {
		if len(l.byIP) >= addresses {
			clear(l.byIP)
		}
		lim = rate.NewLimiter(perSecond, burst)
		l.byIP[ip] = lim
	}
	return lim.AllowN(l.now(), 1)
}
