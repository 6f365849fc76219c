package telemetry

import (
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/vondi-global/notifications/internal/notify"
)

// unknown is the label of a type that the catalogue doesn't have: what producers invent
// must not become labels.
const unknown = "unknown"

// Metrics counts what happens. It is safe for concurrent use.
type Metrics struct {
	types map[string]bool

	published  *prometheus.CounterVec
	consumed   *prometheus.CounterVec
	processing *prometheus.HistogramVec
	lost       *prometheus.CounterVec
	readErrors *prometheus.CounterVec
	outcomes   *prometheus.CounterVec
	postponed  *prometheus.CounterVec
	sending    *prometheus.HistogramVec
	endToEnd   *prometheus.HistogramVec
	arrival    *prometheus.HistogramVec
	fallbacks  *prometheus.CounterVec
	reloads    *prometheus.CounterVec
	reconfigs  *prometheus.CounterVec
	restart    prometheus.Gauge
	links      *prometheus.CounterVec
	breaker    *prometheus.GaugeVec
	audit      *prometheus.GaugeVec
}

// seconds has an edge at each threshold that an alert asks for: 1 s (passport 13.2), 10 s
// (the latency objective).
func seconds() []float64 {
	return []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300}
}

// kind is whether a histogram has native buckets as well, for a Prometheus that takes them.
type kind bool

const (
	native  kind = true
	classic kind = false
)

// fewer are the edges of a histogram that every stream and type has for itself: each edge is
// a line of the page for each of them.
func fewer() []float64 { return []float64{.01, .1, 1, 5} }

// NewMetrics registers the metrics. types are the catalogue's names.
func NewMetrics(reg prometheus.Registerer, types []string) *Metrics {
	m := &Metrics{types: map[string]bool{}}
	for _, t := range types {
		m.types[t] = true
	}
	m.published = counter(reg, "events_published_total", "Events published to a stream.", "stream", "event_type")
	m.consumed = counter(reg, "events_consumed_total", "Events consumed from a stream, by what became of them.", "stream", "event_type", "status")
	m.processing = histogram(reg, "event_processing_duration_seconds", "From an entry's reading to its acknowledgement.", fewer(), classic, "stream", "event_type")
	m.lost = counter(reg, "stream_entries_lost_total", "Entries that were trimmed or deleted before they were read.", "stream")
	m.readErrors = counter(reg, "stream_errors_total", "Failed reads of a source.", "source")
	m.outcomes = counter(reg, "notifications_total", "Deliveries by what became of them.", "channel", "provider", "outcome", "reason")
	m.postponed = counter(reg, "notifications_postponed_total", "Times that a delivery was put back without an attempt, by what held it.", "channel", "reason")
	m.sending = histogram(reg, "notification_attempt_duration_seconds", "From a claim to its recorded outcome.", seconds(), native, "channel")
	m.endToEnd = histogram(reg, "notification_end_to_end_seconds", "From the event's own time to the provider's acceptance.", seconds(), native, "channel", "priority")
	m.arrival = histogram(reg, "notification_arrival_seconds", "From the event's own time to the provider's report that the message has arrived.", seconds(), native, "channel", "priority")
	m.fallbacks = counter(reg, "locale_fallbacks_total", "Messages that came out in another language than planned.", "locale")
	m.reloads = counter(reg, "templates_reload_total", "Reloads of templates and locales.", "result")
	m.links = counter(reg, "telegram_links_total", "Links to the bot that were opened, by what came of it.", "result")
	m.reconfigs = counter(reg, "config_reload_total", "Reloads of the configuration.", "result")
	m.restart = prometheus.NewGauge(prometheus.GaugeOpts{Name: "config_restart_needed", Help: "Settings that have changed and need a restart to hold."})
	reg.MustRegister(m.restart)
	m.breaker = gauge(reg, "circuit_breaker_open", "1 while a provider's breaker is open, 0.5 while it tries.", "provider")
	m.audit = gauge(reg, "audit_deliveries", "Deliveries planned in the last hours, by what became of them; on the pod that took the account.", "state")
	m.begin()
	return m
}

// begin gives every known series its zero, so that rate() sees the first event.
func (m *Metrics) begin() {
	for _, ch := range notify.Channels() {
		for _, s := range []notify.Status{notify.Sent, notify.Failed} {
			m.outcomes.WithLabelValues(string(ch), "", string(s), "")
		}
	}
	for _, r := range []string{"ok", "refused"} {
		m.reloads.WithLabelValues(r)
		m.reconfigs.WithLabelValues(r)
	}
	for _, r := range []string{"linked", "used", "expired", "forged", "unknown"} {
		m.links.WithLabelValues(r)
	}
}

func counter(reg prometheus.Registerer, name, help string, labels ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	reg.MustRegister(c)
	return c
}

func gauge(reg prometheus.Registerer, name, help string, labels ...string) *prometheus.GaugeVec {
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
	reg.MustRegister(g)
	return g
}

