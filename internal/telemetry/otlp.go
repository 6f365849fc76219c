package telemetry

import (
	"context"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
	bridge "go.opentelemetry.io/contrib/bridges/prometheus"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
)

// PushMetrics sends what the metrics page shows to an OTLP endpoint as well, once a minute
// (OTEL_METRIC_EXPORT_INTERVAL). stop sends it a last time.
func PushMetrics(ctx context.Context, o OTLP, from prometheus.Gatherer) (stop func(context.Context) error, err error) {
	res, err := o.resource(ctx)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	exporter, err := otlpmetrichttp.New(ctx, otlpmetrichttp.WithEndpointURL(o.url("/v1/metrics")))
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	reader := sdkmetric.NewPeriodicReader(exporter, sdkmetric.WithProducer(bridge.NewMetricProducer(bridge.WithGatherer(from))))
	p := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader), sdkmetric.WithResource(res))
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, stopTimeout)
		defer cancel()
		return p.Shutdown(ctx)
	}, nil
}
