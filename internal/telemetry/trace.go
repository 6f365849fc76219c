package telemetry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/vondi-global/notifications/internal/notify"
)

// OTLP says where spans and metrics go, and who sends them. What the SDK reads from the
// environment itself (OTEL_EXPORTER_OTLP_HEADERS, OTEL_TRACES_SAMPLER,
// OTEL_RESOURCE_ATTRIBUTES …) holds too.
type OTLP struct {
	Endpoint string // of OTLP over HTTP: the base, to which /v1/traces and /v1/metrics are added
	Version  string
	Instance string // the consumer's name
	Group    string // the consumer group
}

func (o OTLP) url(path string) string { return strings.TrimSuffix(o.Endpoint, "/") + path }

func (o OTLP) resource(ctx context.Context) (*resource.Resource, error) {
	return resource.New(ctx, resource.WithTelemetrySDK(), resource.WithAttributes(
		semconv.ServiceName("notifyd"), semconv.ServiceVersion(o.Version), semconv.ServiceInstanceID(o.Instance),
	), resource.WithFromEnv())
}

// OTLPErrors sends what the exporters complain of to log, once for the process: the SDK has
// one place for it.
func OTLPErrors(log zerolog.Logger) {
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		log.Warn().Str("error", notify.Printable(err.Error(), 300)).Msg("OTLP export")
	}))
}

// Traces makes spans by the messaging conventions (OpenTelemetry semconv, in development):
// one for each dispatch of an event, a root that links to the producer's span; one for each
// attempt at a delivery, a root that links to the dispatch. Between the two lies a queue and
// perhaps a day: links, not parents. Spans carry ids and words of ours, nothing personal.
type Traces struct {
	providers  []*sdktrace.TracerProvider
	dispatches trace.Tracer // by the environment's sampler
	attempts   trace.Tracer // by what became of the dispatch: a message is traced whole or not at all
	group      string
}

// NewTraces exports spans in batches; what a slow collector can't take is dropped.
// [Traces.Stop] sends the rest.
func NewTraces(ctx context.Context, o OTLP) (*Traces, error) {
	res, err := o.resource(ctx)
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(o.url("/v1/traces")))
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	return newTraces(sdktrace.NewBatchSpanProcessor(exporter), res, o.Group), nil
}

func newTraces(p sdktrace.SpanProcessor, res *resource.Resource, group string) *Traces {
	sampled := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(p), sdktrace.WithResource(res))
	every := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(p), sdktrace.WithResource(res), sdktrace.WithSampler(sdktrace.AlwaysSample()))
	return &Traces{
		providers: []*sdktrace.TracerProvider{sampled, every}, group: group,
		dispatches: sampled.Tracer("notifyd"), attempts: every.Tracer("notifyd"),
	}
}

// stopTimeout bounds the last export: a collector that is away holds up no stop.
const stopTimeout = 2 * time.Second

// Stop sends what is left and ends.
func (t *Traces) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	return errors.Join(t.providers[0].Shutdown(ctx), t.providers[1].Shutdown(ctx))
}

// Dispatching begins a span for each event and leaves its place in the event's Trace, where
// the attempts will find it. done ends them; errs stand at the events' places.
func (t *Traces) Dispatching(events []notify.Event) (done func(errs []error)) {
	spans := make([]trace.Span, len(events))
	for i := range events {
		spans[i] = t.dispatch(&events[i])
	}
	return func(errs []error) {
		for i, s := range spans {
			if i < len(errs) && errs[i] != nil {
				s.SetStatus(codes.Error, "")
				s.SetAttributes(semconv.ErrorTypeKey.String("dispatch_failed"))
			}
			s.End()
		}
	}
}

func (t *Traces) dispatch(e *notify.Event) trace.Span {
	ctx, span := t.dispatches.Start(context.Background(), "process "+e.Source.Stream,
		trace.WithSpanKind(trace.SpanKindConsumer), trace.WithLinks(linkTo(e.Trace)...),
		trace.WithAttributes(
			semconv.MessagingSystemKey.String("redis"), semconv.MessagingOperationTypeProcess, semconv.MessagingOperationName("process"),
			semconv.MessagingDestinationName(e.Source.Stream), semconv.MessagingConsumerGroupName(t.group), semconv.MessagingMessageID(e.Source.Entry),
			attribute.String("notification.event.id", e.ID), attribute.String("notification.event.type", e.Type), attribute.String("notification.source", e.Source.Source),
		))
	place := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, place)
	e.Trace = place["traceparent"]
	return span
}

// Attempt records an attempt at a delivery, when it is over, if its dispatch was sampled.
// What was no attempt, such as a job that came twice, takes no time and makes no span.
func (t *Traces) Attempt(o notify.Outcome, took time.Duration) {
	links := linkTo(o.Delivery.Event.Trace)
	if took <= 0 || len(links) == 0 || !links[0].SpanContext.IsSampled() {
		return
	}
	d, end := o.Delivery, time.Now()
	_, span := t.attempts.Start(context.Background(), "send "+string(d.Channel),
		trace.WithTimestamp(end.Add(-took)), trace.WithSpanKind(trace.SpanKindClient), trace.WithLinks(links...),
		trace.WithAttributes(
			semconv.MessagingSystemKey.String(cmp.Or(o.Provider, "notifyd")), semconv.MessagingOperationTypeSend, semconv.MessagingOperationName("send"),
			semconv.MessagingDestinationName(string(d.Channel)), semconv.MessagingMessageID(d.ID),
			attribute.String("notification.event.id", d.Event.ID), attribute.String("notification.event.type", d.Event.Type),
			attribute.String("notification.priority", string(d.Priority)), attribute.Int("notification.attempt", o.Attempt),
			attribute.String("notification.outcome", string(o.Status)), attribute.String("notification.reason", reason(o)),
		))
	if o.Status == notify.Failed || o.Status == notify.Retried {
		span.SetStatus(codes.Error, "")
		span.SetAttributes(semconv.ErrorTypeKey.String(reason(o)))
	}
	span.End(trace.WithTimestamp(end))
}

// linkTo is a link to the place that a traceparent names, or none.
func linkTo(traceparent string) []trace.Link {
	if traceparent == "" {
		return nil
	}
	ctx := propagation.TraceContext{}.Extract(context.Background(), propagation.MapCarrier{"traceparent": traceparent})
	place := trace.SpanContextFromContext(ctx)
	if !place.IsValid() {
		return nil
	}
	return []trace.Link{{SpanContext: place}}
}
