package simulators

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// SMTPOption sets up the SMTP simulator.
type SMTPOption func(*SMTP)

// SMTPWithTLS offers STARTTLS.
func SMTPWithTLS(c *tls.Config) SMTPOption { return func(s *SMTP) { s.server.TLSConfig = c } }

// SMTPImplicitTLS speaks TLS from the first byte, as port 465 does.
func SMTPImplicitTLS(c *tls.Config) SMTPOption { return func(s *SMTP) { s.implicit = c } }

// SMTPWithAuth asks for a login: PLAIN, LOGIN or XOAUTH2 (the password is the token).
func SMTPWithAuth(user, password string) SMTPOption {
	return func(s *SMTP) { s.user, s.password = user, password }
}

// SMTPWithout hides extensions from the greeting, such as "PIPELINING" and "CHUNKING". It
// has no effect inside TLS.
func SMTPWithout(extensions ...string) SMTPOption {
	return func(s *SMTP) { s.hidden = extensions }
}

// SMTPUTF8 offers SMTPUTF8.
func SMTPUTF8() SMTPOption { return func(s *SMTP) { s.server.EnableSMTPUTF8 = true } }

// SMTPIdle closes connections that say nothing for that long.
func SMTPIdle(d time.Duration) SMTPOption { return func(s *SMTP) { s.server.ReadTimeout = d } }

// SMTP is a mail server that takes every message and delivers none. It keeps them in its
// inbox, taken apart.
type SMTP struct {
	Troubles *Troubles

	inbox    *Inbox
	server   *smtp.Server
	listener net.Listener
	implicit *tls.Config
	hidden   []string
	user     string
	password string
	dials    atomic.Int64
	closed   chan struct{}
	ended    chan struct{}
	closing  sync.Once
}

// NewSMTP starts a mail server on a free loopback port.
func NewSMTP(inbox *Inbox, options ...SMTPOption) (*SMTP, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &SMTP{Troubles: &Troubles{}, inbox: inbox, closed: make(chan struct{}), ended: make(chan struct{})}
	s.server = smtp.NewServer(smtp.BackendFunc(s.session))
	s.server.Domain = "smtp.simulator"
	s.server.AllowInsecureAuth = true
	s.server.MaxMessageBytes = 20 << 20
	s.server.ErrorLog = log.New(io.Discard, "", 0)
	for _, o := range options {
		o(s)
	}
	s.listener = smtpListener{l, s}
	if s.implicit != nil {
		s.listener = tls.NewListener(s.listener, s.implicit)
	}
	go func() { _ = s.server.Serve(s.listener); close(s.ended) }()
	return s, nil
}

// Addr is the server's host:port.
func (s *SMTP) Addr() string { return s.listener.Addr().String() }

// URL is the server as the environment names it: smtp://127.0.0.1:port?tls=none.
func (s *SMTP) URL() string { return "smtp://" + s.Addr() + "?tls=none" }

// Dials is how many connections were ever made.
func (s *SMTP) Dials() int64 { return s.dials.Load() }

// Close ends the server and its connections.
func (s *SMTP) Close() (err error) {
	s.closing.Do(func() {
		close(s.closed)
		_ = s.listener.Close() // the server doesn't know it before it serves
		if err = s.server.Close(); errors.Is(err, net.ErrClosed) {
			err = nil
		}
		<-s.ended
	})
	return err
}

func (s *SMTP) session(c *smtp.Conn) (smtp.Session, error) {
	return &smtpSession{smtp: s, conn: c}, nil
}

// smtpSession is one connection.
type smtpSession struct {
	smtp    *SMTP
	conn    *smtp.Conn
	known   bool // logged in
	from    string
	to      string
	trouble Trouble
}

func (s *smtpSession) AuthMechanisms() []string {
	if s.smtp.user == "" {
		return nil
	}
	return []string{sasl.Plain, sasl.Login, "XOAUTH2"}
}

func (s *smtpSession) Auth(mech string) (sasl.Server, error) {
	switch mech {
	case sasl.Plain:
		return sasl.NewPlainServer(func(_, user, password string) error { return s.login(user, password) }), nil
	case sasl.Login:
		return &loginServer{login: s.login}, nil
	case "XOAUTH2":
		return &xoauth2Server{login: s.login}, nil
	}
	return nil, smtp.ErrAuthUnknownMechanism
}

func (s *smtpSession) login(user, password string) error {
	if user != s.smtp.user || password != s.smtp.password {
		return smtp.ErrAuthFailed
	}
	s.known = true
	return nil
}

// Mail begins a message and draws its trouble.
func (s *smtpSession) Mail(from string, _ *smtp.MailOptions) error {
	s.from, s.to = from, ""
	s.trouble, _ = s.smtp.Troubles.Next()
	switch {
	case s.trouble.Kind == Misconfigured, s.smtp.user != "" && !s.known:
		return reply(530, 5, 7, 0, "Authentication required")
	case s.trouble.Kind == Throttled:
		return reply(451, 4, 7, 28, fmt.Sprintf("Rate limit exceeded, try again in %d seconds", int(s.wait().Seconds())))
	case s.trouble.Kind == Hang:
		<-s.smtp.closed
		return errors.New("closing")
	}
	return nil
}

func (s *smtpSession) wait() time.Duration {
	if s.trouble.RetryAfter < time.Second {
		return time.Second
	}
	return s.trouble.RetryAfter
}

// Rcpt names the recipient. A real server repeats the address in its refusal; so does this.
func (s *smtpSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	switch s.trouble.Kind {
	case Unreachable:
		return reply(550, 5, 1, 1, "<"+to+">: Recipient address rejected: User unknown")
	case Temporary:
		return reply(451, 4, 3, 0, "<"+to+">: Temporary lookup failure")
	default:
		return nil
	}
}

// Data takes the message.
func (s *smtpSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if s.trouble.Kind == Rejected {
		return reply(554, 5, 7, 1, "Message rejected as spam")
	}
	s.smtp.inbox.Add(readMail(raw, s.from, s.to))
	if s.trouble.Kind == Unknown {
		_ = s.conn.Conn().Close()
	}
	return nil
}

func (s *smtpSession) Reset()        { s.from, s.to = "", "" }
func (s *smtpSession) Logout() error { return nil }

func reply(code, a, b, c int, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{a, b, c}, Message: text}
}
