package soak

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/simulators"
)

// fault is one way to break the platform. break it for about that long, under load.
type fault struct {
	name  string
	group bool // the Notifications Redis is a Sentinel group
	long  bool // waits for asynq's lease (a minute) or for more: not part of the short run
	brk   func(s *stage, long time.Duration)
	twice int // repeats that the promise allows where each is flagged; elsewhere none
}

// unlimited repeats are allowed where each is flagged.
const unlimited = 1 << 30

func faults() []fault {
	return []fault{
		{name: "kill -9 of any of three daemons, every few seconds", long: true, brk: kills, twice: unlimited},
		{name: "SIGTERM, rolling restart", brk: rolling},
		{name: "SIGSTOP for 90 s, then CONT", long: true, brk: freeze},
		{name: "Notifications Redis restarted with AOF", brk: restartQueue},
		{name: "Notifications Redis: Sentinel failover, barrier on", group: true, long: true, brk: failover, twice: unlimited},
		{name: "Notifications Redis: maxmemory reached", brk: outOfMemory},
		{name: "source Redis away", brk: sourceAway},
		{name: "FLUSHALL on a source", brk: flushed},
		{name: "stream trimmed before it was read: counted", brk: trimmed},
		{name: "DEL stream, XGROUP DESTROY on a source", brk: groupDestroyed},
		{name: "provider: half of the answers 5xx", brk: trouble("temporary:50%"), long: true},
		{name: "provider: 429 with Retry-After", brk: trouble("throttled:50%:1s")},
		{name: "provider: hangs", brk: trouble("hang:20%"), long: true, twice: unlimited},
		{name: "provider: answer lost after accept", brk: trouble("unknown:20%"), long: true, twice: unlimited},
		{name: "provider: wrong credentials", brk: trouble("misconfigured"), long: true},
		{name: "the same event_id twice", brk: sameEventTwice},
		{name: "poison entries", brk: poison},
	}
}

// TestFaults runs every fault on a stage of its own and prints the table.
func TestFaults(t *testing.T) {
	long, whole := length(t)
	var results []result
	for _, f := range faults() {
		if f.long && !whole {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			s := newStage(t, 3, f.group)
			f.brk(s, long)
			r := s.settle(f.name, 5*time.Minute)
			results = append(results, r)
			if r.lost > 0 {
				t.Errorf("%d messages are lost, such as %v", r.lost, s.missing()[:1])
			}
			if r.twice != r.flagged || r.twice > f.twice {
				t.Errorf("%d messages came twice, %d of them flagged; allowed: %d, all flagged", r.twice, r.flagged, f.twice)
			}
		})
	}
	t.Log("\n" + markdown(results))
	if *save != "" && !t.Failed() {
		if err := os.WriteFile(*save, []byte(markdown(results)), 0o644); err != nil {
			t.Error(err)
		}
	}
}

// save names a file for the table.
var save = flag.String("save", "", "write the table to this file")

// shortest is the least that a fault needs to have its effect.
const shortest = 2 * time.Second

// length is how long each fault lasts: SOAK says for how long all of them together put load
// on the platform, and each gets its share; without it, a moment.
func length(t *testing.T) (d time.Duration, whole bool) {
	text := os.Getenv("SOAK")
	if text == "" {
		return shortest, false
	}
	all, err := time.ParseDuration(text)
	share := all / time.Duration(len(faults()))
	if err != nil || share < shortest {
		t.Fatalf("SOAK=%s: want a duration of at least %s for all faults together, such as 6m or 1h", text, shortest*time.Duration(len(faults())))
	}
	return share, true
}

// pause waits for a part of a fault to have its effect. Time itself is the condition here.
func pause(d time.Duration) { <-time.After(d) }

func kills(s *stage, long time.Duration) {
	s.during(50, func() {
		for end, i := time.Now().Add(long), 0; time.Now().Before(end); i++ {
			d := s.daemons[i%len(s.daemons)]
			d.kill()
			d.start()
			pause(3 * time.Second)
		}
	})
}

func rolling(s *stage, long time.Duration) {
	rounds := 3
	if long > 5*time.Second {
		rounds = 20
	}
	s.during(50, func() {
		for i := range rounds {
			d := s.daemons[i%len(s.daemons)]
			d.term()
			d.start()
		}
	})
}

func freeze(s *stage, _ time.Duration) {
	s.during(20, func() {
		s.daemons[0].freeze()
		pause(90 * time.Second)
		s.daemons[0].thaw()
	})
}

func restartQueue(s *stage, long time.Duration) {
	s.during(50, func() {
		for end := time.Now().Add(long); time.Now().Before(end); {
			s.queue.Stop()
			pause(500 * time.Millisecond)
			s.queue.Restart()
			pause(2 * time.Second)
		}
	})
}

