// Package jobs is the queue between planning a delivery and sending it, and the only
// package that speaks asynq.
//
//	Queue    ─Enqueue→  asynq queues "<channel>:<priority>"  ─→  Workers ─→ Handlers.Deliver
//	         ─Later→    "events:later"                       ─→          ─→ Handlers.Resume
//	         ─Broadcast→ "broadcasts"                        ─→          ─→ Handlers.Broadcast
//
// A job's id is its delivery's id, so that enqueueing twice is enqueueing once. It carries
// references, never a payload. [Verdict] turns what a provider said into what happens
// next; a handler's decision travels to asynq as a typed error, and asynq only counts and
// waits as it is told.
//
// Each lane (a channel with a priority) has an asynq server of its own. A server has one
// goroutine that fetches, and each empty queue of higher priority costs it a round trip
// for each job; with a server a lane, a flood of low priority takes no slot and no round
// trip of high, and nothing starves. A [Bells] wakes idle servers when something is
// enqueued, in this process and in others, so that they need not poll.
//
// What can travels together: the jobs of a batch go into their queue by one script (parcel.go),
// a server's next jobs are fetched as many as its lane has idle handlers (crate.go), and those
// that end at the same time are taken out at once (finish.go). asynq's servers notice nothing:
// a hook on their client answers for Redis. With an asynq that this package doesn't know by
// heart they talk to Redis themselves.
//
// Measured on two shared cores with Redis 7.0 (BenchmarkEnqueue, BenchmarkEnqueueToHandler):
// 100,000 jobs a second enqueued, 64 a script, beside 39,000 by asynq's own client; about 690
// bytes of Redis for each waiting job; enqueue → handler 0.8 ms at the median and 5 ms at
// p99; about 50 Redis commands a second from an idle process, those inside asynq's scripts
// included.
//
// What asynq leaves behind after crashes and data loss, the [Reconciler] repairs.
package jobs
