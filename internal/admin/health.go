package admin

import (
	"context"
	"net/http"
	"time"
)

// Health is the answer of /health, as the passport's section 13.5 has it.
type Health struct {
	Status    string              `json:"status"` // healthy, degraded, unhealthy
	Redis     map[string]string   `json:"redis"`  // "wms_events": "connected", else what is wrong
	Consumers map[string]Consumer `json:"consumers"`
	Channels  map[string]string   `json:"channels"`           // "email": "on", "off"
	Problems  []string            `json:"problems,omitempty"` // of servers that answer, with what to do
}

// Consumer is a consumer group over all its streams.
type Consumer struct {
	Status     string `json:"status"` // running, waiting
	Streams    int    `json:"streams"`
	Pending    int64  `json:"pending"`
	LagSeconds int64  `json:"lag_seconds"` // age of the oldest entry that was not read
}

// Statuses of [Health].
const (
	Healthy   = "healthy"
	Degraded  = "degraded"  // some source is away: the others go on
	Unhealthy = "unhealthy" // the Notifications Redis is away: nothing can be done
)

// Probe is what the health pages ask.
type Probe interface {
	// Health describes everything.
	Health(ctx context.Context) Health
	// Live fails only when a restart would help: somebody stands still while there is work.
	// A Redis that is away never fails it.
	Live() error
	// Ready fails, with what it waits for, until work can be done, and once the stop begins.
	Ready(ctx context.Context) error
}

// probeTimeout is shorter than the kubelet's, so that an answer comes rather than a hang.
const probeTimeout = 3 * time.Second

// HealthPages serves /health, /livez, /readyz and /startupz.
func (s *Server) HealthPages(p Probe) {
	s.Open("GET /health", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), probeTimeout)
		defer cancel()
		h := p.Health(ctx)
		status := http.StatusOK
		if h.Status == Unhealthy {
			status = http.StatusServiceUnavailable
		}
		writeJSON(w, status, h)
	}))
	s.Open("GET /livez", answer(func(context.Context) error { return p.Live() }))
	s.Open("GET /readyz", answer(p.Ready))
	s.Open("GET /startupz", answer(p.Ready))
}

// answer turns an error into a 503 that says it. The errors are ours and carry no secrets.
func answer(check func(context.Context) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), probeTimeout)
		defer cancel()
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		if err := check(ctx); err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = w.Write([]byte(err.Error() + "\n"))
			return
		}
		_, _ = w.Write([]byte("ok\n"))
	})
}

// JSON serves a value that is computed at each request, such as the version.
func JSON(value func() any) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, value())
	})
}
