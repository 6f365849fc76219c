package channelstest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/simulators"
)

// SMS is a text message and whom it is for.
func SMS() (to notify.Address, m notify.Message) {
	return notify.Address{Channel: notify.SMS, Value: "+381641234567", Name: "Pera Perić"},
		notify.Message{Delivery: "abcdefghijklmnopqrstuvwxyz", Channel: notify.SMS, Text: "Vasa porudzbina 12345 je potvrdjena."}
}

// Simulated starts a provider with an inbox, for the time of the test.
func Simulated[S interface{ Close() error }](t testing.TB, start func(*simulators.Inbox) (S, error)) (S, *simulators.Inbox) {
	t.Helper()
	inbox := simulators.NewInbox(16)
	sim, err := start(inbox)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	return sim, inbox
}

// Opened is the sender of a setting, for the time of the test.
func Opened[C any, S Sender](t testing.TB, setting string, parse func(*url.URL) (C, error), open func(C) (S, error)) S {
	t.Helper()
	u, err := url.Parse(setting)
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := parse(u)
	if err != nil {
		t.Fatal(err)
	}
	s, err := open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Fixed is a server that gives everybody the same answer. It returns its host and port.
func Fixed(t testing.TB, status int, body string, header ...string) (host string) {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(srv.Close)
	return strings.TrimPrefix(srv.URL, "http://")
}

// After is the answer with the wait that it asks for.
func (a Answer) After(d time.Duration) Answer {
	a.RetryAfter = d
	return a
}
