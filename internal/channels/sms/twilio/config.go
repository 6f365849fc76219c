package twilio

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/secret"
)

// DefaultHost is Twilio's public API.
const DefaultHost = "api.twilio.com"

// Config says as whom and from what to send.
type Config struct {
	Account string        // the account's SID, "AC…"
	Key     string        // an API key's SID, "SK…"; empty: the account itself authenticates
	Token   secret.String // the account's auth token, or the API key's secret
	From    string        // a number in E.164, an alphanumeric sender, or a messaging service's SID "MG…"
	Host    string        // DefaultHost if empty
	Plain   bool          // http instead of https: for tests

	// StatusCallback is the https address that Twilio reports to; the delivery's id is added
	// to it. Empty: no reports.
	StatusCallback string
	// Signing is the auth token that signs reports; empty: Token, which is right unless an
	// API key is used.
	Signing secret.String

	Wire channels.Wire // hears what is said; nil: nobody
}

// ParseURL reads twilio://sid:token@host?from=…. With an API key: twilio://SK…:secret@host?account=AC…&from=….
// Further settings: callback=https://…, signing=<auth token>, plain=1. The host may be left out.
func ParseURL(u *url.URL) (Config, error) {
	q := u.Query()
	token, _ := u.User.Password()
	c := Config{
		Account: u.User.Username(), Token: secret.String(token), From: q.Get("from"), Host: u.Host, Plain: q.Get("plain") == "1",
		StatusCallback: q.Get("callback"), Signing: secret.String(q.Get("signing")),
	}
	if a := q.Get("account"); a != "" {
		c.Account, c.Key = a, u.User.Username()
	}
	return c, c.Validate()
}

// Validate says everything that is missing. Its text holds no secret.
func (c Config) Validate() error {
	var errs []error
	if c.Account == "" || c.Token.Empty() {
		errs = append(errs, errors.New("the account's sid and token are missing: twilio://sid:token@api.twilio.com?from=…"))
	}
	if c.From == "" {
		errs = append(errs, errors.New("from is missing: a number, a sender's name or a messaging service (MG…)"))
	}
	if cb := c.StatusCallback; cb != "" && !strings.HasPrefix(cb, "https://") && !c.Plain {
		errs = append(errs, errors.New("callback: want an https address"))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("twilio: %w", err)
	}
	return nil
}

// SigningToken is the auth token that signs reports.
func (c Config) SigningToken() secret.String {
	if c.Signing.Empty() {
		return c.Token
	}
	return c.Signing
}

func (c Config) base() string {
	scheme, host := "https", c.Host
	if c.Plain {
		scheme = "http"
	}
	if host == "" {
		host = DefaultHost
	}
	return scheme + "://" + host
}

func (c Config) user() string {
	if c.Key != "" {
		return c.Key
	}
	return c.Account
}
