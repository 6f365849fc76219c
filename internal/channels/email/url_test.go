package email_test

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/channels/email"
)

func TestParseURL(t *testing.T) {
	c, err := email.ParseURL(parse(t, "smtp://vondi:p%40ss@smtp.example.com:2525?tls=opportunistic&from=no-reply@vondi.rs&reply_to=podrska@vondi.rs&bounce=b.vondi.rs&pool=4&pipelining=off&chunking=auto&auth=login"))
	if err != nil {
		t.Fatal(err)
	}
	r := c.Relay
	if r.Host != "smtp.example.com" || r.Port != 2525 || r.TLS != email.Opportunistic || r.User != "vondi" || r.Password.Reveal() != "p@ss" ||
		r.Auth != email.Login || !r.NoPipelining || r.NoChunking || c.Pool.Size != 4 || c.From != "no-reply@vondi.rs" || c.BounceDomain != "b.vondi.rs" {
		t.Errorf("%+v", c)
	}
}

func TestParseURLSecureIsImplicit(t *testing.T) {
	c, err := email.ParseURL(parse(t, "smtps://u:p@smtp.example.com?from=a@b.rs"))
	if err != nil || c.Relay.TLS != email.Implicit {
		t.Errorf("%+v, %v", c.Relay, err)
	}
}

func TestParseURLSaysEverythingThatIsWrongAndNoPassword(t *testing.T) {
	for u, want := range map[string][]string{
		"smtp://h":                                         {"from"},
		"http://h?from=a@b.rs":                             {`scheme "http"`},
		"smtp://h?from=a@b.rs&tls=yes":                     {"tls=yes"},
		"smtps://h?from=a@b.rs&tls=none":                   {"smtps"},
		"smtp://h?from=a@b.rs&pol=3&pool=x":                {`"pol"`, "pool=x"},
		"smtp://?from=a@b.rs":                              {"host"},
		"smtp://h?from=a@b.rs&chunking=no":                 {"chunking=no"},
		"smtp://u:hunter2@h?from=a@b.rs&tls=none":          {"in the clear"},
		"smtp://u:hunter2@h?from=a@b.rs&auth=magic&pool=0": {"magic", "pool=0"},
	} {
		_, err := email.ParseURL(parse(t, u))
		if err == nil {
			t.Errorf("%s: want an error", u)
			continue
		}
		for _, w := range append(want, "") {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %v: want %q in it", u, err, w)
			}
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: tells the password: %v", u, err)
		}
	}
}

// The password may cross an open connection on this machine only.
func TestPasswordInTheClearOnLoopback(t *testing.T) {
	if _, err := email.ParseURL(parse(t, "smtp://u:p@127.0.0.1:25?tls=none&from=a@b.rs")); err != nil {
		t.Error(err)
	}
}

func TestNewConnectsToNothing(t *testing.T) {
	start := time.Now()
	s, err := email.New(email.Config{From: "a@b.rs", Relay: email.Relay{Host: "192.0.2.1"}})
	if err != nil || time.Since(start) > time.Second {
		t.Errorf("%v after %s", err, time.Since(start))
	}
	_ = s.Close()
}

// A token is renewed by somebody else; each login takes the one of its time.
func TestTokensComeFromAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	u, err := url.Parse("smtp://vondi@smtp.example:587?auth=xoauth2&from=no-reply@vondi.rs&token_file=" + url.QueryEscape(path))
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := email.ParseURL(u)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cfg.Relay.Token(t.Context()); err == nil {
		t.Error("no file, and no error")
	}
	for _, want := range []string{"first", "second"} {
		if err := os.WriteFile(path, []byte(want+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := cfg.Relay.Token(t.Context()); err != nil || got.Reveal() != want {
			t.Errorf("%v, want the token %s", err, want)
		}
	}
}

// TestADKIMKeyIsRead: its signatures are tried where messages are.
func TestADKIMKeyIsRead(t *testing.T) {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	good, bad := filepath.Join(dir, "good.pem"), filepath.Join(dir, "bad.pem")
	for file, text := range map[string][]byte{good: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), bad: []byte("hunter2")} {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for settings, want := range map[string]string{
		"dkim_selector=mail&dkim_key=" + good:              "",
		"dkim_selector=mail&dkim_key=" + bad:               "want PEM",
		"dkim_selector=mail&dkim_key=" + dir + "/none.pem": "no such file",
		"dkim_key=" + good:                                 "dkim_selector",
		"dkim_selector=mail":                               "dkim_key",
	} {
		c, err := email.ParseURL(parse(t, "smtp://h?from=%22a@home%22+%3Cno-reply@vondi.rs%3E&"+settings))
		if err == nil {
			_, err = email.New(c)
		}
		switch {
		case want == "" && (err != nil || c.DKIM.Key == nil || c.DKIM.Domain != "vondi.rs"):
			t.Errorf("%s: %+v, %v", settings, c.DKIM, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2")):
			t.Errorf("%s: %v, want %s", settings, err, want)
		}
	}
}
