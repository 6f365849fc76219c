package ctl

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/streams"
)

type peeking struct {
	source, from string
	n            int64
}

func newStreamsPeek(s *session) *cobra.Command {
	var f peeking
	c := &cobra.Command{
		Use: "peek STREAM", Short: "show entries as the daemon reads them, personal values masked",
		Long:    "peek shows the newest entries, or those from a time or an entry id on. It reads as no group: nothing is acknowledged.",
		Example: "  notifyctl streams peek listings:events:orders\n  notifyctl streams peek pvz.events --from 2h -n 50 -o jsonl",
		Args:    cobra.ExactArgs(1), ValidArgsFunction: first(s.completeStreams),
		RunE: func(c *cobra.Command, args []string) error {
			if f.n < 1 {
				return usagef("-n %d: want at least 1", f.n)
			}
			return s.peek(c.Context(), args[0], f)
		},
	}
	sourceFlag(c, &f.source)
	c.Flags().StringVar(&f.from, "from", "", "an entry id, or a time: "+timeHelp)
	c.Flags().Int64VarP(&f.n, "limit", "n", 10, "how many entries")
	return c
}

// entryView is an entry as the command shows it.
type entryView struct {
	Entry   string          `json:"entry"`
	Time    time.Time       `json:"time"`
	Type    string          `json:"type,omitempty"`
	EventID string          `json:"event_id,omitempty"`
	Payload json.RawMessage `json:"payload,omitempty"`
	Trouble string          `json:"trouble,omitempty"` // why the daemon can't take it
}

func (s *session) peek(ctx context.Context, stream string, f peeking) error {
	o, err := s.holder(ctx, stream, f.source)
	if err != nil {
		return err
	}
	list, err := s.entries(ctx, o, stream, f)
	if err != nil {
		return err
	}
	t := table{head: []string{"ENTRY", "TIME", "TYPE", "EVENT", "PAYLOAD"}}
	var views []entryView
	for _, m := range list {
		v := viewStreamEntry(o.name, stream, m)
		views = append(views, v)
		last := string(v.Payload)
		if v.Trouble != "" {
			last = s.paint(red, v.Trouble)
		}
		t.add(v.Entry, s.when(v.Time), v.Type, v.EventID, last)
	}
	return print(s, views, t)
}

func (s *session) entries(ctx context.Context, o *origin, stream string, f peeking) ([]redis.XMessage, error) {
	if f.from == "" {
		list, err := o.client.XRevRangeN(ctx, stream, "+", "-", f.n).Result()
		slices.Reverse(list)
		return list, err
	}
	from := f.from
	if ms, _ := splitID(from); ms < 1e11 || !strings.Contains(from, "-") {
		t, err := s.parseTime("from", from)
		if err != nil {
			return nil, err
		}
		from = fmt.Sprint(t.UnixMilli())
	}
	return o.client.XRangeN(ctx, stream, from, "+", f.n).Result()
}

func viewStreamEntry(source, stream string, m redis.XMessage) entryView {
	v := entryView{Entry: m.ID, Time: idTime(m.ID)}
	e, err := streams.Decode(source, stream, m)
	if err != nil {
		v.Trouble = err.Error()
		return v
	}
	t, err := eventtypes.Check(&e)
	if err != nil {
		v.Trouble = err.Error()
	}
	v.Type, v.EventID, v.Payload = e.Type, e.ID, eventtypes.Mask(t, e.Data)
	return v
}
