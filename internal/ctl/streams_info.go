package ctl

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/spf13/cobra"
)

func newStreamsInfo(s *session) *cobra.Command {
	var source string
	c := &cobra.Command{
		Use: "info STREAM", Short: "show a stream: its groups, their consumers, what is pending",
		Example: "  notifyctl streams info listings:events:orders",
		Args:    cobra.ExactArgs(1), ValidArgsFunction: first(s.completeStreams),
		RunE: func(c *cobra.Command, args []string) error {
			o, err := s.holder(c.Context(), args[0], source)
			if err != nil {
				return err
			}
			v, err := o.info(c.Context(), args[0])
			if err != nil {
				return err
			}
			return printOne(s, v, streamPage{s, v}.write)
		},
	}
	sourceFlag(c, &source)
	return c
}

// streamInfo is a stream with what holds its entries.
type streamInfo struct {
	streamLook
	Consumers []consumerView `json:"consumers"`
	Pending   []pendingView  `json:"pending"` // the oldest
}

type consumerView struct {
	Group    string    `json:"group"`
	Consumer string    `json:"consumer"`
	Pending  int64     `json:"pending"`
	Seen     time.Time `json:"seen"` // it last asked for entries
}

type pendingView struct {
	Group    string    `json:"group"`
	Entry    string    `json:"entry"`
	Consumer string    `json:"consumer"`
	Since    time.Time `json:"since"` // it was last delivered
	Tries    int64     `json:"tries"`
}

// pendingShown is how many pending entries of a group are shown.
const pendingShown = 10

func (o *origin) info(ctx context.Context, stream string) (streamInfo, error) {
	looks, err := o.look(ctx, []string{stream})
	if err != nil || len(looks) == 0 {
		return streamInfo{}, cmp.Or(err, fmt.Errorf("stream %s is gone", stream))
	}
	now, err := o.client.Time(ctx).Result()
	if err != nil {
		return streamInfo{}, err
	}
	v := streamInfo{streamLook: looks[0], Consumers: []consumerView{}, Pending: []pendingView{}}
	for _, g := range v.Groups {
		if err := o.addGroup(ctx, &v, g.Group, now); err != nil {
			return v, err
		}
	}
	return v, nil
}

func (o *origin) addGroup(ctx context.Context, v *streamInfo, group string, now time.Time) error {
	consumers, err := o.client.XInfoConsumers(ctx, v.Stream, group).Result()
	if err != nil {
		return err
	}
	for _, c := range consumers {
		v.Consumers = append(v.Consumers, consumerView{group, c.Name, c.Pending, now.Add(-c.Idle).UTC()})
	}
	pending, err := o.client.XPendingExt(ctx, &redis.XPendingExtArgs{Stream: v.Stream, Group: group, Start: "-", End: "+", Count: pendingShown}).Result()
	for _, p := range pending {
		v.Pending = append(v.Pending, pendingView{group, p.ID, p.Consumer, now.Add(-p.Idle).UTC(), p.RetryCount})
	}
	return err
}

// streamPage writes a stream for people.
type streamPage struct {
	s *session
	v streamInfo
}

func (p streamPage) write(w io.Writer) error {
	v := p.v
	fmt.Fprintf(w, "%s on %s: %s", v.Stream, v.Source, entries(v.Length))
	if v.Last != "" {
		fmt.Fprintf(w, ", from %s to %s", p.s.when(idTime(v.First)), p.s.when(idTime(v.Last)))
	}
	fmt.Fprintln(w)
	groups := table{head: []string{"GROUP", "CONSUMERS", "PENDING", "LAG", "OLDEST PENDING", "LAST READ"}}
	for _, g := range v.Groups {
		groups.add(g.Group, count(g.Consumers), count(g.Pending), age(seconds(g.Lag)), age(seconds(g.Oldest)), g.LastRead)
	}
	consumers := table{head: []string{"CONSUMER", "GROUP", "PENDING", "SEEN"}}
	for _, c := range v.Consumers {
		consumers.add(c.Consumer, c.Group, count(c.Pending), p.s.when(c.Seen))
	}
	pending := table{head: []string{"PENDING ENTRY", "GROUP", "CONSUMER", "SINCE", "TRIES"}}
	for _, e := range v.Pending {
		pending.add(e.Entry, e.Group, e.Consumer, p.s.when(e.Since), count(e.Tries))
	}
	return writeTables(w, groups, consumers, pending)
}

// writeTables writes tables below each other, without those that are empty.
func writeTables(w io.Writer, tables ...table) error {
	for _, t := range tables {
		if len(t.rows) == 0 {
			continue
		}
		fmt.Fprintln(w)
		if err := t.write(w); err != nil {
			return err
		}
	}
	return nil
}
