package ctl

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/jobs"
	"github.com/vondi-global/notifications/internal/pipeline"
)

func newBroadcasts(s *session) *cobra.Command {
	c := &cobra.Command{
		Use: "broadcasts", Short: "large audiences that are being paged through", GroupID: "operators",
	}
	c.AddCommand(newBroadcastsList(s),
		newBroadcastsSet(s, "pause", "stop planning on; what is planned is sent", jobs.Paused),
		newBroadcastsSet(s, "resume", "go on where it was paused", jobs.Running),
		newBroadcastsSet(s, "cancel", "end it for good; what is planned is sent", jobs.Cancelled))
	return c
}

// broadcastView is a broadcast as the commands show it.
type broadcastView struct {
	ID       string    `json:"id"`
	Type     string    `json:"type"`
	EventID  string    `json:"event_id"`
	Role     string    `json:"role"`
	Audience string    `json:"audience"`
	Size     int64     `json:"size"`
	Planned  int64     `json:"planned"` // about: whole pages
	State    string    `json:"state"`
	Started  time.Time `json:"started"`
	Updated  time.Time `json:"updated"`
}

func broadcastViewOf(p jobs.Progress) broadcastView {
	b := p.Broadcast
	return broadcastView{
		b.ID, b.Event.Type, b.Event.ID, b.Role, b.Audience, b.Size, min(b.Size, p.Pages*pipeline.PageSize), string(p.State), p.Started.UTC(), p.Updated.UTC(),
	}
}

func newBroadcastsList(s *session) *cobra.Command {
	var n int64
	c := &cobra.Command{
		Use: "list", Short: "list the newest broadcasts with how far they are", Example: "  notifyctl broadcasts list", Args: cobra.NoArgs,
		RunE: s.withPlatform(func(ctx context.Context, p *platform, _ []string) error {
			list, err := p.queue.Broadcasts(ctx, n)
			if err != nil {
				return err
			}
			t := table{head: []string{"ID", "TYPE", "AUDIENCE", "SIZE", "PLANNED", "STATE", "STARTED"}}
			var views []broadcastView
			for _, b := range list {
				v := broadcastViewOf(b)
				views = append(views, v)
				t.add(v.ID, v.Type, v.Audience, count(v.Size), count(v.Planned), v.State, s.when(v.Started))
			}
			return print(s, views, t)
		}),
	}
	c.Flags().Int64VarP(&n, "limit", "n", 20, "how many at most")
	return c
}

func newBroadcastsSet(s *session, verb, about string, to jobs.BroadcastState) *cobra.Command {
	c := &cobra.Command{
		Use: verb + " ID", Short: about, Example: "  notifyctl broadcasts " + verb + " 4nhd2kq…",
		Args: cobra.ExactArgs(1), ValidArgsFunction: first(s.completeBroadcasts),
	}
	yes := yesFlag(c)
	c.RunE = s.withPlatform(func(ctx context.Context, p *platform, args []string) error {
		ask := s.askProtected
		if to == jobs.Cancelled {
			ask = s.ask
		}
		if err := ask(verb+" broadcast "+args[0], *yes); err != nil {
			return err
		}
		found, err := p.queue.SetBroadcast(ctx, args[0], to)
		if err == nil && !found {
			err = fmt.Errorf("no broadcast %s: notifyctl broadcasts list shows them", args[0])
		}
		if err != nil {
			return err
		}
		return took(ctx, p.queue, args[0], to)
	})
	return c
}

// took makes sure that a broadcast is in the state that was asked for: one that has ended
// stays as it is.
func took(ctx context.Context, q *jobs.Queue, id string, want jobs.BroadcastState) error {
	list, err := q.Broadcasts(ctx, broadcastsKept)
	for _, b := range list {
		if b.Broadcast.ID == id && b.State != want {
			return fmt.Errorf("broadcast %s is %s already", id, b.State)
		}
	}
	return err
}

// broadcastsKept is more than a week has.
const broadcastsKept = 1000

func (s *session) completeBroadcasts(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	p, err := s.platform(commandContext(c))
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	list, _ := p.queue.Broadcasts(commandContext(c), 50)
	var ids []string
	for _, b := range list {
		ids = append(ids, b.Broadcast.ID)
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}
