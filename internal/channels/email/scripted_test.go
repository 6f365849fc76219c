package email_test

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"
)

// scripted is a mail server that answers by a script: "CONNECT", "EHLO", "MAIL", "RCPT",
// "DATA" and "." name the moments; what the script leaves out goes well. The reply "close"
// closes the connection.
func scripted(t *testing.T, script map[string]string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { _ = l.Close(); <-done })
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			converse(c, script)
		}
	}()
	return l.Addr().String()
}

func converse(c net.Conn, script map[string]string) {
	defer c.Close()
	say := func(moment, fine string) bool {
		reply, ok := script[moment]
		if !ok {
			reply = fine
		}
		if reply == "close" {
			return false
		}
		_, err := fmt.Fprintf(c, "%s\r\n", reply)
		return err == nil && !strings.HasPrefix(reply, "421")
	}
	if !say("CONNECT", "220 scripted ESMTP") {
		return
	}
	lines := bufio.NewScanner(c)
	body := false
	for lines.Scan() {
		if body && lines.Text() != "." {
			continue
		}
		moment := strings.ToUpper(strings.Fields(lines.Text() + " ?")[0])
		fine := map[string]string{"EHLO": "250-scripted\r\n250 ENHANCEDSTATUSCODES", "DATA": "354 go on", "QUIT": "221 bye"}[moment]
		if fine == "" {
			fine = "250 2.0.0 ok"
		}
		if !say(moment, fine) {
			return
		}
		body = moment == "DATA" && (script["DATA"] == "" || strings.HasPrefix(script["DATA"], "354"))
	}
}
