package email_test

import (
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
