package main

import (
	"context"
	"fmt"
	"time"
)

// broadcast lets a large audience be told by push, and measures how long people with a
// message of high priority wait meanwhile.
func (b *bench) broadcast(ctx context.Context) error {
	return within(ctx, func(o *owner) error {
		s := startServer(o)
		c := newClock()
		mails, err := newSink(func(to string) { c.accept(to) })
		if err != nil {
			return err
		}
		o.Cleanup(mails.close)
		pushes, err := newWebsink()
		if err != nil {
			return err
		}
		o.Cleanup(pushes.close)
		members := max(1000, int(float64(b.members)*b.scale))
		if err := settle(ctx, s.client, members, watchers); err != nil {
			return err
		}
		pod, err := b.startDaemon(o, s, "pod", append(pushEnv(pushes), smtpEnv(mails))...)
		if err != nil {
			return err
		}
		if err := registered().one(ctx, s.client, 1_000_000); err != nil {
			return err
		}
		if err := reach(ctx, &mails.took, 1); err != nil {
			return err
		}
		began := time.Now()
		if err := soldOut().one(ctx, s.client, 0); err != nil {
			return err
		}
		i := 0
		for ; pushes.took.Load() < int64(members); i++ {
			if time.Since(began) > 10*time.Minute {
				return fmt.Errorf("%d of %d told", pushes.took.Load(), members)
			}
			rest(ctx, 50*time.Millisecond)
			c.publish(i)
			if err := registered().one(ctx, s.client, i); err != nil {
				return err
			}
		}
		b.add(broadcastAll, "members/s", ours, perSecond(members, time.Since(began)))
		_, most, _ := pod.memory()
		b.add(broadcastMemory, "MB", ours, most)
		if err := c.await(ctx, time.Minute); err != nil {
			return err
		}
		b.add(broadcastP99, "ms", ours, c.latencies().at(.99))
		b.notes = append(b.notes, fmt.Sprintf("broadcast: %d members by push, %d messages of high priority meanwhile (20 a second): p50 %s ms, p99 %s ms, longest %s ms",
			members, i, number(c.latencies().at(.5)), number(c.latencies().at(.99)), number(c.latencies().at(1))))
		return nil
	})
}
