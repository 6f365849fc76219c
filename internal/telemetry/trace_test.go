package telemetry

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/vondi-global/notifications/internal/notify"
)

const producer = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

func recorded() (*Traces, *tracetest.InMemoryExporter) {
	exporter := tracetest.NewInMemoryExporter()
	return newTraces(sdktrace.NewSimpleSpanProcessor(exporter), resource.Empty(), "g"), exporter
}

func TestEachDispatchLeavesItsPlace(t *testing.T) {
	traces, exporter := recorded()
	events := []notify.Event{{ID: "a", Trace: producer}, {ID: "b"}, {ID: "c", Trace: "no traceparent"}}
	traces.Dispatching(events)([]error{nil, errors.New("redis is away"), nil})
	spans := exporter.GetSpans()
	if len(spans) != len(events) {
		t.Fatalf("%d spans", len(spans))
	}
	for i, s := range spans {
		place := "00-" + s.SpanContext.TraceID().String() + "-" + s.SpanContext.SpanID().String() + "-01"
		if events[i].Trace != place || s.Parent.IsValid() {
			t.Errorf("event %s has the place %q, want %q", events[i].ID, events[i].Trace, place)
		}
		if linked := len(s.Links) == 1; linked != (i == 0) {
			t.Errorf("event %s: %d links", events[i].ID, len(s.Links))
		}
		if failed := s.Status.Code == codes.Error; failed != (i == 1) {
			t.Errorf("event %s: status %v", events[i].ID, s.Status)
		}
	}
}

func TestAttemptsShowWordsOfOursOnly(t *testing.T) {
	traces, exporter := recorded()
	o := notify.Outcome{
		Status: notify.Failed, Provider: "twilio", Reason: "to +381601234567: refused", Error: "+381601234567", Detail: "+381601234567", Attempt: 3,
		Delivery: notify.Delivery{ID: "d1", Channel: notify.SMS, Event: notify.Event{ID: "e1", Type: "order.shipped", Trace: producer}},
	}
	traces.Attempt(o, 2*time.Second)
	traces.Attempt(o, 0) // no attempt
	o.Delivery.Event.Trace = strings.TrimSuffix(producer, "1") + "0"
	traces.Attempt(o, time.Second) // the dispatch was not sampled
	spans := exporter.GetSpans()
	if len(spans) != 1 || spans[0].Name != "send sms" || spans[0].Status.Code != codes.Error {
		t.Fatalf("got %v", spans)
	}
	if took := spans[0].EndTime.Sub(spans[0].StartTime); took.Round(time.Millisecond) != 2*time.Second {
		t.Errorf("took %s", took)
	}
	for _, a := range spans[0].Attributes {
		if strings.Contains(a.Value.String(), "+381") {
			t.Errorf("%s shows a number: %s", a.Key, a.Value.String())
		}
	}
}

// TestACollectorThatIsAwayHoldsUpNoStop: its port takes connections and never answers.
func TestACollectorThatIsAwayHoldsUpNoStop(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	traces, err := NewTraces(t.Context(), OTLP{Endpoint: "http://" + l.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	traces.Dispatching(make([]notify.Event, 3))(nil)
	began := time.Now()
	if err := traces.Stop(t.Context()); err == nil || time.Since(began) > 2*stopTimeout {
		t.Errorf("after %s: %v", time.Since(began), err)
	}
}
