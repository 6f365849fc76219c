package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// latency measures one daemon at rest: how long a lone event takes, what it asks Redis, how
// much memory it has; then at 200 events a second.
func (b *bench) latency(ctx context.Context) error {
	return within(ctx, func(o *owner) error {
		s := startServer(o)
		c := newClock()
		mails, err := newSink(func(to string) { c.accept(to) })
		if err != nil {
			return err
		}
		o.Cleanup(mails.close)
		crowd := b.amount(6000)
		if err := settle(ctx, s.client, crowd); err != nil {
			return err
		}
		d, err := b.startDaemon(o, s, "pod", smtpEnv(mails))
		if err != nil {
			return err
		}
		if err := warm(ctx, s, mails); err != nil {
			return err
		}
		if err := b.idle(ctx, s, d); err != nil {
			return err
		}
		c.reset()
		lone := b.amount(100)
		if err := c.drip(ctx, s, verified(crowd), 0, lone, 3); err != nil {
			return err
		}
		b.add(idleP99, "ms", ours, c.latencies().at(.99))
		c.reset()
		if err := c.drip(ctx, s, verified(crowd), lone, crowd-lone, 200); err != nil {
			return err
		}
		b.add(latencyP50, "ms", ours, c.latencies().at(.5))
		b.add(latencyP99, "ms", ours, c.latencies().at(.99))
		return nil
	})
}

// idle watches a daemon that has nothing to do.
func (b *bench) idle(ctx context.Context, s server, d *daemon) error {
	rest(ctx, 5*time.Second)
	span := time.Duration(float64(20*time.Second) * min(1, b.scale))
	before, began := s.commands(ctx), time.Now()
	rest(ctx, span)
	b.add(idleCommands, "commands/s", ours, (s.commands(ctx)-before)/time.Since(began).Seconds())
	now, _, own := d.memory()
	b.add(idleMemory, "MB", ours, now)
	b.add(idleMemory+", without the program file's pages", "MB", ours, own)
	return ctx.Err()
}

// drip publishes n events from the first on, so many a second, each at its own time whether
// or not the earlier ones are through, and waits until all are accepted.
func (c *clock) drip(ctx context.Context, s server, what story, first, n int, rate float64) error {
	next := time.Now()
	for i := first; i < first+n; i++ {
		next = next.Add(time.Duration(rand.ExpFloat64() * float64(time.Second) / rate))
		rest(ctx, time.Until(next))
		c.publish(i)
		if err := what.one(ctx, s.client, i); err != nil {
			return err
		}
	}
	return c.await(ctx, time.Minute)
}

func (c *clock) await(ctx context.Context, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := poll(ctx, "all are accepted", func() (bool, error) { return c.missing() == 0, nil })
	if err != nil {
		return fmt.Errorf("%d not accepted: %w", c.missing(), err)
	}
	return nil
}
