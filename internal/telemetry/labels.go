package telemetry

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// place is where a stream lies.
type place struct{ source, stream string }

// pairs are the labels of a stream's gauges, and those of the gauges of its group.
type pairs struct{ stream, group []*dto.LabelPair }

// labels makes the labels of each stream once: made at each scrape, they would be half of
// its work where there are a thousand streams.
type labels struct {
	group string

	mu    sync.Mutex
	known map[place]pairs
}

// of returns those of the streams that there are, and forgets the others. The map is not
// written again.
func (l *labels) of(sources []Source) map[place]pairs {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := make(map[place]pairs, len(l.known))
	for _, s := range sources {
		for _, st := range s.Streams {
			at := place{st.Source, st.Stream}
			p, ok := l.known[at]
			if !ok {
				p = l.pairs(at)
			}
			now[at] = p
		}
	}
	l.known = now
	return now
}

func (l *labels) pairs(at place) pairs {
	ofStream := prometheus.NewDesc("stream", "", []string{"source", "stream"}, nil)
	ofGroup := prometheus.NewDesc("group", "", []string{"source", "stream", "group"}, nil)
	return pairs{
		stream: prometheus.MakeLabelPairs(ofStream, []string{at.source, at.stream}),
		group:  prometheus.MakeLabelPairs(ofGroup, []string{at.source, at.stream, l.group}),
	}
}

// sample is a gauge whose labels are made.
type sample struct {
	desc   *desc
	labels []*dto.LabelPair
	value  float64
}

// Desc implements prometheus.Metric.
func (s sample) Desc() *desc { return s.desc }

// Write implements prometheus.Metric.
func (s sample) Write(m *dto.Metric) error {
	m.Label, m.Gauge = s.labels, &dto.Gauge{Value: &s.value}
	return nil
}
