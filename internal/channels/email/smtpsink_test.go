//go:build smtpsink

package email_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

// These run against Postfix's own test server, a peer that none of us wrote:
//
//	make test-smtp-sink

// postfixSink starts smtp-sink with options and returns its address.
func postfixSink(t *testing.T, options ...string) string {
	t.Helper()
	program, err := exec.LookPath("smtp-sink")
	if err != nil {
		program = "/usr/sbin/smtp-sink" // not in everybody's path
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	args := append([]string{"-h", "sink.example"}, options...)
	if os.Getuid() == 0 { // it doesn't run as root
		args = append(args, "-u", "nobody")
	}
	cmd := exec.Command(program, append(args, "inet:"+addr, "100")...)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatalf("smtp-sink: %v (apt-get install postfix)", err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for deadline := time.Now().Add(10 * time.Second); ; {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			_ = c.Close()
			return addr
		}
		if time.Now().After(deadline) {
			t.Fatal("smtp-sink was not ready in 10 s")
		}
		<-time.After(10 * time.Millisecond)
	}
}

func TestSMTPSink(t *testing.T) {
	for _, c := range []struct {
		name    string
		options []string
		want    notify.Fault
		ok      bool
	}{
		{"pipelined", nil, 0, true},
		{"without pipelining", []string{"-p"}, 0, true},
		{"without ESMTP", []string{"-e"}, 0, true},
		{"with 8BITMIME off", []string{"-8"}, 0, true},
		{"500 at MAIL is a state that differs", []string{"-f", "mail"}, notify.Temporary, false},
		{"500 at RCPT", []string{"-f", "rcpt"}, notify.Rejected, false},
		{"500 after the body is a state that differs", []string{"-f", "."}, notify.Temporary, false},
		{"450 at MAIL", []string{"-r", "mail"}, notify.Temporary, false},
		{"450 at RCPT", []string{"-r", "rcpt"}, notify.Temporary, false},
		{"450 after the body", []string{"-r", "."}, notify.Temporary, false},
		{"500 at RSET, which is not needed", []string{"-f", "rset"}, 0, true},
		{"disconnects at MAIL", []string{"-q", "mail"}, notify.Temporary, false},
		{"disconnects at RCPT", []string{"-q", "rcpt"}, notify.Temporary, false},
		{"disconnects after the body", []string{"-q", "."}, notify.Unknown, false},
		{"disconnects with 421 at RCPT", []string{"-Q", "rcpt"}, notify.Temporary, false},
		{"a slow peer", []string{"-w", "1"}, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := sender(t, config(t, postfixSink(t, c.options...)))
			_, err := s.Send(t.Context(), addressee, message())
			if (err == nil) != c.ok || err != nil && notify.FaultOf(err) != c.want {
				t.Errorf("error %v, want %s", err, map[bool]string{true: "none", false: fmt.Sprint(c.want)}[c.ok])
			}
		})
	}
}

func TestSMTPSinkKeepsOneConnection(t *testing.T) {
	s := sender(t, config(t, postfixSink(t, "-m", "1"))) // a second connection would be refused
	for range 50 {
		if _, err := s.Send(t.Context(), addressee, message()); err != nil {
			t.Fatal(err)
		}
	}
}
