package ctl

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// dnsServer answers text records; a name that it doesn't have doesn't exist.
func dnsServer(t *testing.T, records map[string][]string) string {
	t.Helper()
	conn, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if answer, err := dnsAnswer(buf[:n], records); err == nil {
				_, _ = conn.WriteTo(answer, from)
			}
		}
	}()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return conn.LocalAddr().String()
}

func dnsAnswer(question []byte, records map[string][]string) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil || len(m.Questions) != 1 {
		return nil, errors.Join(err, errors.New("no question"))
	}
	q := m.Questions[0]
	texts, known := records[strings.TrimSuffix(q.Name.String(), ".")]
	m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
	if !known {
		m.RCode = dnsmessage.RCodeNameError
	}
	if q.Type == dnsmessage.TypeTXT {
		for _, text := range texts {
			m.Answers = append(m.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 60},
				Body:   &dnsmessage.TXTResource{TXT: []string{text}},
			})
		}
	}
	return m.Pack()
}

func TestSendersDomain(t *testing.T) {
	good := map[string][]string{
		"vondi.rs": {"v=spf1 include:relay.example -all", "another=1"}, "_dmarc.vondi.rs": {"v=DMARC1; p=reject"}, "mail._domainkey.vondi.rs": {"v=DKIM1; p=MIGf"},
	}
	with := func(name string, texts ...string) map[string][]string {
		m := map[string][]string{name: texts}
		for k, v := range good {
			if k != name {
				m[k] = v
			}
		}
		return m
	}
	for _, c := range []struct {
		name     string
		records  map[string][]string
		selector string
		want     string
	}{
		{"all there", good, "mail", "ok ok ok"},
		{"selector not known", good, "", "ok ok unknown"},
		{"no SPF", with("vondi.rs", "another=1"), "mail", "wrong ok ok"},
		{"two SPF", with("vondi.rs", "v=spf1 -all", "v=spf1 +all"), "mail", "wrong ok ok"},
		{"no DMARC", with("_dmarc.vondi.rs"), "mail", "ok wrong ok"},
		{"another selector", good, "other", "ok ok wrong"},
		{"DNS that doesn't reach outside", nil, "mail", "unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := domainVerdicts(t, dnsServer(t, c.records), c.selector); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
	t.Run("DNS that doesn't answer", func(t *testing.T) {
		if got := domainVerdicts(t, "127.0.0.1:1", "mail"); got != "unknown" {
			t.Errorf("%s, want unknown", got)
		}
	})
}

func domainVerdicts(t *testing.T, nameserver, selector string) string {
	t.Helper()
	s := &session{IO: IO{Environ: []string{"HOME=" + t.TempDir(), "VONDINOTIFY_SMTP_URL=smtp://relay.example:587?from=noreply@vondi.rs"}}}
	if _, err := s.settings(); err != nil {
		t.Fatal(err)
	}
	var verdicts []string
	for _, c := range (doctor{s: s, nameserver: nameserver, selector: selector}).domain(context.WithoutCancel(t.Context())) {
		verdicts = append(verdicts, string(c.Verdict))
	}
	return strings.Join(verdicts, " ")
}

func TestWebhookStates(t *testing.T) {
	for _, c := range []struct {
		updates, url, failed string
		want                 verdict
	}{
		{"webhook", "https://vondi.rs/telegram", "", fine},
		{"webhook", "", "", wrong},
		{"webhook", "https://vondi.rs/telegram", "timeout", doubt},
		{"poll", "", "", fine},
		{"poll", "https://vondi.rs/telegram", "", wrong},
		{"off", "", "", doubt},
	} {
		var hook botAnswer
		hook.Result.URL, hook.Result.Error = c.url, c.failed
		if got := hookState("telegram bot", c.updates, hook); got.Verdict != c.want {
			t.Errorf("%+v: %+v, want %s", c, got, c.want)
		}
	}
}

func TestCertificates(t *testing.T) {
	for _, c := range []struct {
		left time.Duration
		want verdict
	}{{60 * 24 * time.Hour, fine}, {5 * 24 * time.Hour, doubt}, {-time.Hour, wrong}} {
		got := validity("certificates", "a relay", &x509.Certificate{NotAfter: time.Now().Add(c.left)}, nil)
		if got.Verdict != c.want {
			t.Errorf("%s left: %+v, want %s", c.left, got, c.want)
		}
	}
	site := httptest.NewTLSServer(http.NotFoundHandler())
	defer site.Close()
	relay := "smtps://" + strings.TrimPrefix(site.URL, "https://") + "?from=noreply@vondi.rs"
	s := &session{IO: IO{Environ: []string{"HOME=" + t.TempDir(), "VONDINOTIFY_SMTP_URL=" + relay, "VONDINOTIFY_PUBLIC_URL=" + site.URL}}}
	if _, err := s.settings(); err != nil {
		t.Fatal(err)
	}
	list := doctor{s: s}.certificates(t.Context())
	if len(list) != 2 || list[0].Verdict != fine || list[1].Verdict != fine {
		t.Errorf("%+v, want both valid", list)
	}
	site.Close()
	if list := (doctor{s: s}).certificates(t.Context()); list[0].Verdict != unknown || list[1].Verdict != unknown {
		t.Errorf("%+v, want both unknown: nobody answers", list)
	}
}
