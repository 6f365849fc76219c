package email_test

import (
	"net/mail"
	"strings"
	"testing"

	"github.com/vondi-global/notifications/internal/notify"
)

const evil = "x\r\nBcc: eve@example.com"

func TestLineEndsInHeadersAreRefused(t *testing.T) {
	for name, change := range map[string]func(*notify.Message){
		"subject":          func(m *notify.Message) { m.Subject = evil },
		"bare LF":          func(m *notify.Message) { m.Subject = "x\nBcc: eve@example.com" },
		"bare CR":          func(m *notify.Message) { m.Subject = "x\rBcc: eve@example.com" },
		"delivery":         func(m *notify.Message) { m.Delivery = evil },
		"event":            func(m *notify.Message) { m.Event = evil },
		"locale":           func(m *notify.Message) { m.Locale = evil },
		"unsubscribe":      func(m *notify.Message) { m.Unsubscribe = "https://vondi.rs/" + evil },
		"header's value":   func(m *notify.Message) { m.Headers = map[string]string{"X-A": evil} },
		"header's name":    func(m *notify.Message) { m.Headers = map[string]string{"X-A: y\r\nBcc": "eve@example.com"} },
		"a header of ours": func(m *notify.Message) { m.Headers = map[string]string{"bcc": "eve@example.com"} },
		"file's name":      func(m *notify.Message) { m.Attachments = []notify.Attachment{{Name: evil, Type: "text/plain"}} },
		"file's type":      func(m *notify.Message) { m.Attachments = []notify.Attachment{{Name: "a", Type: evil}} },
		"content id": func(m *notify.Message) {
			m.Attachments = []notify.Attachment{{Name: "a", Type: "image/png", ContentID: evil}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			server, inbox := relay(t)
			m := message()
			change(&m)
			_, err := sender(t, config(t, server.Addr())).Send(t.Context(), addressee, m)
			if err == nil || notify.FaultOf(err) != notify.Rejected || inbox.Total() != 0 {
				t.Errorf("error %v, %d messages arrived: want a refusal", err, inbox.Total())
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	server, inbox := relay(t)
	s := sender(t, config(t, server.Addr()))
	for addr, want := range map[string]string{
		"jelena@example.com":                  "jelena@example.com",
		"j.p+tag@sub.example.co.rs":           "j.p+tag@sub.example.co.rs",
		"jelena@пример.срб":                   "jelena@xn--e1afmkfd.xn--90a3ac",
		"":                                    "",
		"jelena":                              "",
		"jelena@":                             "",
		"@example.com":                        "",
		"a b@example.com":                     "",
		"a@b@example.com":                     "",
		`"a b"@example.com`:                   "",
		`"x> RCPT TO:<eve@example.com"@e.com`: "",
		"jelena@example.com>":                 "",
		"jelena@example.com\r\nRCPT TO:<e@e.com>": "",
		"jelena@example.com, eve@example.com":     "",
		"Jelena <jelena@example.com>":             "",
		"jelena@[127.0.0.1]":                      "",
		"jelena@exa mple.com":                     "",
		"jelena@example..com":                     "",
	} {
		inbox.Clear()
		to := addressee
		to.Value = addr
		_, err := s.Send(t.Context(), to, message())
		switch got := inbox.Messages(); {
		case want == "" && (notify.FaultOf(err) != notify.Unreachable || len(got) != 0):
			t.Errorf("%q: error %v, %d arrived: want it refused as unreachable", addr, err, len(got))
		case want != "" && (len(got) != 1 || got[0].To != want):
			t.Errorf("%q: %v, arrived %d", addr, err, len(got))
		}
	}
}

// A person's odd name must not keep mail from them.
func TestOddNamesArrive(t *testing.T) {
	server, inbox := relay(t)
	s := sender(t, config(t, server.Addr()))
	for _, name := range []string{`"Кaлe" \ <b>`, "Ђорђе, Пера", "a\r\nBcc: eve@example.com", strings.Repeat("š", 500), "=?utf-8?q?x?=", "\xff\xfe", ""} {
		inbox.Clear()
		to := addressee
		to.Name = name
		if _, err := s.Send(t.Context(), to, message()); err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		got := only(t, inbox)
		if got.Headers["Bcc"] != nil || len(got.Headers["To"]) != 1 {
			t.Errorf("%q: headers %v", name, got.Headers)
		}
	}
}

func FuzzCompose(f *testing.F) {
	f.Add("Jelena", "jelena@example.com", "Subject", "X-A", "v", "file.txt")
	f.Add("J\r\nBcc: e@e.com", "j@e.com\r\n", "S\r\nBcc: e@e.com", "Bcc", "v\r\n", "f\"\r\n.txt")
	server, inbox := relay(f)
	s := sender(f, config(f, server.Addr()))
	f.Fuzz(func(t *testing.T, name, addr, subject, key, value, file string) {
		inbox.Clear()
		m := message()
		m.Subject, m.Headers = subject, map[string]string{key: value}
		m.Attachments = []notify.Attachment{{Name: file, Type: "text/plain", Data: []byte("x")}}
		if _, err := s.Send(t.Context(), notify.Address{Channel: notify.Email, Value: addr, Name: name}, m); err != nil {
			return
		}
		got, err := mail.ReadMessage(strings.NewReader(string(only(t, inbox).Raw)))
		if err != nil {
			t.Fatalf("what arrived is no message: %v", err)
		}
		for _, h := range []string{"Bcc", "Cc"} {
			if got.Header[h] != nil {
				t.Errorf("a %s came in", h)
			}
		}
		if len(got.Header["To"]) != 1 || len(got.Header["From"]) != 1 || len(got.Header["Subject"]) > 1 {
			t.Errorf("headers %v", got.Header)
		}
	})
}
