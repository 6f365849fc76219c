package app

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/admin"
	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/telemetry"
)

func newRegistry() *prometheus.Registry {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	v := ReadVersion()
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "notifyd_build_info", Help: "What this daemon was built from.",
		ConstLabels: prometheus.Labels{"version": v.Version, "commit": v.Commit, "go": v.Go},
	})
	info.Set(1)
	reg.MustRegister(info)
	return reg
}

// buildPages gives the admin server its pages.
func (a *App) buildPages() error {
	a.gauges().Register(a.registry)
	a.admin.HealthPages(probe{a})
	a.admin.Open("GET /metrics", telemetry.Page(a.registry))
	a.admin.Open("GET /version", admin.JSON(func() any { return ReadVersion() }))
	a.admin.Guarded("GET /config", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		cfg := a.inForce()
		_ = config.Write(w, &cfg)
	}))
	a.admin.Profiler()
	options, err := a.redisOptions()
	if err != nil {
		return err
	}
	stop := a.admin.Queues(func() redis.UniversalClient { return options.New() }, a.cfg.Admin.Writable)
	a.onStopClose("asynqmon", stop)
	return nil
}
