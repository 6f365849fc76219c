package email

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"os"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/secret"
)

// TLS says how a connection is encrypted.
type TLS string

// The ways. Mandatory is the default: a relay that doesn't offer STARTTLS gets no mail.
const (
	Mandatory     TLS = "mandatory"     // STARTTLS or nothing
	Opportunistic TLS = "opportunistic" // STARTTLS if it is offered
	None          TLS = "none"          // in the clear
	Implicit      TLS = "implicit"      // TLS from the first byte (smtps, port 465)
)

// Auth says how we log in.
type Auth string

// The ways to log in. Auto takes the strongest that the relay offers.
const (
	Auto     Auth = "auto"
	Plain    Auth = "plain"
	Login    Auth = "login"
	CramMD5  Auth = "cram-md5"
	Scram1   Auth = "scram-sha-1"
	Scram256 Auth = "scram-sha-256"
	XOAuth2  Auth = "xoauth2" // the password is the access token, or Token fetches one
)

// Config is a sender of mail by one relay.
type Config struct {
	Name    string // in receipts, logs and metrics; "smtp" by default
	From    string // "Vondi <no-reply@vondi.rs>" or the bare address
	ReplyTo string
	Relay   Relay
	Pool    Pool

	// BounceDomain makes the envelope's sender bounce+<delivery id>@domain (VERP), so that
	// a bounce names its delivery. Empty: the From address.
	BounceDomain string
	// SenderID is the last part of the Feedback-ID, by which Gmail tells senders apart.
	SenderID string
	// UnsubscribeMail is offered in List-Unsubscribe beside the link.
	UnsubscribeMail string
	DKIM            *DKIM // nil: the relay signs, or nobody
	Now             func() time.Time
}

// Relay is the server that takes our mail.
type Relay struct {
	Host     string
	Port     int // 587, and 465 for implicit TLS, by default
	TLS      TLS
	TLSConf  *tls.Config // certificates; nil for the system's
	User     string
	Password secret.String
	Auth     Auth
	Token    func(context.Context) (secret.String, error) // XOAuth2: asked before each login
	Helo     string                                       // our name; the host's by default

	NoPipelining bool // one command at a time even where more is offered
	NoChunking   bool // DATA even where BDAT is offered
	Profile      Profile

	Wire channels.Wire // hears what is said; nil: nobody
}

// Pool bounds the kept connections. Relays close connections that idle or that carried
// many messages (SES at about 350), so ours are given up before that.
type Pool struct {
	Size     int           // connections at once; 8 by default
	Idle     time.Duration // kept unused; 10 s by default
	Messages int           // on one connection; 100 by default
	Age      time.Duration // of a connection; 2 min by default
	Dial     time.Duration // for connecting, TLS and login together; 8 s by default
}

// Profile is a relay that takes our delivery id in a header of its own and gives it back in
// its webhooks.
type Profile string

// The profiles. Unset, it is told from the relay's host.
const (
	SES      Profile = "ses"
	SendGrid Profile = "sendgrid"
	Mailgun  Profile = "mailgun"
)

func profileOf(host string) Profile {
	for suffix, p := range map[string]Profile{"amazonaws.com": SES, "sendgrid.net": SendGrid, "mailgun.org": Mailgun} {
		if host == suffix || strings.HasSuffix(host, "."+suffix) {
			return p
		}
	}
	return ""
}

func (c Config) withDefaults() Config {
	c.Name = or(c.Name, "smtp")
	if c.Now == nil {
		c.Now = time.Now
	}
	r := &c.Relay
	r.TLS = or(r.TLS, Mandatory)
	r.Auth = or(r.Auth, Auto)
	r.Profile = or(r.Profile, profileOf(r.Host))
	r.Port = or(r.Port, map[bool]int{true: 465, false: 587}[r.TLS == Implicit])
	if host, err := os.Hostname(); err == nil {
		r.Helo = or(r.Helo, host)
	}
	r.Helo = or(r.Helo, "localhost")
	p := &c.Pool
	p.Size, p.Messages = or(p.Size, 8), or(p.Messages, 100)
	p.Idle, p.Age, p.Dial = or(p.Idle, 10*time.Second), or(p.Age, 2*time.Minute), or(p.Dial, 8*time.Second)
	return c
}

func or[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}

// Validate says everything that is wrong, without naming a secret.
func (c Config) Validate() error {
	var errs []error
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf(format, a...)) }
	c = c.withDefaults()
	if _, err := mail.ParseAddress(c.From); err != nil {
		bad("from %q: want an address such as Vondi <no-reply@vondi.rs>", c.From)
	}
	if _, err := mail.ParseAddress(c.ReplyTo); c.ReplyTo != "" && err != nil {
		bad("reply-to %q: want an address", c.ReplyTo)
	}
	if c.Relay.Host == "" {
		bad("relay: the host is missing")
	}
	if c.Relay.Port < 1 || c.Relay.Port > 65535 {
		bad("relay: port %d: want 1 to 65535", c.Relay.Port)
	}
	for _, h := range []string{c.Relay.Host, c.Relay.Helo, c.BounceDomain, c.SenderID, c.UnsubscribeMail} {
		if strings.ContainsAny(h, " \r\n<>") {
			bad("%q: want no spaces, line ends or brackets", h)
		}
	}
	if d := c.DKIM; d != nil && (d.Domain == "" || d.Selector == "" || d.File == "" && d.Key == nil) {
		bad("dkim: want dkim_key and dkim_selector, and a From address")
	}
	if c.Relay.TLS == None && c.Relay.User != "" && !loopback(c.Relay.Host) {
		bad("relay: tls=none would send the password in the clear; want mandatory, or no user")
	}
	if _, err := c.Relay.authType(); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