func failover(s *stage, long time.Duration) {
	s.during(50, func() {
		pause(long / 2)
		old := s.group.Failover()
		pause(long / 2)
		old.Restart()
		pause(time.Second)
	})
}

// outOfMemory makes Redis refuse every write for a while (noeviction).
func outOfMemory(s *stage, long time.Duration) {
	s.during(50, func() {
		pause(long / 4)
		s.ledger.ConfigSet(context.Background(), "maxmemory", "1mb")
		pause(long)
		s.ledger.ConfigSet(context.Background(), "maxmemory", "0")
		pause(time.Second)
	})
}

// flushed empties the source after everything was read: what comes after it must arrive.
func flushed(s *stage, long time.Duration) {
	s.during(50, func() { pause(long) })
	await(s.t, time.Minute, "the group has read everything", func() bool { return len(s.missing()) == 0 })
	s.producer.FlushAll(context.Background())
	s.during(50, func() { pause(long) })
}

// trimmed cuts half of what nobody has read: it is gone, and the daemons must say how much.
func trimmed(s *stage, _ time.Duration) {
	s.order()
	await(s.t, time.Minute, "the first order arrives", func() bool { return len(s.missing()) == 0 })
	for _, d := range s.daemons {
		d.term()
	}
	const half = 50
	for range 2 * half {
		s.order()
	}
	s.producer.XTrimMaxLen(context.Background(), stream, half)
	s.sent = append(s.sent[:1], s.sent[1+half:]...)
	for _, d := range s.daemons {
		d.start()
	}
	await(s.t, time.Minute, fmt.Sprintf("%d lost entries are counted", half), func() bool {
		n := 0.0
		for _, d := range s.daemons {
			n += d.metric("stream_entries_lost_total")
		}
		return n == half
	})
}

func sourceAway(s *stage, long time.Duration) {
	s.during(50, func() {
		s.source.Stop()
		pause(min(long, time.Minute))
		s.source.Restart()
		pause(time.Second)
	})
}

// groupDestroyed takes the group away after everything was read: what is still in the
// stream must neither be lost nor sent again.
func groupDestroyed(s *stage, long time.Duration) {
	c := s.producer
	s.during(50, func() { pause(long) })
	await(s.t, time.Minute, "the group has read everything", func() bool { return len(s.missing()) == 0 })
	if err := c.XGroupDestroy(context.Background(), stream, "notification-consumers").Err(); err != nil {
		s.t.Error(err)
	}
	s.during(50, func() { pause(long) })
	await(s.t, time.Minute, "the group is back", func() bool { return len(s.missing()) == 0 })
	if err := c.Del(context.Background(), stream).Err(); err != nil {
		s.t.Error(err)
	}
	s.during(50, func() { pause(long) })
}

func trouble(text string) func(*stage, time.Duration) {
	return func(s *stage, long time.Duration) {
		tr, err := simulators.ParseTrouble(text)
		if err != nil {
			s.t.Fatal(err)
		}
		s.outside.trouble(tr)
		s.during(20, func() { pause(long) })
		s.outside.trouble(simulators.Trouble{})
	}
}

// sameEventTwice publishes each event again at once and after a while.
func sameEventTwice(s *stage, long time.Duration) {
	s.during(50, func() { pause(long) })
	for n := s.next; n > 0; n-- {
		again := func(f map[string]any) {
			f["event_id"], f["order_id"], f["order_number"] = fmt.Sprintf("soak-%d", n), n, fmt.Sprintf("SOAK-%d", n)
			f["user_id"] = 1000 + n%people
		}
		count, next := len(s.sent), s.next
		s.order(again)
		s.sent, s.next = s.sent[:count], next
	}
}

// poison mixes what can't be read with what can.
func poison(s *stage, long time.Duration) {
	bad := []map[string]any{
		{"data": "{broken"},
		{"type": "no.such.type"},
		{"nothing": "at all"},
		{"type": "order.cancelled"},
		{"type": "order.cancelled", "order_id": "1", "reason": strings.Repeat("x", 5<<20)},
		{"type": "order.cancelled\xff\xfe", "order_id": "1"},
		{"type": "order.cancelled", "order_id": "a\r\nb", "reason": "x"},
	}
	count := 0
	s.during(50, func() {
		for end := time.Now().Add(long); time.Now().Before(end); {
			for _, fields := range bad {
				if s.producer.XAdd(context.Background(), &redis.XAddArgs{Stream: stream, Values: fields}).Err() == nil {
					count++
				}
			}
			pause(100 * time.Millisecond)
		}
	})
	await(s.t, time.Minute, fmt.Sprintf("%d poisoned entries are set aside", count), func() bool {
		n := 0
		for _, c := range s.dead() {
			n += c
		}
		return n == count
	})
	s.t.Logf("set aside: %v", reasons(s.dead()))
}
