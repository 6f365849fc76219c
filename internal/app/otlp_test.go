package app

import (
	"cmp"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/redis/go-redis/v9"
	collectmetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	collecttraces "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/simulators"
)

// collector takes traces and metrics by OTLP/HTTP.
type collector struct {
	mu      sync.Mutex
	raw     strings.Builder
	spans   []*tracepb.Span
	metrics map[string]bool
}

func newCollector(t *testing.T) (*collector, string) {
	t.Helper()
	c := &collector{metrics: map[string]bool{}}
	srv := httptest.NewServer(c)
	t.Cleanup(srv.Close)
	return c, srv.URL
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw.Write(body)
	switch r.URL.Path {
	case "/v1/traces":
		c.takeSpans(body)
	case "/v1/metrics":
		c.takeMetrics(body)
	default:
		http.NotFound(w, r)
	}
}

func (c *collector) takeSpans(body []byte) {
	var req collecttraces.ExportTraceServiceRequest
	_ = proto.Unmarshal(body, &req)
	for _, rs := range req.ResourceSpans {
		for _, ss := range rs.ScopeSpans {
			c.spans = append(c.spans, ss.Spans...)
		}
	}
}

func (c *collector) takeMetrics(body []byte) {
	var req collectmetrics.ExportMetricsServiceRequest
	_ = proto.Unmarshal(body, &req)
	for _, rm := range req.ResourceMetrics {
		for _, sm := range rm.ScopeMetrics {
			for _, m := range sm.Metrics {
				c.metrics[m.Name] = true
			}
		}
	}
}

func (c *collector) has(metric string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.metrics[metric]
}

// named are the spans of a name, in their order.
func (c *collector) named(name string) []*tracepb.Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []*tracepb.Span
	for _, s := range c.spans {
		if s.Name == name {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b *tracepb.Span) int { return cmp.Compare(a.StartTimeUnixNano, b.StartTimeUnixNano) })
	return list
}

// attribute is a span's, as text.
func attribute(s *tracepb.Span, name string) string {
	for _, a := range s.Attributes {
		if a.Key == name {
			return strings.Trim(strings.TrimPrefix(a.Value.String(), "string_value:"), `"`)
		}
	}
	return ""
}

// TestAMessageIsTracedBackToItsProducer: the producer's span ← the dispatch ← each attempt.
func TestAMessageIsTracedBackToItsProducer(t *testing.T) {
	const producer = "0af7651916cd43dd8448eb211c80319c"
	t.Setenv("OTEL_METRIC_EXPORT_INTERVAL", "100") // ms
	out, err := newOutside()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = out.Close() })
	col, url := newCollector(t)
	a, c := daemon(t, func(cfg *config.Config) {
		out.point(cfg)
		cfg.Telemetry.Endpoint = url
	})
	if err := a.book.Put(t.Context(), markedPerson(880)); err != nil {
		t.Fatal(err)
	}
	start(t, a)
	out.SMTP.Troubles.Once(simulators.Trouble{Kind: simulators.Temporary, Percent: 100})
	c.XAdd(t.Context(), &redis.XAddArgs{Stream: "auth:events:users", Values: map[string]any{
		"type": "user.password_changed", "user_id": 880, "event_id": "e1", "traceparent": "00-" + producer + "-b7ad6b7169203331-01",
	}})
	await(t, "the second attempt at the email has succeeded", func() bool {
		log := c.XRange(t.Context(), "notifications:events", "-", "+").Val()
		return slices.ContainsFunc(log, func(m redis.XMessage) bool {
			return m.Values["type"] == "notification.sent" && m.Values["channel"] == "email" && m.Values["attempt"] == "2"
		})
	})
	families, err := a.registry.Gather() // what the page shows
	if err != nil {
		t.Fatal(err)
	}
	await(t, "all metrics of the page have arrived", func() bool {
		return len(families) > 20 && !slices.ContainsFunc(families, func(f *dto.MetricFamily) bool { return !col.has(f.GetName()) })
	})
	if err := a.Stop(); err != nil {
		t.Fatal(err)
	}
	dispatch := col.named("process auth:events:users")
	if len(dispatch) != 1 || len(dispatch[0].Links) != 1 || hex.EncodeToString(dispatch[0].Links[0].TraceId) != producer {
		t.Fatalf("the dispatch isn't linked to the producer: %v", dispatch)
	}
	d := dispatch[0]
	if hex.EncodeToString(d.TraceId) == producer || len(d.ParentSpanId) > 0 || attribute(d, "messaging.consumer.group.name") != "notification-consumers" {
		t.Errorf("the dispatch should be a root of its own: %v", d)
	}
	attempts := col.named("send email")
	if len(attempts) != 2 {
		t.Fatalf("%d attempts at the email", len(attempts))
	}
	for i, outcome := range []string{"retried", "sent"} {
		s := attempts[i]
		if len(s.Links) != 1 || hex.EncodeToString(s.Links[0].SpanId) != hex.EncodeToString(d.SpanId) || hex.EncodeToString(s.Links[0].TraceId) != hex.EncodeToString(d.TraceId) {
			t.Errorf("attempt %d isn't linked to the dispatch: %v", i+1, s.Links)
		}
		if attribute(s, "notification.outcome") != outcome || attribute(s, "messaging.system") != "smtp" {
			t.Errorf("attempt %d: %v", i+1, s.Attributes)
		}
	}
	if found := marked.FindString(col.raw.String()); found != "" {
		t.Errorf("the collector was told something personal: %s", found)
	}
}
