package jobs

import (
	"context"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/redistest"
)

func TestOnACluster(t *testing.T) {
	c, cfg := redistest.StartCluster(t, 0), quick()
	client := c.Client()
	pipe, end, err := Pipe(client, true)
	must(t, err)
	t.Cleanup(func() { _ = end() })
	cfg.Pipe = pipe
	var ran counter
	workWith(t, cfg, func() redis.UniversalClient { return redis.NewUniversalClient(Tune(*c.Options())) }, Handlers{
		Deliver: func(_ context.Context, d notify.Delivery, _ notify.Attempt) notify.Decision {
			ran.add(d.ID + string(d.Channel))
			return notify.Decision{Action: notify.Done}
		},
		Broadcast: (&pager{last: 2}).page,
	})
	q := NewQueue(client, cfg)
	for _, ch := range notify.Channels() {
		must(t, q.Enqueue(t.Context(), deliveries(50, ch, notify.Normal)))
	}
	must(t, q.Broadcast(t.Context(), broadcast()))
	await(t, "all have run", func() bool { return ran.keys() == 200 })
	await(t, "the broadcast is finished", func() bool { return state(t, q).State == Finished })
	archivable := delivery("crashed", notify.SMS, notify.High)
	must(t, q.Pause(t.Context(), "sms:high"))
	must(t, q.Enqueue(t.Context(), []notify.Delivery{archivable}))
	if has, err := q.Has(t.Context(), []notify.Delivery{archivable}); err != nil || !has[0] {
		t.Errorf("Has = %v, %v", has, err)
	}
	archive(t, client, "sms:high", "crashed")
	r := reconcile(client)
	must(t, r.Pass(t.Context()))
	if len(r.deliveries) != 1 {
		t.Errorf("told of %v", r.deliveries)
	}
	if stats, err := q.Stats(t.Context()); err != nil || len(stats) != 14 {
		t.Errorf("Stats = %v, %v", stats, err)
	}
}
