package ctl

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

// wire shows what happens between us and a provider that speaks HTTP.
type wire struct {
	mu   sync.Mutex
	out  io.Writer
	hide []string
}

// secretHeaders carry a login.
var secretHeaders = []string{"authorization", "cookie", "x-api-key", "x-amz-security-token"}

func (w *wire) watch(ctx context.Context) context.Context {
	began := time.Now()
	say := func(format string, args ...any) {
		w.mu.Lock()
		defer w.mu.Unlock()
		fmt.Fprintf(w.out, "* %7s  %s\n", brief(time.Since(began)), w.hidden(fmt.Sprintf(format, args...)))
	}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		DNSDone:     func(i httptrace.DNSDoneInfo) { say("looked up: %v%s", i.Addrs, orErr(i.Err)) },
		ConnectDone: func(_, addr string, err error) { say("connected to %s%s", addr, orErr(err)) },
		TLSHandshakeDone: func(t tls.ConnectionState, err error) {
			say("TLS: %s, certificate of %s%s", tls.VersionName(t.Version), certificate(t), orErr(err))
		},
		WroteHeaderField: func(key string, values []string) {
			if slices.Contains(secretHeaders, strings.ToLower(key)) {
				values = []string{"***"}
			}
			say("> %s: %s", key, strings.Join(values, ", "))
		},
		WroteRequest:         func(i httptrace.WroteRequestInfo) { say("request written%s", orErr(i.Err)) },
		GotFirstResponseByte: func() { say("answer begins") },
	})
}

func orErr(err error) string {
	if err == nil {
		return ""
	}
	return ": " + err.Error()
}

func certificate(t tls.ConnectionState) string {
	if len(t.PeerCertificates) == 0 {
		return "nobody"
	}
	return t.PeerCertificates[0].Subject.CommonName
}

// hidden is a text without secrets.
func (w *wire) hidden(text string) string {
	for _, s := range w.hide {
		text = strings.ReplaceAll(text, s, "***")
	}
	return notify.Printable(text, 500)
}

// secrets are the texts that must not be shown: passwords, tokens and the address.
func (s *session) secrets(to notify.Address) []string {
	list := []string{to.Value, url.QueryEscape(to.Value), s.cfg.Telegram.Token.Reveal()}
	for _, raw := range append(strings.Fields(s.cfg.Email.URL.Reveal()), strings.Fields(s.cfg.SMS.URL.Reveal())...) {
		if u, err := url.Parse(raw); err == nil && u.User != nil {
			password, _ := u.User.Password()
			list = append(list, password, u.User.Username())
		}
	}
	return slices.DeleteFunc(list, func(secret string) bool { return len(secret) < 4 })
}
