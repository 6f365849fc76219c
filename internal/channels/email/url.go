package email

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/vondi-global/notifications/internal/secret"
)

// ParseURL reads a relay from
//
//	smtp://user:pass@host:587?tls=mandatory|opportunistic|none&from=no-reply@vondi.rs
//	smtps://user:pass@host:465?from=…
//
// with the further keys reply_to, bounce (the bounce domain), auth, helo, profile, sender_id,
// unsubscribe, dkim_key (a file of PEM) and dkim_selector, name, pool (connections), pipelining and chunking (auto or off), and token_file
// (with auth=xoauth2: read before each login, since tokens live for an hour). Unknown keys are
// errors. No error names the password.
func ParseURL(u *url.URL) (Config, error) {
	q := u.Query()
	c := Config{
		Name: q.Get("name"), From: q.Get("from"), ReplyTo: q.Get("reply_to"), BounceDomain: q.Get("bounce"),
		SenderID: q.Get("sender_id"), UnsubscribeMail: q.Get("unsubscribe"),
	}
	r := &c.Relay
	r.Host, r.User = u.Hostname(), u.User.Username()
	if p, ok := u.User.Password(); ok {
		r.Password = secret.String(p)
	}
	r.TLS, r.Auth, r.Helo, r.Profile = TLS(q.Get("tls")), Auth(q.Get("auth")), q.Get("helo"), Profile(q.Get("profile"))
	if path := q.Get("token_file"); path != "" {
		r.Token = tokenFile(path)
	}
	if q.Has("dkim_key") || q.Has("dkim_selector") {
		c.DKIM = &DKIM{Domain: domain(c.From), Selector: q.Get("dkim_selector"), File: q.Get("dkim_key")}
	}
	var errs []error
	errs = append(errs, unknownKeys(q), scheme(u, r), number(u.Port(), "port", &r.Port), number(q.Get("pool"), "pool", &c.Pool.Size),
		autoOff(q, "pipelining", &r.NoPipelining), autoOff(q, "chunking", &r.NoChunking))
	errs = append(errs, c.Validate())
	return c, errors.Join(errs...)
}

// tokenFile reads the token that somebody else renews.
func tokenFile(path string) func(context.Context) (secret.String, error) {
	return func(context.Context) (secret.String, error) {
		b, err := os.ReadFile(path) //nolint:gosec // the path is the operator's configuration
		return secret.String(strings.TrimSpace(string(b))), err
	}
}

func unknownKeys(q url.Values) (err error) {
	known := []string{
		"auth", "bounce", "chunking", "dkim_key", "dkim_selector", "from", "helo", "name", "pipelining", "pool", "profile", "reply_to",
		"sender_id", "tls", "token_file", "unsubscribe",
	}
	for k := range q {
		if !slices.Contains(known, k) {
			err = errors.Join(err, fmt.Errorf("smtp url: unknown key %q: want one of %v", k, known))
		}
	}
	return err
}

func scheme(u *url.URL, r *Relay) error {
	switch {
	case u.Scheme == "smtps" && (r.TLS == "" || r.TLS == Implicit):
		r.TLS = Implicit
		return nil
	case u.Scheme == "smtp" && slices.Contains([]TLS{"", Mandatory, Opportunistic, None}, r.TLS):
		return nil
	case u.Scheme == "smtp":
		return fmt.Errorf("smtp url: tls=%s: want mandatory, opportunistic or none (smtps:// for TLS from the first byte)", r.TLS)
	case u.Scheme == "smtps":
		return fmt.Errorf("smtp url: tls=%s does not go with smtps://", r.TLS)
	}
	return fmt.Errorf("smtp url: scheme %q: want smtp or smtps", u.Scheme)
}

func number(s, key string, to *int) error {
	if s == "" {
		return nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return fmt.Errorf("smtp url: %s=%s: want a number from 1", key, s)
	}
	*to = n
	return nil
}

func autoOff(q url.Values, key string, off *bool) error {
	switch v := q.Get(key); v {
	case "", "auto":
		return nil
	case "off":
		*off = true
		return nil
	default:
		return fmt.Errorf("smtp url: %s=%s: want auto or off", key, v)
	}
}
