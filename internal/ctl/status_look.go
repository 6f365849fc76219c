package ctl

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/vondi-global/notifications/internal/jobs"
	"github.com/vondi-global/notifications/internal/ledger"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redisconn"
)

// statusView is how the platform is.
type statusView struct {
	Time       time.Time       `json:"time"`
	Ails       []string        `json:"ails"` // what the Notifications Redis suffers from
	Pods       int             `json:"pods"` // that were heard of lately
	Sources    []sourceStatus  `json:"sources"`
	Streams    []streamLook    `json:"streams"`
	Queues     []queueView     `json:"queues"`
	Breakers   []breakerStatus `json:"breakers"`
	Holds      []jobs.Hold     `json:"holds"`
	Broadcasts []broadcastView `json:"broadcasts"` // that have not ended
	Dead       int64           `json:"dead_letters"`
	Recent     recentStatus    `json:"recent"`
	Account    accountStatus   `json:"account"`
	Alarms     []alarm         `json:"alarms"`
}

type sourceStatus struct {
	Source  string  `json:"source"`
	Error   string  `json:"error,omitempty"` // it doesn't answer
	Streams int     `json:"streams"`
	Pending int64   `json:"pending"`
	Lag     float64 `json:"lag_seconds"`
}

// recentStatus is what the delivery log says of the last minutes.
type recentStatus struct {
	Seconds  float64 `json:"seconds"`  // how far back it goes
	Attempts int     `json:"attempts"` // sent and failed
	Failed   int     `json:"failed"`
	Skipped  int     `json:"skipped"`
	P95      float64 `json:"p95_seconds"` // from the entry to the provider's yes
}

func (r recentStatus) failing() float64 {
	if r.Attempts == 0 {
		return 0
	}
	return float64(r.Failed) / float64(r.Attempts)
}

// accountStatus is the audit of the last hour, where that is quickly made.
type accountStatus struct {
	Made   bool `json:"made"`
	Events int  `json:"events"`
	Lost   int  `json:"lost"`
}

// The bounds of a look: a status is asked for when things are bad.
const (
	recentWindow  = 5 * time.Minute
	recentEntries = 5000
	accountTime   = 700 * time.Millisecond
	accountWindow = time.Hour
)

func (s *session) status(ctx context.Context) (*statusView, error) {
	p, err := s.platform(ctx)
	if err != nil {
		return nil, err
	}
	v := &statusView{
		Time: p.now().UTC(), Ails: []string{}, Sources: []sourceStatus{}, Streams: []streamLook{}, Queues: []queueView{},
		Holds: []jobs.Hold{}, Broadcasts: []broadcastView{}, Alarms: []alarm{},
	}
	for _, look := range []func(context.Context, *platform, *statusView) error{s.lookAtRedis, s.lookAtSources, s.lookAtBreakers, lookAtQueues, lookAtLog, lookAtAccount} {
		if err := look(ctx, p, v); err != nil {
			return nil, err
		}
	}
	v.Alarms = append(v.Alarms, alarms(v)...)
	return v, nil
}

// lookAtRedis sees what stops everything though the server answers: a full memory, a disk that
// can't be written, a replica.
func (s *session) lookAtRedis(ctx context.Context, _ *platform, v *statusView) error {
	client, err := s.redis(ctx)
	if err != nil {
		return err
	}
	for _, f := range redisconn.Refuses(ctx, client) {
		v.Ails = append(v.Ails, f.What)
	}
	return nil
}

func (s *session) lookAtSources(ctx context.Context, _ *platform, v *statusView) error {
	looks, list, err := s.looks(ctx, "")
	if err != nil {
		return err
	}
	v.Streams = append(v.Streams, looks...)
	for _, o := range list {
		st := sourceStatus{Source: o.name}
		if o.err != nil {
			st.Error = o.err.Error()
			s.again(o)
		}
		for _, l := range looks {
			if l.Source != o.name {
				continue
			}
			st.Streams++
			if g := l.group(ourGroup()); g != nil {
				st.Pending += g.Pending
				st.Lag = max(st.Lag, g.Lag)
			}
		}
		v.Sources = append(v.Sources, st)
	}
	return nil
}

// again lets the next look try a source that doesn't answer: with its client, which dials
// by itself, or with another where it never answered.
func (s *session) again(o *origin) {
	if o.client != nil {
		o.err = nil
		return
	}
	delete(s.origins, o.name)
}

func lookAtQueues(ctx context.Context, p *platform, v *statusView) error {
	stats, err := p.queue.Stats(ctx)
	if err != nil {
		return err
	}
	v.Queues = queueViews(stats)
	holds, err := p.holds.List(ctx)
	if err != nil {
		return err
	}
	v.Holds = append(v.Holds, holds...)
	if v.Dead, err = p.dead.Len(ctx); err != nil {
		return err
	}
	list, err := p.queue.Broadcasts(ctx, broadcastsKept)
	for _, b := range list {
		if b.State == jobs.Running || b.State == jobs.Paused {
			v.Broadcasts = append(v.Broadcasts, broadcastViewOf(b))
		}
	}
	return err
}

// lookAtLog counts the last minutes, of which it reads so many entries at most.
func lookAtLog(ctx context.Context, p *platform, v *statusView) error {
	list, err := p.ledger.Last(ctx, recentEntries)
	if err != nil {
		return err
	}
	since := p.now().Add(-recentWindow)
	r := recentStatus{Seconds: recentWindow.Seconds()}
	if len(list) == recentEntries && list[0].Outcome.Time.After(since) {
		r.Seconds = p.now().Sub(list[0].Outcome.Time).Seconds()
	}
	var latencies []time.Duration
	for _, e := range list {
		if e.Outcome.Time.Before(since) {
			continue
		}
		switch e.Outcome.Status {
		case notify.Sent:
			r.Attempts++
			latencies = append(latencies, e.Latency)
		case notify.Retried, notify.Failed:
			r.Attempts++
			r.Failed++
		case notify.Skipped, notify.Suppressed:
			r.Skipped++
		case notify.DeliveredState, notify.Bounced, notify.Revealed, notify.Replayed: // no attempts of ours
		}
	}
	r.P95 = p95(latencies).Seconds()
	v.Recent = r
	return nil
}

func p95(list []time.Duration) time.Duration {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[(len(list)*95+99)/100-1]
}

// lookAtAccount audits the last hour, or gives up: with many events that takes longer than
// one wants to wait here.
func lookAtAccount(ctx context.Context, p *platform, v *statusView) error {
	limited, cancel := context.WithTimeout(ctx, accountTime)
	defer cancel()
	since := p.now().Add(-accountWindow)
	var all ledger.Tally
	for cursor := uint64(0); ; {
		t, next, err := p.ledger.Audit(limited, cursor, since, p.queue)
		if err != nil {
			if errors.Is(limited.Err(), context.DeadlineExceeded) {
				return nil
			}
			return err
		}
		all.Add(t)
		if cursor = next; cursor == 0 {
			v.Account = accountStatus{true, all.Events, len(all.Lost)}
			return nil
		}
		if limited.Err() != nil {
			return nil
		}
	}
}
