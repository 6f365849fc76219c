package email

import (
	"context"
	"sync"
	"time"
)

// pool keeps connections. The last one used is used first, so that a quiet hour leaves one
// hot connection and not eight lukewarm ones.
type pool struct {
	dial   func(context.Context) (*conn, error)
	limits Pool
	slots  chan struct{} // one taken for each connection in use

	mu     sync.Mutex
	idle   []*conn // the last used is the last
	closed bool
	reaper *time.Timer // runs while connections idle
}

func newPool(limits Pool, dial func(context.Context) (*conn, error)) *pool {
	return &pool{dial: dial, limits: limits, slots: make(chan struct{}, limits.Size)}
}

// get waits for a free place and returns a kept connection, or a new one; always a new one
// if fresh. The caller gives it back with put.
func (p *pool) get(ctx context.Context, fresh bool) (c *conn, reused bool, err error) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, false, errBusy
	}
	for !fresh {
		c := p.pop()
		if c == nil {
			break
		}
		if c.ready() {
			return c, true, nil
		}
		c.broken = true
		c.close()
	}
	c, err = p.dial(ctx)
	if err != nil {
		<-p.slots
	}
	return c, false, err
}

// pop takes the last used connection that may still be used.
func (p *pool) pop() *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.idle) > 0 {
		c := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		if !p.spent(c) {
			return c
		}
		c.close()
	}
	return nil
}

func (p *pool) spent(c *conn) bool {
	return c.broken || c.messages >= p.limits.Messages || time.Since(c.born) >= p.limits.Age || time.Since(c.used) >= p.limits.Idle
}

// put gives a connection back.
func (p *pool) put(c *conn) {
	defer func() { <-p.slots }()
	p.mu.Lock()
	keep := !p.closed && !p.spent(c)
	if keep {
		p.idle = append(p.idle, c)
		if p.reaper == nil {
			p.reaper = time.AfterFunc(p.limits.Idle, p.reap)
		}
	}
	p.mu.Unlock()
	if !keep {
		c.close()
	}
}

// reap closes what has idled too long, and comes again while anything idles.
func (p *pool) reap() {
	p.mu.Lock()
	var old, kept []*conn
	for _, c := range p.idle {
		if p.spent(c) {
			old = append(old, c)
		} else {
			kept = append(kept, c)
		}
	}
	p.idle, p.reaper = kept, nil
	if len(kept) > 0 && !p.closed {
		p.reaper = time.AfterFunc(p.limits.Idle/2, p.reap)
	}
	p.mu.Unlock()
	for _, c := range old {
		c.close()
	}
}

// close closes the kept connections. Those in use are closed when they come back.
func (p *pool) close() {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.closed = nil, true
	if p.reaper != nil {
		p.reaper.Stop()
	}
	p.mu.Unlock()
	for _, c := range idle {
		c.close()
	}
}
