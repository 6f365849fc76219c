package telemetry

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Stream is one stream as its consumer group sees it.
type Stream struct {
	Source, Stream string
	Length         int64
	Pending        int64
	Unread         int64         // entries that were not read; negative: Redis can't tell
	Lag            time.Duration // age of the oldest of them
}

// Source is the connection to one source.
type Source struct {
	Name      string
	Connected bool
	Streams   []Stream
}

// Queue is one lane of a channel.
type Queue struct {
	Channel, Priority      string
	Pending, Active, Retry int64
	Age                    time.Duration // of the oldest pending job
}

// Gauges are measured when somebody looks.
type Gauges struct {
	Sources func() []Source
	Queues  func(ctx context.Context) ([]Queue, error)
	Dead    func(ctx context.Context) (int64, error) // letters that lie in notifications:dead; may be nil
	Holds   func(ctx context.Context) (int, error)   // in force; may be nil
	Group   string
}

// scrapeTimeout bounds the questions to Redis of one scrape.
const scrapeTimeout = 2 * time.Second

type desc = prometheus.Desc

func newDesc(name, help string, labels ...string) *desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

// collector turns [Gauges] into metrics.
type collector struct {
	Gauges
	up, length, pending, unread, lag *desc
	tasks, age, dead, holds          *desc
	named                            labels
}

// Register adds the gauges to a registry.
func (g Gauges) Register(reg prometheus.Registerer) {
	reg.MustRegister(&collector{
		Gauges:  g,
		up:      newDesc("source_up", "1 while a source answers.", "source"),
		length:  newDesc("stream_length", "Entries in a stream.", "source", "stream"),
		named:   labels{group: g.Group},
		pending: newDesc("stream_group_pending", "Entries that were read and not acknowledged.", "source", "stream", "group"),
		unread:  newDesc("stream_group_unread", "Entries that were not read; absent where Redis can't tell, as after deletions.", "source", "stream", "group"),
		lag:     newDesc("stream_group_lag_seconds", "Age of the oldest entry that was not read.", "source", "stream", "group"),
		tasks:   newDesc("queue_tasks", "Jobs in a lane.", "channel", "priority", "state"),
		age:     newDesc("queue_oldest_pending_seconds", "Age of the oldest job that waits in a lane.", "channel", "priority"),
		dead:    newDesc("dead_letters", "Entries and deliveries that were given up and lie aside."),
		holds:   newDesc("holds", "Holds of operators that are in force."),
	})
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(ch chan<- *desc) {
	for _, d := range []*desc{c.up, c.length, c.pending, c.unread, c.lag, c.tasks, c.age, c.dead, c.holds} {
		ch <- d
	}
}

// Collect implements prometheus.Collector. Streams come from what the readers know
// already; only the queues are asked.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	c.collectSources(ch)
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	if c.Dead != nil {
		if n, err := c.Dead(ctx); err == nil {
			ch <- gaugeOf(c.dead, float64(n))
		}
	}
	if c.Holds != nil {
		if n, err := c.Holds(ctx); err == nil {
			ch <- gaugeOf(c.holds, float64(n))
		}
	}
	c.collectQueues(ctx, ch)
}

func (c *collector) collectSources(ch chan<- prometheus.Metric) {
	sources := c.Sources()
	named := c.named.of(sources)
	for _, s := range sources {
		up := 0.0
		if s.Connected {
			up = 1
		}
		ch <- gaugeOf(c.up, up, s.Name)
		for _, st := range s.Streams {
			l := named[place{st.Source, st.Stream}]
			ch <- sample{c.length, l.stream, float64(st.Length)}
			ch <- sample{c.pending, l.group, float64(st.Pending)}
			ch <- sample{c.lag, l.group, st.Lag.Seconds()}
			if st.Unread >= 0 {
				ch <- sample{c.unread, l.group, float64(st.Unread)}
			}
		}
	}
}

func (c *collector) collectQueues(ctx context.Context, ch chan<- prometheus.Metric) {
	queues, err := c.Queues(ctx)
	if err != nil {
		return // the series end: absent() sees it
	}
	for _, q := range queues {
		ch <- gaugeOf(c.tasks, float64(q.Pending), q.Channel, q.Priority, "pending")
		ch <- gaugeOf(c.tasks, float64(q.Active), q.Channel, q.Priority, "active")
		ch <- gaugeOf(c.tasks, float64(q.Retry), q.Channel, q.Priority, "retry")
		ch <- gaugeOf(c.age, q.Age.Seconds(), q.Channel, q.Priority)
	}
}

func gaugeOf(d *desc, v float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}

// Page serves what is registered, as Prometheus reads it. It isn't compressed: that would
// take longer than all the rest.
func Page(reg prometheus.Gatherer) http.Handler {
	return promhttp.HandlerFor(reg, promhttp.HandlerOpts{EnableOpenMetrics: true, DisableCompression: true})
}
