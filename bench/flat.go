package main

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
)

// The steady load: 100 events a second, each told by email, Telegram and push.
const flatRate = 100

// flat keeps a daemon at a steady load for as long as it was told, and looks whether it still
// needs as much memory in the end as in the beginning.
func (b *bench) flat(ctx context.Context) error {
	return within(ctx, func(o *owner) error {
		s := startServer(o)
		mails, err := newSink(nil)
		if err != nil {
			return err
		}
		o.Cleanup(mails.close)
		others, err := newWebsink() // Telegram and push
		if err != nil {
			return err
		}
		o.Cleanup(others.close)
		if err := settle(ctx, s.client, people); err != nil {
			return err
		}
		env := append(append(telegramEnv(others), pushEnv(others)...), smtpEnv(mails))
		d, err := b.startDaemon(o, s, "pod", env...)
		if err != nil {
			return err
		}
		n := int(flatRate * b.options.flat.Seconds())
		var g errgroup.Group
		var own samples
		g.Go(func() error { return steady(ctx, s, n) })
		own = d.watch(ctx, b.options.flat, 100)
		if err := g.Wait(); err != nil {
			return err
		}
		if err := reach(ctx, &mails.took, n); err != nil {
			return err
		}
		tenth := len(own) / 10
		first, last := own[tenth:2*tenth].median(), own[len(own)-tenth:].median()
		b.add(flatMemory, "×", ours, last/first)
		b.notes = append(b.notes, fmt.Sprintf("steady load: %d events in %s, each by email, Telegram and push; private memory in the second tenth %.1f MB, in the last %.1f MB", n, b.options.flat, first, last))
		return nil
	})
}

// steady publishes n events, each at its own time.
func steady(ctx context.Context, s server, n int) error {
	next := time.Now()
	for i := range n {
		next = next.Add(time.Second / flatRate)
		rest(ctx, time.Until(next))
		if err := shipped().one(ctx, s.client, i); err != nil {
			return err
		}
	}
	return nil
}

// watch takes n samples of the daemon's private memory, in MB.
func (d *daemon) watch(ctx context.Context, long time.Duration, n int) (own samples) {
	for range n {
		rest(ctx, long/time.Duration(n))
		_, _, mb := d.memory()
		own = append(own, mb)
	}
	return own
}
