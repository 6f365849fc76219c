package ctl

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
)

func newStatus(s *session) *cobra.Command {
	var watch bool
	var every time.Duration
	c := &cobra.Command{
		Use: "status", Short: "how the platform is: sources, queues, errors, holds", GroupID: "operators",
		Long: `status shows how far the streams are read, what the queues hold and for how long, how each
pod's breakers stand, what was sent and what failed in the last 5 minutes. What crosses a threshold is named with the command
that helps, and the exit code is 1:

  a stream longer than 10,000 entries · more than 100 pending · nothing read for 5 minutes
  more than 5 % of attempts failed · 95 % not sent within 1 s · a source that doesn't answer
  a breaker that is open (the provider fails) or held (it refuses our settings)`,
		Example: "  notifyctl status\n  notifyctl status --watch\n  notifyctl status -o json | jq .alarms",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if watch {
				return s.watchStatus(c.Context(), every)
			}
			v, err := s.status(c.Context())
			if err != nil {
				return err
			}
			if err := printOne(s, v, statusPage{s, v}.write); err != nil || len(v.Alarms) == 0 {
				return err
			}
			return errFound
		},
	}
	c.Flags().BoolVarP(&watch, "watch", "w", false, "show it again and again")
	c.Flags().DurationVar(&every, "every", 2*time.Second, "how often, with --watch")
	return c
}

// clearScreen is what a terminal forgets its lines by (ECMA-48, CUP and ED).
const clearScreen = "\x1b[H\x1b[2J"

// watchStatus shows the status until it is stopped. A Redis that is away for a moment is
// shown, not left.
func (s *session) watchStatus(ctx context.Context, every time.Duration) error {
	tick := time.NewTicker(max(every, 200*time.Millisecond))
	defer tick.Stop()
	for {
		v, err := s.status(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if s.Terminal {
			fmt.Fprint(s.Out, clearScreen)
		}
		if err != nil {
			fmt.Fprintln(s.Err, "notifyctl:", err)
		} else if err := printOne(s, v, statusPage{s, v}.write); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
