package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vondi-global/notifications/internal/admin"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redisconn"
	"github.com/vondi-global/notifications/internal/streams"
	"github.com/vondi-global/notifications/internal/telemetry"
)

// still is how long a reader may take for one turn before it counts as stuck. Its longest
// honest turn is a batch's budget plus a pause after an error.
const still = 3 * time.Minute

// probe answers the health pages.
type probe struct{ *App }

// Health describes everything (passport section 13.5).
func (p probe) Health(ctx context.Context) admin.Health {
	h := admin.Health{
		Status: admin.Healthy, Redis: map[string]string{}, Consumers: map[string]admin.Consumer{}, Channels: map[string]string{},
	}
	group := admin.Consumer{Status: "running"}
	for _, r := range p.readers {
		s := r.Health()
		h.Redis[s.Source+"_events"] = "connected"
		if !s.Connected {
			h.Redis[s.Source+"_events"], h.Status = "disconnected: "+advised(s.LastError), admin.Degraded
		}
		group.Streams += len(s.Streams)
		group.Pending += s.Pending()
		group.LagSeconds = max(group.LagSeconds, int64(s.Lag().Seconds()))
	}
	h.Redis["notifications_queue"] = "connected"
	if err := p.redis.Ping(ctx).Err(); err != nil {
		h.Redis["notifications_queue"], h.Status, group.Status = "disconnected: "+advised(err.Error()), admin.Unhealthy, "waiting"
	}
	h.Consumers[p.streamsConfig().Group] = group
	h.Problems = p.servers.problems()
	for _, ch := range notify.Channels() {
		h.Channels[string(ch)] = "off"
		if p.senders[ch] != nil {
			h.Channels[string(ch)] = "on"
		}
	}
	return h
}

// advised is an error's text with what to do about it.
func advised(text string) string {
	if do := redisconn.Advice(text); do != "" {
		return text + " (" + do + ")"
	}
	return text
}

// Live fails when a reader or a worker stands still. A source or a provider that is away
// makes them pause, not stand.
func (p probe) Live() error {
	for _, r := range p.readers {
		if err := stoodStill(r.Health()); err != nil {
			return err
		}
	}
	if id := p.attempts.stuck(still); id != "" {
		return fmt.Errorf("the attempt at delivery %s has stood still for more than %s", id, still)
	}
	return nil
}

func stoodStill(h streams.SourceHealth) error {
	if !h.Progress.IsZero() && time.Since(h.Progress) > still {
		return fmt.Errorf("the reader of %s has stood still since %s", h.Source, h.Progress.UTC().Format(time.RFC3339))
	}
	return nil
}

// Ready fails until the Notifications Redis answers, and once the stop has begun.
func (p probe) Ready(ctx context.Context) error {
	if p.stopping.Load() {
		return errors.New("stopping")
	}
	if err := p.redis.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("waiting for the Notifications Redis: %w", redisconn.Explain(err))
	}
	if p.workers.Load() == nil {
		return errors.New("waiting for the workers to start")
	}
	return nil
}

// gauges measures what the metrics page shows of now.
func (a *App) gauges() telemetry.Gauges {
	return telemetry.Gauges{Group: a.streamsConfig().Group, Sources: a.sourceGauges, Queues: a.queueGauges, Dead: a.dead.Len, Holds: a.heldNow}
}

// heldNow is how many holds are in force.
func (a *App) heldNow(ctx context.Context) (int, error) {
	list, err := a.holds.List(ctx)
	return len(list), err
}

func (a *App) sourceGauges() []telemetry.Source {
	list := make([]telemetry.Source, len(a.readers))
	for i, r := range a.readers {
		h := r.Health()
		list[i] = telemetry.Source{Name: h.Source, Connected: h.Connected}
		for _, s := range h.Streams {
			list[i].Streams = append(list[i].Streams, telemetry.Stream{Source: h.Source, Stream: s.Name, Length: s.Length, Pending: s.Pending, Unread: s.Unread, Lag: s.Lag})
		}
	}
	return list
}

func (a *App) queueGauges(ctx context.Context) ([]telemetry.Queue, error) {
	stats, err := a.queue.Stats(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]telemetry.Queue, len(stats))
	for i, q := range stats {
		channel, priority := string(q.Channel), string(q.Priority)
		if channel == "" {
			channel = q.Queue
		}
		list[i] = telemetry.Queue{
			Channel: channel, Priority: priority, Pending: q.Pending, Active: q.Active,
			Retry: q.Retry + q.Scheduled, Age: q.Oldest,
		}
	}
	return list, nil
}
