package simulators

import (
	"context"
	"errors"
	"net"
	"net/url"
	"sync"

	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"
)

// SMPP is a message centre that speaks SMPP 3.4: binds with a password, submit_sm in parts,
// delivery receipts, messages from phones, enquire_link, unbind.
type SMPP struct {
	Troubles *Troubles
	SystemID string // the account that it knows
	Password string

	inbox    *Inbox
	listener net.Listener
	open     sync.WaitGroup

	mu      sync.Mutex
	links   map[*smppLink]struct{}
	parts   map[string]*smppParts // messages of which parts are missing
	receipt string                // the state that receipts tell; "" sends none
	closed  bool
	muted   bool
	submits int
}

// NewSMPP starts the simulator on a free loopback port.
func NewSMPP(inbox *Inbox) (*SMPP, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &SMPP{
		Troubles: &Troubles{}, SystemID: "vondi", Password: hexID()[:8], // 8 is the protocol's limit
		inbox: inbox, listener: l, links: map[*smppLink]struct{}{}, parts: map[string]*smppParts{}, receipt: "DELIVRD",
	}
	s.open.Go(s.accept)
	return s, nil
}

// Addr is the server's host:port.
func (s *SMPP) Addr() string { return s.listener.Addr().String() }

// DSN is the setting that points a sender at the simulator.
func (s *SMPP) DSN(from string) string {
	u := url.URL{Scheme: "smpp", User: url.UserPassword(s.SystemID, s.Password), Host: s.Addr(), RawQuery: url.Values{"from": {from}}.Encode()}
	return u.String()
}

// Receipts sets the state that delivery receipts tell from now on: DELIVRD, UNDELIV,
// EXPIRED, REJECTD …; "" sends none.
func (s *SMPP) Receipts(state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.receipt = state
}

// Bound is how many links are bound.
func (s *SMPP) Bound() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for l := range s.links {
		if l.bound {
			n++
		}
	}
	return n
}

// Submitted is how many submit_sm have come, whatever became of them.
func (s *SMPP) Submitted() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.submits
}

// Mute makes it answer nothing at all any more, as behind a network that swallows packets;
// false ends that for new links.
func (s *SMPP) Mute(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.muted = on
}

// Unbind asks all links to go, as a centre does before its maintenance.
func (s *SMPP) Unbind() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for l := range s.links {
		_ = l.write(pdu.NewUnbind())
	}
}

// Drop breaks all links, as a network does.
func (s *SMPP) Drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for l := range s.links {
		l.conn.Close()
	}
}

// Hear delivers a message from a phone over one of the bound links.
func (s *SMPP) Hear(from, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for l := range s.links {
		if l.bound {
			return l.deliver(from, text, 0)
		}
	}
	return errors.New("nobody is bound")
}

// Close ends the server and all links.
func (s *SMPP) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	err := s.listener.Close()
	s.Drop()
	s.open.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func (s *SMPP) accept() {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		l := &smppLink{centre: s, conn: c, told: map[int32]pdu.PDU{}}
		if !s.enter(l) {
			c.Close()
			return
		}
		s.open.Go(func() { defer s.leave(l); l.serve() })
	}
}

func (s *SMPP) enter(l *smppLink) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.links[l] = struct{}{}
	return !s.closed
}

func (s *SMPP) leave(l *smppLink) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l.conn.Close()
	delete(s.links, l)
}

func (s *SMPP) silent() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.muted
}

// admit checks a bind request's account.
func (s *SMPP) admit(l *smppLink, b *pdu.BindRequest) data.CommandStatusType {
	switch {
	case b.SystemID != s.SystemID:
		return data.ESME_RINVSYSID
	case b.Password != s.Password:
		return data.ESME_RINVPASWD
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l.bound = true
	return data.ESME_ROK
}
