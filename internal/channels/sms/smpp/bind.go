package smpp

import (
	"context"
	"crypto/tls"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"github.com/linxGnu/gosmpp"
	"github.com/linxGnu/gosmpp/pdu"

	"github.com/vondi-global/notifications/internal/channels"
)

// binding is the link that senders share. Without a link and an error they wait: the first
// attempt is under way, or one right after a link that had lasted.
type binding struct {
	mu      sync.Mutex
	link    *link
	err     error
	changed chan struct{} // closed with each change
}

func newBinding() *binding { return &binding{changed: make(chan struct{})} }

func (b *binding) set(l *link, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.link, b.err = l, err
	close(b.changed)
	b.changed = make(chan struct{})
}

func (b *binding) get() (l *link, changed <-chan struct{}, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.link, b.changed, b.err
}

// wait returns the link, or the next one after a dead one.
func (b *binding) wait(ctx context.Context, dead *link) (*link, error) {
	for {
		l, changed, err := b.get()
		if err != nil || l != nil && l != dead {
			return l, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, channels.Lost(provider, ctx.Err(), false)
		}
	}
}

// steady is how long a link must have lasted to count as a success.
const steady = 10 * time.Second

// keepBound is the goroutine that keeps one link bound until ctx ends.
func (s *Sender) keepBound(ctx context.Context) {
	for short := 0; ctx.Err() == nil; {
		start := time.Now()
		l, err := s.bind(ctx)
		s.binding.set(l, err)
		if err == nil {
			s.log.Info().Msg("Bound to the message centre")
			s.hold(ctx, l)
		} else if ctx.Err() == nil {
			s.log.Warn().Err(err).Msg("Failed to bind to the message centre")
		}
		if short++; time.Since(start) > steady {
			short = 0
		}
		wait := backoff(short, s.cfg.MaxBackoff)
		if err == nil {
			s.binding.set(nil, broken(wait))
		}
		sleep(ctx, wait)
	}
	s.binding.set(nil, channels.Lost(provider, errClosed, false))
}

// broken is what senders are told between two links: to wait where the next attempt comes at
// once, else that there is none.
func broken(wait time.Duration) error {
	if wait == 0 {
		return nil
	}
	return channels.Lost(provider, errUnbound, false)
}

// backoff is the wait after so many attempts in a row that failed or whose link broke soon:
// none after the first, then 1 s, doubling.
func backoff(short int, most time.Duration) time.Duration {
	if short < 2 {
		return 0
	}
	return min(time.Second<<min(short-2, 10), most)
}

func sleep(ctx context.Context, d time.Duration) {
	if d == 0 {
		return
	}
	select {
	case <-time.After(d/2 + rand.N(d/2+1)): // pods that lost the same centre don't come back as one
	case <-ctx.Done():
	}
}

// hold waits for the link's end and clears it away.
func (s *Sender) hold(ctx context.Context, l *link) {
	select {
	case <-l.closed:
		s.log.Warn().Msg("The link to the message centre broke")
	case <-ctx.Done():
	}
	_ = l.session.Close() // unbinds where there still is a link
	<-l.closed
}

// bind opens one link. Errors are classified.
func (s *Sender) bind(ctx context.Context) (*link, error) {
	l := newLink()
	d := &dialer{ctx: ctx, timeout: s.cfg.Timeout, tls: s.cfg.TLS, wire: s.cfg.Wire}
	connector := gosmpp.TRXConnector(d.dial, gosmpp.Auth{
		SMSC: s.cfg.Addr, SystemID: s.cfg.SystemID, Password: s.cfg.Password.Reveal(), SystemType: s.cfg.SystemType,
	})
	session, err := gosmpp.NewSession(connector, gosmpp.Settings{
		EnquireLink:   s.cfg.EnquireLink,
		ReadTimeout:   s.cfg.EnquireLink + s.cfg.Timeout, // a link without an answer to enquire_link is dead
		WriteTimeout:  s.cfg.Timeout,
		OnAllPDU:      func(p pdu.PDU) (pdu.PDU, bool) { return s.receive(l, p) },
		OnSubmitError: func(p pdu.PDU, err error) { l.settle(p.GetSequenceNumber(), answer{err: err}) },
		OnClosed:      func(gosmpp.State) { l.ended() },
	}, -1)
	d.finished()
	if err != nil {
		return nil, bindRefusal(err, s.cfg.Password.Reveal(), s.cfg.SystemID)
	}
	l.session = session
	close(l.bound)
	return l, nil
}

// dialer gives gosmpp, which knows neither contexts nor a deadline for binding, connections
// that end with both.
type dialer struct {
	ctx     context.Context
	timeout time.Duration
	tls     bool
	wire    channels.Wire
	release func() bool
}

func (d *dialer) dial(addr string) (net.Conn, error) {
	nd := net.Dialer{Timeout: d.timeout}
	var conn net.Conn
	var err error
	if d.tls {
		conn, err = (&tls.Dialer{NetDialer: &nd, Config: &tls.Config{MinVersion: tls.VersionTLS12}}).DialContext(d.ctx, "tcp", addr)
	} else {
		conn, err = nd.DialContext(d.ctx, "tcp", addr)
	}
	if err != nil {
		return nil, err
	}
	d.release = context.AfterFunc(d.ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	return tapped(conn, d.wire), conn.SetDeadline(time.Now().Add(d.timeout))
}

// finished lets the connection live on after the bind.
func (d *dialer) finished() {
	if d.release != nil {
		d.release()
	}
}
