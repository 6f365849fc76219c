package ctl

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/channels/email"
	"github.com/vondi-global/notifications/internal/channels/push"
	"github.com/vondi-global/notifications/internal/channels/sms"
	"github.com/vondi-global/notifications/internal/channels/telegram"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/internal/routing"
	"github.com/vondi-global/notifications/internal/secret"
)

// providers makes each sender of the configuration, which calls nobody, and drops it.
func (d doctor) providers(context.Context) []check {
	const area = "providers"
	var checks []check
	for _, ch := range notify.Channels() {
		name, errs := d.tryProviders(ch)
		switch err := errors.Join(errs...); {
		case err != nil:
			checks = append(checks, check{area, string(ch) + ": " + strings.ReplaceAll(err.Error(), "\n", "; "), wrong, ""})
		case name == "":
			checks = append(checks, check{area, string(ch) + " is off: its deliveries are skipped", doubt, "set " + providerSetting(ch) + ", unless that is wanted"})
		default:
			checks = append(checks, check{area, string(ch) + ": " + name, fine, ""})
		}
	}
	return checks
}

func providerSetting(ch notify.Channel) string {
	return map[notify.Channel]string{
		notify.Email: "VONDINOTIFY_SMTP_URL", notify.Telegram: "VONDINOTIFY_TELEGRAM_TOKEN",
		notify.SMS: "VONDINOTIFY_SMS_URL", notify.Push: "VONDINOTIFY_FCM_CREDENTIALS_FILE",
	}[ch]
}

// tryProviders makes the senders of a channel. Their errors show no password.
func (d doctor) tryProviders(ch notify.Channel) (name string, errs []error) {
	cfg := d.s.cfg
	name = configuredProviders(cfg)[ch]
	try := func(s interface{ Close() error }, err error) {
		if err == nil {
			err = s.Close()
		}
		errs = append(errs, err)
	}
	switch ch {
	case notify.Email:
		for raw := range strings.FieldsSeq(cfg.Email.URL.Reveal()) {
			try(openEmail(raw))
		}
	case notify.SMS:
		for raw := range strings.FieldsSeq(cfg.SMS.URL.Reveal()) {
			try(sms.Open(secret.String(raw), sms.Options{Log: zerolog.Nop()}))
		}
	case notify.Telegram:
		if name != "" {
			try(telegram.New(telegram.Config{Token: cfg.Telegram.Token, Endpoint: cfg.Telegram.Endpoint}))
		}
	case notify.Push:
		if name != "" {
			try(push.New(push.Config{CredentialsFile: cfg.Push.Credentials, Endpoint: cfg.Push.Endpoint, Project: cfg.Push.Project}))
		}
	}
	return name, errs
}

func openEmail(raw string) (*email.Sender, error) {
	cfg, err := emailConfig(raw)
	if err != nil {
		return nil, err
	}
	return email.New(cfg)
}

func emailConfig(raw string) (email.Config, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return email.Config{}, errors.New("want smtp://user:pass@host:587?from=… or smtps://…") // url's error would show the password
	}
	return email.ParseURL(u)
}

func (d doctor) rules(context.Context) []check {
	const area = "rules"
	n := len(d.s.cfg.Types)
	if _, err := routing.New(routingConfig(d.s.cfg), nil, time.Now); err != nil {
		return []check{{area, strings.ReplaceAll(err.Error(), "\n", "; "), wrong, "types in the configuration file"}}
	}
	return []check{{area, "the catalogue's, " + plural(n, "type") + " overridden", fine, ""}}
}

// findingsShown is how many findings of the lint are named; "templates lint" names all.
const findingsShown = 3

func (d doctor) words(context.Context) []check {
	const area = "templates and locales"
	set, err := d.s.words()
	if err != nil {
		return []check{{area, strings.ReplaceAll(err.Error(), "\n", "; "), wrong, ""}}
	}
	list := render.Lint(set)
	bad := render.Errors(list)
	c := check{area, "nothing wrong", fine, ""}
	switch {
	case len(bad) > 0:
		c = check{area, fmt.Sprintf("%s, such as %s", plural(len(bad), "error"), shortList(bad)), wrong, "the daemon refuses a set with errors"}
	case len(list) > 0:
		c = check{area, fmt.Sprintf("%s, such as %s", plural(len(list), "remark"), shortList(list)), doubt, ""}
	}
	checks := []check{c}
	for _, l := range set.Coverage() {
		if l.Percent() < 100 {
			checks = append(checks, check{area, fmt.Sprintf("%s is translated to %d %%", l.Locale, l.Percent()), doubt, ""})
		}
	}
	return checks
}

func shortList(list []render.Finding) string {
	var parts []string
	for _, f := range list[:min(len(list), findingsShown)] {
		parts = append(parts, f.String())
	}
	return strings.Join(parts, "; ")
}
