package ctl

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/jobs"
	"github.com/vondi-global/notifications/internal/similar"
)

func newQueues(s *session) *cobra.Command {
	c := &cobra.Command{
		Use: "queues", Short: "the queues between planning and sending", GroupID: "operators",
		Long: `A queue is a channel with a priority (email:high); two more hold events that wait for a
person (events:later) and audiences that are paged through (broadcasts).

A pause stops the workers of a queue, whatever it holds, and says nothing of why; for
operators' reasons there is notifyctl hold.`,
	}
	c.AddCommand(newQueuesList(s), newQueuesSwitch(s, "pause", (*jobs.Queue).Pause), newQueuesSwitch(s, "resume", (*jobs.Queue).Resume))
	return c
}

// queueView is a queue as the commands show it.
type queueView struct {
	Queue     string  `json:"queue"`
	Pending   int64   `json:"pending"`
	Active    int64   `json:"active"`
	Retry     int64   `json:"retry"`
	Scheduled int64   `json:"scheduled"`
	Oldest    float64 `json:"oldest_seconds"`
	Paused    bool    `json:"paused"`
}

func queueViews(stats []jobs.QueueStats) []queueView {
	list := make([]queueView, len(stats))
	for i, q := range stats {
		list[i] = queueView{q.Queue, q.Pending, q.Active, q.Retry, q.Scheduled, q.Oldest.Seconds(), q.Paused}
	}
	return list
}

// queueTable leaves out empty queues unless all are wanted.
func queueTable(views []queueView, all bool) table {
	t := table{head: []string{"QUEUE", "PENDING", "ACTIVE", "RETRY", "SCHEDULED", "OLDEST", ""}}
	for _, q := range views {
		if !all && !q.Paused && q.Pending+q.Active+q.Retry+q.Scheduled == 0 {
			continue
		}
		t.add(q.Queue, count(q.Pending), count(q.Active), count(q.Retry), count(q.Scheduled), age(seconds(q.Oldest)), sign(q.Paused, "paused"))
	}
	return t
}

func count(n int64) string { return strconv.FormatInt(n, 10) }

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// age is a length of time that may be none.
func age(d time.Duration) string {
	if d <= 0 {
		return "–"
	}
	return duration(d)
}

func newQueuesList(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "list the queues with what they hold", Example: "  notifyctl queues list", Args: cobra.NoArgs,
		RunE: s.withPlatform(func(ctx context.Context, p *platform, _ []string) error {
			stats, err := p.queue.Stats(ctx)
			if err != nil {
				return err
			}
			views := queueViews(stats)
			return print(s, views, queueTable(views, true))
		}),
	}
}

func newQueuesSwitch(s *session, verb string, do func(*jobs.Queue, context.Context, string) error) *cobra.Command {
	c := &cobra.Command{
		Use: verb + " QUEUE…", Short: verb + " queues", Example: "  notifyctl queues " + verb + " sms:low sms:normal",
		Args: cobra.MinimumNArgs(1), ValidArgsFunction: completeQueues,
	}
	yes := yesFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		for _, q := range args {
			if err := checkQueue(q); err != nil {
				return err
			}
		}
		p, err := s.platform(c.Context())
		if err != nil {
			return err
		}
		if err := s.askProtected(fmt.Sprintf("%s %s", verb, plural(len(args), "queue")), *yes); err != nil {
			return err
		}
		for _, q := range args {
			if err := do(p.queue, c.Context(), q); err != nil {
				return fmt.Errorf("%s: %w", q, err)
			}
		}
		return nil
	}
	return c
}

func checkQueue(name string) error {
	if slices.Contains(jobs.Queues(), name) {
		return nil
	}
	if near := similar.Nearest(name, jobs.Queues()); near != "" {
		return usagef("no queue %q: did you mean %s?", name, near)
	}
	return usagef("no queue %q: notifyctl queues list shows them", name)
}