func histogram(reg prometheus.Registerer, name, help string, edges []float64, k kind, labels ...string) *prometheus.HistogramVec {
	o := prometheus.HistogramOpts{Name: name, Help: help, Buckets: edges}
	if k == native {
		o.NativeHistogramBucketFactor, o.NativeHistogramMaxBucketNumber, o.NativeHistogramMinResetDuration = 1.1, 100, time.Hour
	}
	h := prometheus.NewHistogramVec(o, labels)
	reg.MustRegister(h)
	return h
}

// typeLabel keeps the label bounded.
func (m *Metrics) typeLabel(t string) string {
	if m.types[t] {
		return t
	}
	return unknown
}

// Published counts an event that we published.
func (m *Metrics) Published(stream, eventType string) {
	m.published.WithLabelValues(stream, m.typeLabel(eventType)).Inc()
}

// Consumed counts an entry by its status: "ok", "dead" or "error".
func (m *Metrics) Consumed(stream, eventType, status string, took time.Duration) {
	t := m.typeLabel(eventType)
	m.consumed.WithLabelValues(stream, t, status).Inc()
	m.processing.WithLabelValues(stream, t).Observe(took.Seconds())
}

// Lost counts entries that went before they were read.
func (m *Metrics) Lost(stream string, n int64) { m.lost.WithLabelValues(stream).Add(float64(n)) }

// Linked counts a link to the bot that somebody opened.
func (m *Metrics) Linked(result string) { m.links.WithLabelValues(result).Inc() }

// ReadError counts a failed read.
func (m *Metrics) ReadError(source string) { m.readErrors.WithLabelValues(source).Inc() }

// Outcome counts what became of an attempt.
func (m *Metrics) Outcome(o notify.Outcome, took time.Duration) {
	ch := string(o.Delivery.Channel)
	m.outcomes.WithLabelValues(ch, o.Provider, string(o.Status), reason(o)).Inc()
	if took > 0 {
		m.sending.WithLabelValues(ch).Observe(took.Seconds())
	}
	switch o.Status {
	case notify.Sent:
		observe(m.endToEnd.WithLabelValues(ch, string(o.Delivery.Priority)), o.Latency(), o.Delivery.Event)
	case notify.DeliveredState:
		if o.Delivery.Event.Time.IsZero() {
			return // nobody knows how long it took
		}
		observe(m.arrival.WithLabelValues(ch, string(o.Delivery.Priority)), o.Latency(), o.Delivery.Event)
	default: // nothing has come to anybody
	}
}

// observe leaves the trace as an exemplar where it is sampled: from a slow bar of the
// histogram one gets to a message that stands in it.
func observe(to prometheus.Observer, took time.Duration, e notify.Event) {
	if x, ok := to.(prometheus.ExemplarObserver); ok && e.Sampled() {
		x.ObserveWithExemplar(took.Seconds(), prometheus.Labels{"trace_id": e.TraceID()})
		return
	}
	to.Observe(took.Seconds())
}

// reason is a label only where it is one of our own words.
func reason(o notify.Outcome) string {
	faults := notify.Faults()
	known := slices.Contains(notify.Reasons(), o.Reason) ||
		slices.ContainsFunc(faults, func(f notify.Fault) bool { return f.String() == o.Reason })
	if o.Reason == "" || known {
		return o.Reason
	}
	return "other"
}

// Postponed counts a delivery that was put back: by a hold, a breaker, a provider's pace.
func (m *Metrics) Postponed(ch notify.Channel, why string) {
	if !slices.Contains([]string{"hold", "breaker_open", "misconfigured", "pace", "provider_pause", "pace_unavailable", "holds_unavailable", "in_flight"}, why) {
		why = "other"
	}
	m.postponed.WithLabelValues(string(ch), why).Inc()
}

// FellBack counts a message that came out in another language.
func (m *Metrics) FellBack(locale string) { m.fallbacks.WithLabelValues(locale).Inc() }

// Reloaded counts a reload of templates and locales.
func (m *Metrics) Reloaded(taken bool) {
	m.reloads.WithLabelValues(result(taken)).Inc()
}

// Reconfigured counts a reload of the configuration.
func (m *Metrics) Reconfigured(taken bool) { m.reconfigs.WithLabelValues(result(taken)).Inc() }

// NeedRestart shows how many changed settings wait for a restart.
func (m *Metrics) NeedRestart(settings int) { m.restart.Set(float64(settings)) }

func result(taken bool) string {
	if taken {
		return "ok"
	}
	return "refused"
}

// Breaker shows how far a provider's breaker is open: 0 closed, 0.5 trying, 1 open.
func (m *Metrics) Breaker(provider string, open float64) {
	m.breaker.WithLabelValues(provider).Set(open)
}

// Audited shows the account of the last hours: how many deliveries are sent, skipped, dead,
// in flight and unaccounted for.
func (m *Metrics) Audited(deliveries map[string]int) {
	for state, n := range deliveries {
		m.audit.WithLabelValues(state).Set(float64(n))
	}
}
