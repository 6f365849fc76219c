package redistest

import (
	"context"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// Proxy stands between a client and a server and spoils the line: replies get lost, bytes
// vanish, connections are reset, nobody is there.
type Proxy struct {
	Addr string // where clients connect: 127.0.0.1:port

	target string
	l      net.Listener
	wg     sync.WaitGroup

	mu    sync.Mutex
	conns map[net.Conn]bool
	lose  int                    // replies still to lose
	only  func(data []byte) bool // which
	hole  bool
	shut  bool
}

// StartProxy runs a proxy to a server until the test ends.
func StartProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{Addr: l.Addr().String(), target: target, l: l, conns: map[net.Conn]bool{}}
	p.wg.Go(p.accept)
	t.Cleanup(func() { _ = l.Close(); p.Reset(); p.wg.Wait() })
	return p
}

// LoseReplies makes the next n pieces of reply vanish, each with its connection, as a
// crashed line does: the server has done the work and the client doesn't know. only says
// which pieces are meant; nil means any.
func (p *Proxy) LoseReplies(n int, only func(data []byte) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lose, p.only = n, only
}

// Lost says whether all replies that should vanish have vanished.
func (p *Proxy) Lost() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lose == 0
}

// BlackHole makes all bytes of both directions vanish while on; connections stay open.
func (p *Proxy) BlackHole(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hole = on
}

// Shut refuses new connections and resets those there are; open again with false.
func (p *Proxy) Shut(shut bool) {
	p.mu.Lock()
	p.shut = shut
	p.mu.Unlock()
	if shut {
		p.Reset()
	}
}

// Reset closes all connections hard.
func (p *Proxy) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		hardClose(c)
	}
}

func (p *Proxy) accept() {
	for {
		client, err := p.l.Accept()
		if err != nil {
			return
		}
		server, err := p.dial()
		if err != nil || !p.keep(client, server) {
			hardClose(client)
			if server != nil {
				_ = server.Close()
			}
			continue
		}
		p.wg.Go(func() { p.pump(server, client, false) })
		p.wg.Go(func() { p.pump(client, server, true) })
	}
}

func (p *Proxy) dial() (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return new(net.Dialer).DialContext(ctx, "tcp", p.target)
}

// keep remembers the connections, unless nobody is to be there.
func (p *Proxy) keep(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		p.conns[c] = !p.shut
	}
	return !p.shut
}

// pump carries bytes until one end closes, and then closes the other.
func (p *Proxy) pump(to, from net.Conn, replies bool) {
	defer p.part(to, from)
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 && !p.carry(to, buf[:n], replies) {
			return
		}
		if err != nil {
			return
		}
	}
}

// carry passes a piece on, or not. It says whether the connection goes on.
func (p *Proxy) carry(to io.Writer, data []byte, reply bool) bool {
	p.mu.Lock()
	hole := p.hole
	lost := reply && p.lose > 0 && (p.only == nil || p.only(data))
	if lost {
		p.lose--
	}
	p.mu.Unlock()
	switch {
	case lost:
		return false
	case hole:
		return true
	}
	_, err := to.Write(data)
	return err == nil
}

func (p *Proxy) part(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		hardClose(c)
		delete(p.conns, c)
	}
}

// hardClose makes the other end see a reset rather than an end.
func hardClose(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}
