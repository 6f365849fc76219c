package jobs

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/vondi-global/notifications/internal/notify"
)

// enqueueScript puts many tasks into one queue, each as asynq v0.26 puts one
// (internal/rdb/rdb.go, enqueueCmd). A script a task costs Redis more in calling it than in
// what it does.
//
//	KEYS[1] -> asynq:{<queue>}:pending
//	ARGV[1] -> prefix of the tasks' keys, which are in the same slot
//	ARGV[2] -> now, ns
//	ARGV[3], ARGV[4] … -> task id, task message, task id, task message …
//
// Output: how many were new. A task whose id is taken stays as it is.
var enqueueScript = redis.NewScript(`
local keys, fresh = {}, {}
for i = 3, #ARGV, 2 do keys[#keys + 1] = ARGV[1] .. ARGV[i] end
local taken = redis.call("EXISTS", unpack(keys)) > 0 -- hardly ever
for n, key in ipairs(keys) do
	local id, message = ARGV[2 * n + 1], ARGV[2 * n + 2]
	if not taken or redis.call("EXISTS", key) == 0 then
		local new = redis.call("HSET", key, "msg", message, "state", "pending", "pending_since", ARGV[2])
		if new > 0 then fresh[#fresh + 1] = id end -- the same id may be there twice
	end
end
if #fresh > 0 then redis.call("LPUSH", KEYS[1], unpack(fresh)) end
return #fresh
`)

// parcel is jobs for one queue.
type parcel struct {
	queue string
	tasks []any // id, message, id, message …
}

// parcels sorts deliveries by their lanes, at most [Config.AtOnce] to each.
func (q *Queue) parcels(deliveries []notify.Delivery) ([]*parcel, error) {
	var all []*parcel
	open := make(map[string]*parcel, 4)
	for _, d := range deliveries {
		queue, payload, err := job(d)
		if err != nil {
			return nil, err
		}
		p := open[queue]
		if p == nil || len(p.tasks) >= 2*q.cfg.AtOnce {
			p = &parcel{queue: queue}
			open[queue], all = p, append(all, p)
		}
		p.tasks = append(p.tasks, d.ID, q.message(d, queue, payload))
	}
	return all, nil
}

// message is a delivery's task in asynq's own encoding (internal/proto/asynq.proto,
// TaskMessage): what is zero is left out.
func (q *Queue) message(d notify.Delivery, queue string, payload []byte) []byte {
	b := make([]byte, 0, len(payload)+len(d.ID)+len(queue)+32)
	text := func(field protowire.Number, s string) {
		b = protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), s)
	}
	count := func(field protowire.Number, n int64) {
		if n != 0 {
			b = protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), uint64(n))
		}
	}
	text(1, kindDeliver)
	b = protowire.AppendBytes(protowire.AppendTag(b, 2, protowire.BytesType), payload)
	text(3, d.ID)
	text(4, queue)
	count(5, int64(maxRetry(d.Priority)))
	count(8, int64(q.cfg.Timeout/time.Second))
	count(12, int64(q.cfg.Retention/time.Second))
	return b
}

// taskID finds the id in a task message.
func taskID(message []byte) string {
	for len(message) > 0 {
		field, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return ""
		}
		message = message[n:]
		if field == 3 && kind == protowire.BytesType {
			id, _ := protowire.ConsumeString(message)
			return id
		}
		if n = protowire.ConsumeFieldValue(field, kind, message); n < 0 {
			return ""
		}
		message = message[n:]
	}
	return ""
}

// send enqueues in one round trip.
func (q *Queue) send(ctx context.Context, deliveries []notify.Delivery) error {
	parcels, err := q.parcels(deliveries)
	if err != nil || len(parcels) == 0 {
		return err
	}
	if err := q.announce(ctx, parcels); err != nil {
		return err
	}
	err = q.post(ctx, parcels)
	if redis.HasErrorPrefix(err, "NOSCRIPT") { // Redis was restarted, or another node took over
		if err = enqueueScript.Load(ctx, q.client).Err(); err == nil {
			err = q.post(ctx, parcels)
		}
	}
	if err != nil {
		return fmt.Errorf("enqueue: %w", err)
	}
	return nil
}

func (q *Queue) post(ctx context.Context, parcels []*parcel) error {
	now := time.Now().UnixNano()
	p := q.client.Pipeline()
	for _, one := range parcels {
		k := keys(one.queue)
		enqueueScript.EvalSha(ctx, p, []string{k.pending()}, slices.Concat([]any{k.tasks(), now}, one.tasks)...)
	}
	_, err := p.Exec(ctx)
	return err
}

// announce lists queues where asynq's inspector looks for them, each once.
func (q *Queue) announce(ctx context.Context, parcels []*parcel) error {
	for _, p := range parcels {
		if _, known := q.announced.Load(p.queue); known {
			continue
		}
		if err := q.client.SAdd(ctx, allQueues, p.queue).Err(); err != nil {
			return fmt.Errorf("enqueue into %s: %w", p.queue, err)
		}
		q.announced.Store(p.queue, true)
	}
	return nil
}
