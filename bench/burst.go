package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// The burst: seven times the usual 200 events a second, each told by email, Telegram and
// push, with Telegram down.
const burstRate = 7 * 200

func (b *bench) burst(ctx context.Context) error {
	return within(ctx, func(o *owner) error {
		s := startServer(o)
		c := newClock()
		mails, err := newSink(func(to string) { c.accept(to) })
		if err != nil {
			return err
		}
		o.Cleanup(mails.close)
		telegram, err := newWebsink()
		if err != nil {
			return err
		}
		o.Cleanup(telegram.close)
		pushes, err := newWebsink()
		if err != nil {
			return err
		}
		o.Cleanup(pushes.close)
		telegram.down.Store(true)
		n := int(burstRate * b.options.burst.Seconds() * min(1, b.scale))
		if err := settle(ctx, s.client, n); err != nil {
			return err
		}
		env := append(append(telegramEnv(telegram), pushEnv(pushes)...), smtpEnv(mails))
		d, err := b.startDaemon(o, s, "pod", env...)
		if err != nil {
			return err
		}
		if err := c.flood(ctx, s, n); err != nil {
			return err
		}
		_, most, _ := d.memory()
		b.add(loadMemory, "MB", ours, most)
		if err := reach(ctx, &pushes.took, n); err != nil {
			return err
		}
		b.add(burstShare, "%", ours, c.within(10*time.Second))
		b.add(burstP99, "ms", ours, c.latencies().at(.99))
		b.notes = append(b.notes, fmt.Sprintf("burst: %d events in %d s, each by email, Telegram and push; Telegram answers 503 to all; emails measured, all pushes taken too", n, n/burstRate))
		return nil
	})
}

// flood publishes in groups of a hundredth of a second.
func (c *clock) flood(ctx context.Context, s server, n int) error {
	what := shippedTo(n)
	next := time.Now()
	for i := 0; i < n; {
		next = next.Add(10 * time.Millisecond)
		rest(ctx, time.Until(next))
		until := min(n, i+burstRate/100-2+rand.IntN(5))
		for j := i; j < until; j++ {
			c.publish(j)
		}
		if err := what.write(ctx, s.client, i, until); err != nil {
			return err
		}
		i = until
	}
	return c.await(ctx, 2*time.Minute)
}
