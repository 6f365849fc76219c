package telemetry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/vondi-global/notifications/internal/notify"
)

func TestMetricsKeepThePassportsNames(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	m := NewMetrics(reg, []string{"order.created"})
	m.Published("listings:events:orders", "order.created")
	m.Consumed("listings:events:orders", "order.created", "ok", 3*time.Millisecond)
	for _, name := range []string{"events_published_total", "events_consumed_total", "event_processing_duration_seconds"} {
		if n, err := testutil.GatherAndCount(reg, name); err != nil || n != 1 {
			t.Errorf("%s: %d series, %v", name, n, err)
		}
	}
	if problems, err := testutil.GatherAndLint(reg); err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
}

func TestLabelsAreBounded(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	m := NewMetrics(reg, []string{"order.created"})
	for _, typ := range []string{"order.created", "made.up", "made.up.too"} {
		m.Consumed("s", typ, "dead", 0)
	}
	m.Outcome(notify.Outcome{Status: notify.Failed, Reason: "550 user ana@example.com unknown"}, 0)
	m.Outcome(notify.Outcome{Status: notify.Skipped, Reason: notify.ReasonMuted}, 0)
	m.Outcome(notify.Outcome{Status: notify.Retried, Reason: "throttled"}, 0)
	for _, why := range []string{"pace", "claim: dial tcp 10.0.0.7:36382", "claim: dial tcp 10.0.0.8:36382"} {
		m.Postponed(notify.SMS, why)
	}
	if n := testutil.CollectAndCount(m.postponed); n != 2 {
		t.Errorf("got %d series for one known reason and two errors", n)
	}
	if n := testutil.CollectAndCount(m.consumed); n != 2 {
		t.Errorf("got %d series for one known type and two unknown ones", n)
	}
	var b strings.Builder
	families, _ := reg.Gather()
	for _, f := range families {
		b.WriteString(f.String())
	}
	for _, want := range []string{`"other"`, `"muted"`, `"throttled"`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no series with %s", want)
		}
	}
	if strings.Contains(b.String(), "ana@") {
		t.Error("an address became a label")
	}
}

func TestGauges(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	queues := []Queue{{Channel: "email", Priority: "high", Pending: 3, Age: 2 * time.Second}}
	var fail error
	Gauges{
		Group: "notification-consumers",
		Sources: func() []Source {
			return []Source{{Name: "wms", Connected: true, Streams: []Stream{{Source: "wms", Stream: "wms:events:picking", Length: 7, Pending: 2, Unread: 3, Lag: time.Minute}, {Source: "wms", Stream: "pvz.events", Unread: -1}}}}
		},
		Queues: func(context.Context) ([]Queue, error) { return queues, fail },
		Dead:   func(context.Context) (int64, error) { return 9, fail },
		Holds:  func(context.Context) (int, error) { return 1, fail },
	}.Register(reg)
	want := `
# HELP dead_letters Entries and deliveries that were given up and lie aside.
# TYPE dead_letters gauge
dead_letters 9
# HELP holds Holds of operators that are in force.
# TYPE holds gauge
holds 1
# HELP queue_oldest_pending_seconds Age of the oldest job that waits in a lane.
# TYPE queue_oldest_pending_seconds gauge
queue_oldest_pending_seconds{channel="email",priority="high"} 2
# HELP stream_group_lag_seconds Age of the oldest entry that was not read.
# TYPE stream_group_lag_seconds gauge
stream_group_lag_seconds{group="notification-consumers",source="wms",stream="pvz.events"} 0
stream_group_lag_seconds{group="notification-consumers",source="wms",stream="wms:events:picking"} 60
# HELP stream_group_unread Entries that were not read; absent where Redis can't tell, as after deletions.
# TYPE stream_group_unread gauge
stream_group_unread{group="notification-consumers",source="wms",stream="wms:events:picking"} 3
# HELP stream_length Entries in a stream.
# TYPE stream_length gauge
stream_length{source="wms",stream="pvz.events"} 0
stream_length{source="wms",stream="wms:events:picking"} 7
`
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want), "dead_letters", "holds", "queue_oldest_pending_seconds", "stream_group_lag_seconds", "stream_group_unread", "stream_length"); err != nil {
		t.Error(err)
	}
	fail = errors.New("redis is away")
	if n, err := testutil.GatherAndCount(reg, "queue_tasks", "dead_letters"); err != nil || n != 0 {
		t.Errorf("without an answer the series must end: %d, %v", n, err)
	}
}

