package ledger

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redistest"
)

// xadd is a plain entry.
func xadd(stream string, values ...string) *redis.XAddArgs {
	return &redis.XAddArgs{Stream: stream, Values: values}
}

// BenchmarkClaimAndSettle is a worker's part of the ledger, with 64 workers at it.
func BenchmarkClaimAndSettle(b *testing.B) {
	client := redistest.Start(b).Client()
	l := New(client, Defaults(), time.Now)
	var n atomicCounter
	b.SetParallelism(32)
	before := cpu(b, client)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			d := orderDelivery(n.next())
			if c, err := l.Claim(context.Background(), d, time.Minute); err != nil || c.State != notify.Claimed {
				b.Errorf("claim: %v, %v", c, err)
			}
			if _, err := l.Settle(context.Background(), sent(d, "")); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
	b.ReportMetric(1e6*(cpu(b, client)-before)/float64(b.N), "redis-µs/op")
}

// BenchmarkKeep is the reader's part: events of three deliveries each, 500 at a time.
func BenchmarkKeep(b *testing.B) {
	client := redistest.Start(b).Client()
	l := New(client, Defaults(), time.Now)
	before := cpu(b, client)
	for i := 0; b.Loop(); i++ {
		batch := make([]notify.Planned, 500)
		for j := range batch {
			batch[j] = threefold(i*len(batch)+j, "order_id:x/order.accepted", "order_id:x/order.processing")
		}
		must(b, l.Keep(b.Context(), batch))
	}
	b.ReportMetric(1e6*(cpu(b, client)-before)/float64(500*b.N), "redis-µs/event")
}

// threefold is the n-th order, planned by three channels.
func threefold(n int, supersedes ...string) notify.Planned {
	e := orderEvent(notify.DeliveryID(fmt.Sprint(n), notify.Recipient{}, "", "", ""))
	e.Data = fmt.Appendf(nil, `{"order_id":%d,"storefront_id":67,"buyer_id":890,"total_amount":"4990.00","currency":"RSD","items":[{"title":"Lonac","quantity":1}]}`, n)
	var send []notify.Delivery
	for _, ch := range []notify.Channel{notify.Email, notify.Telegram, notify.Push} {
		d := of(e, notify.DeliveryID(e.ID, notify.Recipient{}, ch, "", ""), fmt.Sprint(n/3))
		d.Channel = ch
		send = append(send, d)
	}
	p := planned(e, send...)
	p.Plan.Supersedes = supersedes
	return p
}

// BenchmarkMemory prints what Redis holds for each remembered delivery, log included, with
// a person for each ten deliveries, and for each kept event of three deliveries.
func BenchmarkMemory(b *testing.B) {
	for b.Loop() {
		client := redistest.Start(b).Client()
		l := New(client, Defaults(), time.Now)
		const n = 20_000
		before := used(b, client)
		var all []notify.Planned
		for i := range n / 3 {
			all = append(all, threefold(i))
		}
		must(b, l.Keep(b.Context(), all))
		kept := used(b, client)
		for _, p := range all {
			for _, d := range p.Plan.Send {
				if _, err := l.Settle(b.Context(), sent(d, "1234567890")); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric((kept-before)/float64(len(all)), "bytes/event")
		b.ReportMetric((used(b, client)-kept)/float64(3*len(all)), "bytes/delivery")
	}
}

func used(b *testing.B, c *redis.Client) float64 { return infoOf(b, c, "memory", "used_memory") }

// cpu is the CPU time that the server has used, in seconds.
func cpu(b *testing.B, c *redis.Client) float64 {
	return infoOf(b, c, "cpu", "used_cpu_sys") + infoOf(b, c, "cpu", "used_cpu_user")
}

func infoOf(b *testing.B, c *redis.Client, section, field string) (n float64) {
	b.Helper()
	for line := range strings.Lines(c.Info(b.Context(), section).Val()) {
		if _, err := fmt.Sscanf(line, field+":%f", &n); err == nil {
			return n
		}
	}
	return n
}

// atomicCounter makes ids.
type atomicCounter struct{ n atomic.Int64 }

func (c *atomicCounter) next() string { return fmt.Sprintf("d%025d", c.n.Add(1)) }
