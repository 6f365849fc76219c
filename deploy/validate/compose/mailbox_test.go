//go:build composerun

package compose

import (
	"net"
	"net/textproto"
	"strings"
	"testing"
)

// mailbox stands in for Mailpit: it takes emails at an address, and hands them on.
func mailbox(t *testing.T, address string) <-chan string {
	t.Helper()
	l, err := net.Listen("tcp", address)
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	mails := make(chan string, 16)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go converse(textproto.NewConn(c), mails)
		}
	}()
	return mails
}

// converse is the server's side of RFC 5321 as far as a client that pipelines needs it.
func converse(c *textproto.Conn, mails chan<- string) {
	defer func() { _ = c.Close() }()
	_ = c.PrintfLine("220 mailpit")
	for {
		line, err := c.ReadLine()
		if err != nil {
			return
		}
		switch verb, _, _ := strings.Cut(strings.ToUpper(line), " "); verb {
		case "EHLO":
			_ = c.PrintfLine("250-mailpit\r\n250-PIPELINING\r\n250 8BITMIME")
		case "DATA":
			_ = c.PrintfLine("354 go on")
			mail, err := c.ReadDotBytes()
			if err != nil {
				return
			}
			mails <- string(mail)
			_ = c.PrintfLine("250 kept")
		default:
			_ = c.PrintfLine("250 ok")
		}
	}
}
