package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/batcher"
)

// doneScript is the SHA-1 of the script by which asynq v0.26 takes a job out that is done.
const doneScript = "1241eaa1c73409baaf1fea0c08d203a4911bda15"

// finishScript takes jobs out that are done, each as asynq v0.26 takes one (internal/rdb/rdb.go,
// doneCmd).
//
//	KEYS[1] -> active list
//	KEYS[2] -> leases
//	KEYS[3] -> the day's count of processed jobs
//	KEYS[4] -> the count of all
//	ARGV[1] -> when the day's count is forgotten, s
//	ARGV[2] -> the largest count, after which it begins anew
//	ARGV[3] -> prefix of the jobs' keys, which are in the same slot
//	ARGV[4...] -> ids
//
// Output: for each, 1, or 0 where it was not in work.
var finishScript = redis.NewScript(`
local answers, ids, jobs = {}, {}, {}
for i = 4, #ARGV do
	local was = redis.call("LREM", KEYS[1], 1, ARGV[i])
	answers[i - 3] = was
	if was > 0 then ids[#ids + 1], jobs[#jobs + 1] = ARGV[i], ARGV[3] .. ARGV[i] end
end
local done = #ids
if done == 0 then return answers end
redis.call("ZREM", KEYS[2], unpack(ids))
redis.call("DEL", unpack(jobs))
if redis.call("INCRBY", KEYS[3], done) == done then redis.call("EXPIREAT", KEYS[3], ARGV[1]) end
local total = redis.call("GET", KEYS[4])
if total and tonumber(total) > ARGV[2] - done then
	redis.call("SET", KEYS[4], done)
else
	redis.call("INCRBY", KEYS[4], done)
end
return answers
`)

// Jobs that are done meanwhile are taken out together.
const (
	finishedTogether = 64
	finishTimeout    = 20 * time.Second // shorter than a job's lease
)

var errNotInWork = errors.New("NOT FOUND") // asynq's own words

// question is the arguments of asynq's script for one job that is done: what, SHA, 5, the keys
// (active, lease, job, day, all), id, when the day is forgotten, largest count.
type question []any

func (q question) day() any { return q[6] }

// newFinisher gathers a queue's jobs that are done. It answers whether they were in work.
func newFinisher(queue string, client redis.UniversalClient) *batcher.Batcher[question, bool] {
	return batcher.New(finishedTogether, finishTimeout, func(ctx context.Context, all []question) ([]bool, error) {
		was := make([]bool, 0, len(all))
		for len(all) > 0 {
			n := 1
			for n < len(all) && all[n].day() == all[0].day() { // at midnight there are two
				n++
			}
			some, err := finish(ctx, client, keys(queue), all[:n])
			if err != nil {
				return nil, err
			}
			was, all = append(was, some...), all[n:]
		}
		return was, nil
	})
}

func finish(ctx context.Context, client redis.UniversalClient, k keys, all []question) ([]bool, error) {
	day, total := fmt.Sprint(all[0][6]), fmt.Sprint(all[0][7])
	args := []any{all[0][9], all[0][10], k.tasks()}
	for _, q := range all {
		args = append(args, q[8])
	}
	answers, err := finishScript.Run(ctx, client, []string{k.active(), k.lease(), day, total}, args...).Int64Slice()
	if err != nil {
		return nil, err
	}
	was := make([]bool, len(all))
	for i := range was {
		was[i] = answers[i] == 1
	}
	return was, nil
}
