package ctl

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/vondi-global/notifications/internal/notify"
)

// sendAll enqueues the plan at a rate. When it is to stop, it finishes the one in hand and
// says how to go on.
func (s *session) sendAll(ctx context.Context, p *platform, items []*resendItem, rate float64) error {
	bar := s.progress(len(items))
	tick := time.NewTicker(time.Duration(float64(time.Second) / rate))
	defer tick.Stop()
	for i, it := range items {
		if i > 0 {
			select {
			case <-ctx.Done():
			case <-tick.C:
			}
		}
		if ctx.Err() != nil {
			return s.stopped(ctx, i, len(items))
		}
		if err := p.sendAgain(context.WithoutCancel(ctx), it); err != nil {
			return fmt.Errorf("%d of %d are on their way, then: %w\nThe same command goes on where it stopped: %s", i, len(items), err, s.command())
		}
		_ = bar.Add(1)
	}
	_ = bar.Finish()
	return nil
}

// sendAgain keeps the delivery with its event before it is enqueued, as the daemon does:
// an audit then knows of it.
func (p *platform) sendAgain(ctx context.Context, it *resendItem) error {
	d := []notify.Delivery{it.make}
	planned := notify.Planned{Event: it.event, Plan: notify.Plan{Send: d, Missing: it.waits}, Expires: it.make.Expires}
	if err := p.ledger.Keep(ctx, []notify.Planned{planned}); err != nil {
		return err
	}
	return p.queue.Enqueue(ctx, d)
}

func (s *session) stopped(ctx context.Context, done, all int) error {
	fmt.Fprintf(s.Err, "%d of %d are on their way. To go on:  %s\n", done, all, s.command())
	return ctx.Err()
}

// progress is a bar on a terminal, and silent elsewhere.
func (s *session) progress(n int) *progressbar.ProgressBar {
	return progressbar.NewOptions(n, progressbar.OptionSetWriter(s.Err), progressbar.OptionSetVisibility(s.Terminal && n > 1),
		progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30))
}

// command is the call itself, as one types it.
func (s *session) command() string {
	words := []string{"notifyctl"}
	for _, a := range s.args {
		if a == "" || strings.ContainsAny(a, " \t'\"$&|;<>()*?#\\") {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		words = append(words, a)
	}
	return strings.Join(words, " ")
}

// agreeTo asks. Where nobody can answer, it says which command needs no answer.
func (s *session) agreeTo(what string, yes bool) error {
	if !yes && !s.Terminal {
		return usagef("%s: nobody can be asked here. Without being asked:  %s --yes", what, s.command())
	}
	return s.ask(what, yes)
}
