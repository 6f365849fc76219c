package infobip

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/secret"
)

// Config says as whom and from what to send.
type Config struct {
	Key   secret.String // API key
	From  string        // the registered sender
	Host  string        // the account's own base URL, "xxxxx.api.infobip.com"
	Plain bool          // http instead of https: for tests

	// Callback is the https address that Infobip reports to, with a key of ours in it
	// (https://notify.example/callbacks/infobip?key=…): Infobip doesn't sign its reports.
	// Empty: the account's default.
	Callback string

	Wire channels.Wire // hears what is said; nil: nobody
}

// ParseURL reads infobip://key@host?from=…. Further settings: callback=https://…, plain=1.
func ParseURL(u *url.URL) (Config, error) {
	q := u.Query()
	c := Config{
		Key: secret.String(u.User.Username()), From: q.Get("from"), Host: u.Host,
		Plain: q.Get("plain") == "1", Callback: q.Get("callback"),
	}
	return c, c.Validate()
}

// Validate says everything that is missing. Its text holds no secret.
func (c Config) Validate() error {
	var errs []error
	if c.Key.Empty() {
		errs = append(errs, errors.New("the API key is missing: infobip://key@xxxxx.api.infobip.com?from=…"))
	}
	if c.Host == "" {
		errs = append(errs, errors.New("the host is missing: the base URL of the account, xxxxx.api.infobip.com"))
	}
	if c.From == "" {
		errs = append(errs, errors.New("from is missing: the registered sender"))
	}
	if cb := c.Callback; cb != "" && !strings.HasPrefix(cb, "https://") && !c.Plain {
		errs = append(errs, errors.New("callback: want an https address"))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("infobip: %w", err)
	}
	return nil
}

// CallbackKey is the key in the callback's address; empty: there is none, and no report is
// believed.
func (c Config) CallbackKey() secret.String {
	u, err := url.Parse(c.Callback)
	if err != nil {
		return ""
	}
	return secret.String(u.Query().Get("key"))
}

func (c Config) target() string {
	scheme := "https"
	if c.Plain {
		scheme = "http"
	}
	return scheme + "://" + c.Host + "/sms/3/messages"
}
