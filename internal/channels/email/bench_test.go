package email_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	netmail "net/mail"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wneessen/go-mail"

	"github.com/vondi-global/notifications/internal/channels/channelstest"
	"github.com/vondi-global/notifications/internal/notify"
)

// far puts a round trip between a client and a server: each direction is late by half of it.
func far(t testing.TB, to string, rtt time.Duration) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			u, err := net.Dial("tcp", to)
			if err != nil {
				_ = c.Close()
				return
			}
			wg.Go(func() { late(u, c, rtt/2) })
			wg.Go(func() { late(c, u, rtt/2) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); wg.Wait() })
	return l.Addr().String()
}

// late copies with a delay that doesn't add up.
func late(dst, src net.Conn, d time.Duration) {
	type chunk struct {
		b  []byte
		at time.Time
	}
	queue := make(chan chunk, 1000)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for c := range queue {
			<-time.After(time.Until(c.at))
			_, _ = dst.Write(c.b)
		}
		_ = dst.Close()
	}()
	for {
		b := make([]byte, 64<<10)
		n, err := src.Read(b)
		if n > 0 {
			queue <- chunk{b[:n], time.Now().Add(d)}
		}
		if err != nil {
			close(queue)
			<-done
			return
		}
	}
}

// library is go-mail as its documentation shows it: one client, Send for each message.
func library(t testing.TB, addr string) func(notify.Message) error {
	t.Helper()
	host, port, _ := net.SplitHostPort(addr)
	n, _ := strconv.Atoi(port)
	c, err := mail.NewClient(host, mail.WithPort(n), mail.WithTLSPolicy(mail.NoTLS), mail.WithHELO("notify.vondi.rs"))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.DialWithContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return func(m notify.Message) error { return c.Send(libraryMessage(m)) }
}

func libraryMessage(m notify.Message) *mail.Msg {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&netmail.Address{Name: "Vondi", Address: "no-reply@vondi.rs"})
	msg.ToMailAddress(&netmail.Address{Name: addressee.Name, Address: addressee.Value})
	msg.Subject(m.Subject)
	msg.SetMessageIDWithValue(m.Delivery + "@vondi.rs")
	msg.SetDate()
	for k, v := range map[mail.Header]string{
		"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All", "X-Entity-Ref-ID": m.Delivery, "Feedback-ID": "a:b:c:d",
		"Content-Language": m.Locale, "List-Unsubscribe": "<" + m.Unsubscribe + ">", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "X-Order": "12345",
	} {
		msg.SetGenHeader(k, v)
	}
	msg.SetBodyString(mail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(mail.TypeTextHTML, m.HTML)
	return msg
}