// TestSecondsFromTheEventsOwnTime: to the provider's acceptance, and to its report that the
// message has arrived.
func TestSecondsFromTheEventsOwnTime(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	m := NewMetrics(reg, nil)
	happened := time.Now()
	o := notify.Outcome{Status: notify.Sent, Time: happened.Add(2 * time.Second), Delivery: notify.Delivery{
		Channel: notify.SMS, Priority: notify.High, Event: notify.Event{Time: happened},
	}}
	m.Outcome(o, time.Second)
	o.Status, o.Time = notify.DeliveredState, happened.Add(20*time.Second)
	m.Outcome(o, 0)
	o.Status = notify.Bounced
	m.Outcome(o, 0)
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]float64{}
	for _, f := range families {
		for _, s := range f.Metric {
			sums[f.GetName()] += s.Histogram.GetSampleSum()
		}
	}
	if sums["notification_end_to_end_seconds"] != 2 || sums["notification_arrival_seconds"] != 20 {
		t.Errorf("got %v", sums)
	}
}

// TestALargePageIsCheap: a thousand streams cost a dozen lines each, and few allocations.
func TestALargePageIsCheap(t *testing.T) {
	const streams = 1000
	h := Page(thousandStreams())
	r := scrapeRequest(t.Context(), "/metrics")
	page := httptest.NewRecorder()
	h.ServeHTTP(page, r)
	if n := strings.Count(page.Body.String(), "listings:events:s"); n > 12*streams {
		t.Errorf("%d lines for %d streams", n, streams)
	}
	if n := testing.AllocsPerRun(5, func() { h.ServeHTTP(httptest.NewRecorder(), r) }); n > 60*streams {
		t.Errorf("%.0f allocations for %d streams", n, streams)
	}
}

func TestLog(t *testing.T) {
	var b bytes.Buffer
	log, level, err := NewLog(&b, "info", "json")
	if err != nil {
		t.Fatal(err)
	}
	log.Debug().Msg("not this")
	log.Info().Str("event_type", "order.confirmed").Msg("Processing order confirmed event")
	if got := b.String(); !strings.Contains(got, `"event_type":"order.confirmed"`) || strings.Contains(got, "not this") {
		t.Errorf("got %s", got)
	}
	child := log.With().Str("part", "reader").Logger()
	if err := level.Set("debug"); err != nil {
		t.Fatal(err)
	}
	if child.Debug().Msg("now this"); !strings.Contains(b.String(), "now this") {
		t.Error("a logger that was made before the level changed doesn't follow it")
	}
	if err := level.Set("loud"); err == nil {
		t.Error("want an error for a level that doesn't exist")
	}
	if _, _, err := NewLog(&b, "loud", "json"); err == nil {
		t.Error("want an error for a level that doesn't exist")
	}
}

func TestASampledTraceIsAnExemplar(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	m := NewMetrics(reg, nil)
	sent := func(channel notify.Channel, trace string) {
		m.Outcome(notify.Outcome{Status: notify.Sent, Time: time.Now(), Delivery: notify.Delivery{
			Channel: channel, Priority: notify.High, Event: notify.Event{Time: time.Now().Add(-time.Second), Trace: trace},
		}}, time.Millisecond)
	}
	sent(notify.Email, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	sent(notify.SMS, "00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00") // not sampled
	sent(notify.Push, "")
	page := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil)
	r.Header.Set("Accept", "application/openmetrics-text; version=1.0.0")
	promhttp.HandlerFor(reg, promhttp.HandlerOpts{EnableOpenMetrics: true}).ServeHTTP(page, r)
	if got := page.Body.String(); !strings.Contains(got, `# {trace_id="0af7651916cd43dd8448eb211c80319c"}`) || strings.Count(got, "trace_id") != 1 {
		t.Error("want one exemplar, that of the sampled trace")
	}
}

// BenchmarkScrape: a page with 1,000 streams, each with its events of one type, as Prometheus
// asks for it. Want less than 20 ms.
func BenchmarkScrape(b *testing.B) {
	page := httptest.NewServer(Page(thousandStreams()))
	defer page.Close()
	r := scrapeRequest(b.Context(), page.URL)
	for b.Loop() {
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			b.Fatal(err)
		}
		n, err := io.Copy(io.Discard, resp.Body)
		if err != nil || resp.Body.Close() != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(n), "B/page")
	}
}

// scrapeRequest is Prometheus 3's.
func scrapeRequest(ctx context.Context, url string) *http.Request {
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	r.Header.Set("Accept", "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2")
	r.Header.Set("Accept-Encoding", "gzip")
	return r
}

func thousandStreams() *prometheus.Registry {
	reg := prometheus.NewRegistry()
	m := NewMetrics(reg, []string{"order.created"})
	source := Source{Name: "listings", Connected: true}
	for i := range 1000 {
		name := fmt.Sprintf("listings:events:s%03d", i)
		source.Streams = append(source.Streams, Stream{Source: "listings", Stream: name, Length: 10})
		m.Consumed(name, "order.created", "ok", time.Millisecond)
	}
	Gauges{
		Group: "notification-consumers", Sources: func() []Source { return []Source{source} },
		Queues: func(context.Context) ([]Queue, error) { return nil, nil },
	}.Register(reg)
	return reg
}
