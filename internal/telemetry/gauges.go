package telemetry

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Stream is one stream as its consumer group sees it.
type Stream struct {
	Source, Stream string
	Length         int64
	Pending        int64
	Lag            time.Duration // age of the oldest entry that was not read
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
	up, length, pending, lag *desc
	tasks, age, dead, holds  *desc
}

// Register adds the gauges to a registry.
func (g Gauges) Register(reg prometheus.Registerer) {
	reg.MustRegister(&collector{
		Gauges:  g,
		up:      newDesc("source_up", "1 while a source answers.", "source"),
		length:  newDesc("stream_length", "Entries in a stream.", "source", "stream"),
		pending: newDesc("stream_group_pending", "Entries that were read and not acknowledged.", "source", "stream", "group"),
		lag:     newDesc("stream_group_lag_seconds", "Age of the oldest entry that was not read.", "source", "stream", "group"),
		tasks:   newDesc("queue_tasks", "Jobs in a lane.", "channel", "priority", "state"),
		age:     newDesc("queue_oldest_pending_seconds", "Age of the oldest job that waits in a lane.", "channel", "priority"),
		dead:    newDesc("dead_letters", "Entries and deliveries that were given up and lie aside."),
		holds:   newDesc("holds", "Holds of operators that are in force."),
	})
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(ch chan<- *desc) {
	for _, d := range []*desc{c.up, c.length, c.pending, c.lag, c.tasks, c.age, c.dead, c.holds} {
		ch <- d
	}
}

// Collect implements prometheus.Collector. Streams come from what the readers know
// already; only the queues are asked.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	set := func(d *desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	for _, s := range c.Sources() {
		up := 0.0
		if s.Connected {
			up = 1
		}
		set(c.up, up, s.Name)
		for _, st := range s.Streams {
			set(c.length, float64(st.Length), s.Name, st.Stream)
			set(c.pending, float64(st.Pending), s.Name, st.Stream, c.Group)
			set(c.lag, st.Lag.Seconds(), s.Name, st.Stream, c.Group)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	if c.Dead != nil {
		if n, err := c.Dead(ctx); err == nil {
			set(c.dead, float64(n))
		}
	}
	if c.Holds != nil {
		if n, err := c.Holds(ctx); err == nil {
			set(c.holds, float64(n))
		}
	}
	queues, err := c.Queues(ctx)
	if err != nil {
		return // the series end: absent() sees it
	}
	for _, q := range queues {
		set(c.tasks, float64(q.Pending), q.Channel, q.Priority, "pending")
		set(c.tasks, float64(q.Active), q.Channel, q.Priority, "active")
		set(c.tasks, float64(q.Retry), q.Channel, q.Priority, "retry")
		set(c.age, q.Age.Seconds(), q.Channel, q.Priority)
	}
}