// byHand is the fastest loop that one can write: the same composing, then MAIL, RCPT and
// BDAT in one write and three replies.
func byHand(t testing.TB, addr string) func(notify.Message) error {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	r := bufio.NewReader(c)
	lines := func(n int) error {
		for ; n > 0; n-- {
			if _, err := r.ReadSlice('\n'); err != nil {
				return err
			}
		}
		return nil
	}
	_ = lines(1)
	_, _ = io.WriteString(c, "EHLO notify.vondi.rs\r\n")
	for line := ""; !strings.HasPrefix(line, "250 "); {
		if line, err = r.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	var raw, out bytes.Buffer
	return func(m notify.Message) error {
		raw.Reset()
		out.Reset()
		_, _ = libraryMessage(m).WriteTo(&raw)
		out.WriteString("MAIL FROM:<no-reply@vondi.rs>\r\nRCPT TO:<" + addressee.Value + ">\r\nBDAT " + strconv.Itoa(raw.Len()) + " LAST\r\n")
		out.Write(raw.Bytes())
		if _, err := c.Write(out.Bytes()); err != nil {
			return err
		}
		return lines(3)
	}
}

func ours(t testing.TB, addr string) func(notify.Message) error {
	t.Helper()
	cfg := config(t, addr)
	cfg.Pool.Messages = 1 << 30 // as the others: one connection for all
	s := sender(t, cfg)
	return func(m notify.Message) error {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err := s.Send(ctx, addressee, m)
		return err
	}
}

func ways() []struct {
	name string
	send func(testing.TB, string) func(notify.Message) error
} {
	return []struct {
		name string
		send func(testing.TB, string) func(notify.Message) error
	}{{"go-mail", library}, {"by-hand", byHand}, {"ours", ours}}
}

// BenchmarkSendAt20ms compares the three over one connection with a round trip of 20 ms.
func BenchmarkSendAt20ms(b *testing.B) {
	took := map[string]float64{}
	for _, w := range ways() {
		b.Run(w.name, func(b *testing.B) {
			server, _ := relay(b)
			send := w.send(b, far(b, server.Addr(), 20*time.Millisecond))
			took[w.name] = channelstest.Measure(b, func() error { return send(message()) })
			if w.name == "ours" {
				b.ReportMetric(took["go-mail"]/took["ours"], "×go-mail's-rate")
				b.ReportMetric(100*took["by-hand"]/took["ours"], "%of-by-hand's-rate")
			}
		})
	}
}

func beside(t testing.TB) channelstest.Beside {
	m := message()
	library, ours := library(t, sink(t)), ours(t, sink(t))
	return channelstest.Beside{Alone: func() error { return library(m) }, Ours: func() error { return ours(m) }}
}

// BenchmarkSend compares CPU and allocations against a server that costs nothing: the whole
// way, composing, headers, sending.
func BenchmarkSend(b *testing.B) { beside(b).Benchmark(b) }

func TestAllocations(t *testing.T) { beside(t).Allocations(t) }

func TestFewerRoundTripsThanTheLibrary(t *testing.T) {
	const n = 10
	took := map[string]time.Duration{}
	for _, w := range ways() {
		server, inbox := relay(t)
		send := w.send(t, far(t, server.Addr(), 20*time.Millisecond))
		if err := send(message()); err != nil { // connects
			t.Fatal(err)
		}
		best := time.Hour // a busy machine makes some slower, none faster
		for range n {
			start := time.Now()
			if err := send(message()); err != nil {
				t.Fatal(err)
			}
			best = min(best, time.Since(start))
		}
		took[w.name] = best
		if inbox.Total() != n+1 {
			t.Errorf("%s: %d arrived", w.name, inbox.Total())
		}
	}
	t.Logf("best of ten at 20 ms: go-mail %s, by hand %s, ours %s", took["go-mail"], took["by-hand"], took["ours"])
	if took["ours"]*4 > took["go-mail"] {
		t.Errorf("ours takes %s, go-mail %s: want a quarter at most", took["ours"], took["go-mail"])
	}
}

// sink is a mail server that takes everything, looks at nothing and allocates nothing.
func sink(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { swallow(c, 1<<30) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); wg.Wait() })
	return l.Addr().String()
}

// swallow takes up to n messages by BDAT, and any number by DATA.
func swallow(c net.Conn, n int) {
	defer c.Close()
	r := bufio.NewReaderSize(c, 64<<10)
	ok, goOn := []byte("250 2.0.0 ok\r\n"), []byte("354 go on\r\n")
	_, _ = io.WriteString(c, "220 sink ESMTP\r\n")
	body := false
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return
		}
		reply := ok
		switch {
		case body && !bytes.Equal(line, []byte(".\r\n")):
			continue
		case body:
			body = false
		case bytes.HasPrefix(line, []byte("EHLO")):
			reply = []byte("250-sink\r\n250-PIPELINING\r\n250 CHUNKING\r\n")
		case bytes.HasPrefix(line, []byte("QUIT")):
			_, _ = io.WriteString(c, "221 bye\r\n")
			return
		case bytes.HasPrefix(line, []byte("DATA")):
			reply, body = goOn, true
		case bytes.HasPrefix(line, []byte("BDAT ")):
			size := 0
			for _, d := range line[5:] {
				if d < '0' || d > '9' {
					break
				}
				size = 10*size + int(d-'0')
			}
			if _, err := r.Discard(size); err != nil {
				return
			}
			n--
		}
		if _, err := c.Write(reply); err != nil || n == 0 {
			return
		}
	}
}
