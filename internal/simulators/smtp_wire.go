package simulators

import (
	"bytes"
	"net"
	"slices"
	"strings"

	"github.com/emersion/go-smtp"
)

// smtpListener counts connections and hides extensions.
type smtpListener struct {
	net.Listener
	smtp *SMTP
}

func (l smtpListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.smtp.dials.Add(1)
	if len(l.smtp.hidden) == 0 {
		return c, nil
	}
	return shyConn{c, l.smtp.hidden}, nil
}

// shyConn leaves the hidden extensions out of the greeting. go-smtp writes each line of a
// reply by itself, so a whole line can be dropped.
type shyConn struct {
	net.Conn
	hidden []string
}

func (c shyConn) Write(b []byte) (int, error) {
	if line, ok := bytes.CutPrefix(b, []byte("250-")); ok {
		name, _, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
		if slices.Contains(c.hidden, name) {
			return len(b), nil
		}
	}
	return c.Conn.Write(b)
}

// loginServer is AUTH LOGIN: it asks for the name, then for the password.
type loginServer struct {
	login func(user, password string) error
	asked int
	user  string
}

func (a *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	a.asked++
	switch a.asked {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		a.user = string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, a.login(a.user, string(response))
}

// xoauth2Server is AUTH XOAUTH2: "user=…^Aauth=Bearer …^A^A" in one go.
type xoauth2Server struct {
	login func(user, token string) error
}

func (a *xoauth2Server) Next(response []byte) (challenge []byte, done bool, err error) {
	var user, token string
	for field := range strings.SplitSeq(string(response), "\x01") {
		if v, ok := strings.CutPrefix(field, "user="); ok {
			user = v
		}
		if v, ok := strings.CutPrefix(field, "auth=Bearer "); ok {
			token = v
		}
	}
	return nil, true, a.login(user, token)
}

var _ smtp.AuthSession = (*smtpSession)(nil)
