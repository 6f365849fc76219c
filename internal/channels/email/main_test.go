package email_test

import (
	"net"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vondi-global/notifications/internal/channels/email"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/simulators"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var addressee = notify.Address{Channel: notify.Email, Value: "jelena.petrovic@example.com", Name: "Jelena Petrović"}

// message is a full one.
func message() notify.Message {
	return notify.Message{
		Delivery: "q2x7mfa6z4s5k3wbn2pct7r2yu", Event: "order.shipped", Category: "order", Channel: notify.Email, Locale: "sr-Latn",
		Subject:     "Porudžbina 12345 je poslata – hvala!",
		Text:        "Zdravo Jelena,\n\n.tačka na početku reda\nVaša porudžbina je poslata.\n",
		HTML:        "<p>Zdravo Jelena, vaša porudžbina je <b>poslata</b>.</p>",
		Unsubscribe: "https://vondi.rs/u/kX3secretsecretsecret",
		Headers:     map[string]string{"X-Order": "12345"},
	}
}

// relay starts a mail server of the simulators.
func relay(t testing.TB, options ...simulators.SMTPOption) (*simulators.SMTP, *simulators.Inbox) {
	t.Helper()
	inbox := simulators.NewInbox(0)
	s, err := simulators.NewSMTP(inbox, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, inbox
}

// config is a sender's for a server on loopback.
func config(t testing.TB, addr string) email.Config {
	t.Helper()
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	n, _ := strconv.Atoi(port)
	return email.Config{
		From: "Vondi <no-reply@vondi.rs>", Relay: email.Relay{Host: host, Port: n, TLS: email.None, Helo: "notify.vondi.rs"},
		Now: func() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) },
	}
}

func sender(t testing.TB, cfg email.Config) *email.Sender {
	t.Helper()
	s, err := email.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func parse(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// only returns the only message that arrived.
func only(t *testing.T, inbox *simulators.Inbox) simulators.Captured {
	t.Helper()
	got := inbox.Messages()
	if len(got) != 1 {
		t.Fatalf("%d messages arrived, want 1", len(got))
	}
	return got[0]
}

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
