package soak

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/redistest"
)

const (
	stream = "listings:events:orders"
	users  = "auth:events:users"
	people = 100
)

// stage is a platform of its own for one fault.
type stage struct {
	t       *testing.T
	queue   *redistest.Server    // Notifications Redis, or …
	group   *redistest.Sentinels // … the group that plays it
	source  *redistest.Server
	outside *outside

	producer *redis.Client         // of the source
	ledger   redis.UniversalClient // of the Notifications Redis

	daemons []*daemon
	sent    []int // order numbers that were published and accepted by the source
	next    int
}

func newStage(t *testing.T, daemons int, sentinels bool) *stage {
	t.Helper()
	s := &stage{t: t, source: redistest.Start(t), outside: newOutside(t)}
	env := append(s.outside.environ(), "VONDINOTIFY_SOURCES=shop="+s.source.URL())
	if sentinels {
		s.group = redistest.StartSentinels(t, 2)
		s.ledger = s.group.Client()
		env = append(env, "VONDINOTIFY_REDIS_URL="+s.group.URL(), "VONDINOTIFY_REDIS_BARRIER=1")
	} else {
		s.queue = redistest.Start(t)
		s.ledger = connect(t, s.queue.Addr)
		env = append(env, "VONDINOTIFY_REDIS_URL="+s.queue.URL())
	}
	s.producer = connect(t, s.source.Addr)
	for i := range daemons {
		s.daemons = append(s.daemons, newDaemon(t, fmt.Sprintf("pod-%d", i+1), env))
	}
	for _, d := range s.daemons {
		d.start()
	}
	s.introduce()
	return s
}

// introduce makes the people known, by the events that make them known in life.
func (s *stage) introduce() {
	s.t.Helper()
	for i := range people {
		s.publish(users, map[string]any{
			"type": "user.registered", "user_id": 1000 + i, "email": fmt.Sprintf("user%d@example.com", i),
			"phone": fmt.Sprintf("+3816012%05d", i), "name": "Ana", "locale": "sr",
		})
	}
	await(s.t, time.Minute, "everybody got a welcome", func() bool { return s.outside.inbox.Total() >= people })
}

// order publishes one event that should reach one person by email and by SMS.
func (s *stage) order(change ...func(map[string]any)) {
	s.next++
	n := s.next
	fields := map[string]any{
		"type": "order.cancelled", "event_id": fmt.Sprintf("soak-%d", n), "order_id": n, "order_number": fmt.Sprintf("SOAK-%d", n),
		"reason": "test", "user_id": 1000 + n%people, "channels": `["email","sms"]`, "timestamp": time.Now().Unix(),
	}
	for _, c := range change {
		c(fields)
	}
	if s.publish(stream, fields) {
		s.sent = append(s.sent, n)
	}
}

// publish adds an entry, as a producer does that gives up after a few seconds. Only what the
// source has acknowledged must not be lost.
func (s *stage) publish(stream string, fields map[string]any) bool {
	ctx, cancel := context.WithTimeout(s.t.Context(), 2*time.Second)
	defer cancel()
	return s.producer.XAdd(ctx, &redis.XAddArgs{Stream: stream, Values: fields}).Err() == nil
}

// connect opens a client that neither repeats nor waits: a lost reply is a lost reply.
func connect(t *testing.T, addr string) *redis.Client {
	c := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1, ContextTimeoutEnabled: true})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// during publishes orders at about rate a second while the fault runs.
func (s *stage) during(rate int, fault func()) {
	ended := make(chan struct{})
	go func() { defer close(ended); fault() }()
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return
		case <-tick.C:
			s.order()
		}
	}
}

// result is a row of the table.
type result struct {
	fault                        string
	events, lost, twice, flagged int
	took                         time.Duration
}

// settle waits until nothing is under way any more, and compares the sets.
func (s *stage) settle(fault string, limit time.Duration) result {
	s.t.Helper()
	start := time.Now()
	await(s.t, limit, fault+": everything arrives", func() bool { return len(s.missing()) == 0 })
	await(s.t, limit, fault+": the queues are empty", func() bool { return s.underWay() == 0 })
	r := result{fault: fault, events: len(s.sent), lost: len(s.missing()), took: time.Since(start)}
	flagged := s.flagged()
	for m, n := range s.outside.got() {
		if n > 1 {
			r.twice += n - 1
			if flagged[m] {
				r.flagged += n - 1
			}
		}
	}
	return r
}

// missing are the messages that nobody got.
func (s *stage) missing() []message {
	got := s.outside.got()
	var missing []message
	for _, n := range s.sent {
		for _, ch := range []string{"email", "sms"} {
			if m := (message{n, ch}); got[m] == 0 {
				missing = append(missing, m)
			}
		}
	}
	return missing
}

// underWay counts jobs in every state but done, and entries that were read and not acked.
func (s *stage) underWay() (n int64) {
	for _, name := range s.ledger.SMembers(s.t.Context(), "asynq:queues").Val() {
		key := "asynq:{" + name + "}:"
		n += s.ledger.LLen(s.t.Context(), key+"pending").Val() + s.ledger.LLen(s.t.Context(), key+"active").Val()
		n += s.ledger.ZCard(s.t.Context(), key+"scheduled").Val() + s.ledger.ZCard(s.t.Context(), key+"retry").Val()
	}
	if p, err := s.producer.XPending(s.t.Context(), stream, "notification-consumers").Result(); err == nil {
		n += p.Count
	}
	return n
}

// flagged are the messages whose log says that they may have come twice.
func (s *stage) flagged() map[message]bool {
	entries := s.ledger.XRange(s.t.Context(), "notifications:events", "-", "+").Val()
	flagged := map[message]bool{}
	for _, e := range entries {
		var order int
		if v := fmt.Sprint(e.Values["maybe_duplicate"]); v != "true" && v != "1" {
			continue
		}
		if _, err := fmt.Sscanf(fmt.Sprint(e.Values["event_id"]), "soak-%d", &order); err == nil {
			flagged[message{order, fmt.Sprint(e.Values["channel"])}] = true
		}
	}
	return flagged
}

// dead counts the dead letters by reason.
func (s *stage) dead() map[string]int {
	counts := map[string]int{}
	for _, e := range s.ledger.XRange(s.t.Context(), "notifications:dead", "-", "+").Val() {
		counts[fmt.Sprint(e.Values["reason"])]++
	}
	return counts
}

// markdown is the table of the results.
func markdown(results []result) string {
	var b strings.Builder
	b.WriteString("| fault | events | lost | twice | of them flagged | settled after |\n|---|--:|--:|--:|--:|--:|\n")
	for _, r := range results {
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %.1f s |\n", r.fault, r.events, r.lost, r.twice, r.flagged, r.took.Seconds())
	}
	return b.String()
}

func reasons(m map[string]int) []string { return slices.Sorted(maps.Keys(m)) }
