package ctl

import (
	"fmt"
	"io"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
)

// wire shows what is said between us and a provider.
type wire struct {
	mu    sync.Mutex
	out   io.Writer
	began time.Time
	hide  *strings.Replacer
}

// wireWidth bounds a line that is shown, in characters.
const wireWidth = 500

// Said shows one line.
func (w *wire) Said(by channels.Side, line string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	fmt.Fprintf(w.out, "%7s %s %s\n", brief(time.Since(w.began)), by, notify.Printable(w.hide.Replace(line), wireWidth))
}

// wire is nobody without -v. The address stands as it does everywhere, unless it is to be
// revealed.
func (s *session) wire(f sendFlags, to notify.Address) channels.Wire {
	if !f.verbose {
		return nil
	}
	var pairs []string
	hide := func(text, instead string) {
		if len(text) >= 4 {
			pairs = append(pairs, text, instead, url.QueryEscape(text), instead)
		}
	}
	hide(s.cfg.Telegram.Token.Reveal(), channels.Hidden)
	for _, raw := range append(strings.Fields(s.cfg.Email.URL.Reveal()), strings.Fields(s.cfg.SMS.URL.Reveal())...) {
		for _, text := range secretsOf(raw) {
			hide(text, channels.Hidden)
		}
	}
	if !f.reveal {
		hide(to.Value, to.String())
		hide(strings.TrimPrefix(to.Value, "+"), strings.TrimPrefix(to.String(), "+"))
	}
	return &wire{out: s.Err, began: time.Now(), hide: strings.NewReplacer(pairs...)}
}

// secretsOf are a provider's password, the account where that is half of a login by HTTP,
// and the key in the address that it reports to.
func secretsOf(raw string) (list []string) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil
	}
	password, _ := u.User.Password()
	list = append(list, password, u.Query().Get("signing"))
	if u.Scheme == "twilio" || u.Scheme == "infobip" {
		list = append(list, u.User.Username())
	}
	if cb, err := url.Parse(u.Query().Get("callback")); err == nil {
		list = append(list, cb.Query().Get("key"))
	}
	return list
}
