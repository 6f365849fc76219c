package main

import (
	"sync"
	"time"
)

// clock knows for each event when it was published, and takes the time of its acceptance.
type clock struct {
	mu    sync.Mutex
	sent  map[int]time.Time
	taken map[int]time.Duration
}

func newClock() *clock {
	return &clock{sent: map[int]time.Time{}, taken: map[int]time.Duration{}}
}

// reset forgets what was.
func (c *clock) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.sent)
	clear(c.taken)
}

func (c *clock) publish(i int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent[i] = time.Now()
}

// accept is what a sink calls.
func (c *clock) accept(to string) {
	now := time.Now()
	i, ok := resident(to)
	if !ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	at, known := c.sent[i]
	if _, again := c.taken[i]; known && !again {
		c.taken[i] = now.Sub(at)
	}
}

func (c *clock) missing() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.sent) - len(c.taken)
}

// latencies are those of what was accepted, in ms.
func (c *clock) latencies() samples {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make(samples, 0, len(c.taken))
	for _, d := range c.taken {
		all = append(all, milliseconds(d))
	}
	return all
}

// within is the share of the published that was accepted in time, in percent.
func (c *clock) within(limit time.Duration) float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, d := range c.taken {
		if d <= limit {
			n++
		}
	}
	return 100 * float64(n) / float64(max(1, len(c.sent)))
}
