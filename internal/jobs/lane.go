package jobs

import (
	"slices"
	"strings"

	"github.com/vondi-global/notifications/internal/notify"
)

// The queues that no channel has.
const (
	LaterQueue     = "events:later" // events that wait for a person
	BroadcastQueue = "broadcasts"   // audiences that are paged through
)

// Kinds of jobs.
const (
	kindDeliver   = "deliver"
	kindResume    = "resume"
	kindBroadcast = "broadcast"
)

// QueueName is the queue of a lane: "email:high".
func QueueName(ch notify.Channel, p notify.Priority) string { return string(ch) + ":" + string(p) }

// Lane reads a queue's name. ok is false for the queues that no channel has.
func Lane(queue string) (ch notify.Channel, p notify.Priority, ok bool) {
	a, b, _ := strings.Cut(queue, ":")
	ch, p = notify.Channel(a), notify.Priority(b)
	if !slices.Contains(notify.Channels(), ch) || !slices.Contains(notify.Priorities(), p) {
		return "", "", false
	}
	return ch, p, true
}

// Queues lists all queues, in the order in which people read them.
func Queues() []string {
	var names []string
	for _, ch := range notify.Channels() {
		for _, p := range notify.Priorities() {
			names = append(names, QueueName(ch, p))
		}
	}
	return append(names, LaterQueue, BroadcastQueue)
}

// keys are asynq's, of one queue; they share a slot.
type keys string

func (q keys) pending() string       { return "asynq:{" + string(q) + "}:pending" }
func (q keys) active() string        { return "asynq:{" + string(q) + "}:active" }
func (q keys) lease() string         { return "asynq:{" + string(q) + "}:lease" }
func (q keys) retry() string         { return "asynq:{" + string(q) + "}:retry" }
func (q keys) scheduled() string     { return "asynq:{" + string(q) + "}:scheduled" }
func (q keys) archived() string      { return "asynq:{" + string(q) + "}:archived" }
func (q keys) paused() string        { return "asynq:{" + string(q) + "}:paused" }
func (q keys) task(id string) string { return q.tasks() + id }
func (q keys) tasks() string         { return "asynq:{" + string(q) + "}:t:" }

// allQueues is the set in which asynq lists its queues.
const allQueues = "asynq:queues"
