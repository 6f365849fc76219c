package ctl

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// testMessage makes the message of a type's example, or a plain one.
func (s *session) testMessage(f sendFlags, to notify.Address) (m notify.Message, err error) {
	if f.typ != "" {
		m, err = s.exampleMessage(f, to.Channel)
	} else {
		m, err = s.plainMessage(to.Channel)
	}
	m.Delivery = strings.ToLower(rand.Text()) // 26 characters, as an id of ours
	m.Expires = s.clock()().Add(time.Hour)
	return m, err
}

func (s *session) exampleMessage(f sendFlags, ch notify.Channel) (notify.Message, error) {
	typ, ok := eventtypes.Lookup(f.typ)
	if !ok {
		return notify.Message{}, usagef("--type %q: the catalogue has no such type; notifyctl events list shows all", f.typ)
	}
	if f.locale = notify.Locale(f.locale); !slices.Contains(notify.Locales(), f.locale) {
		return notify.Message{}, usagef("--locale: want one of %s", strings.Join(notify.Locales(), ", "))
	}
	role := f.role
	for _, t := range typ.Told {
		if role == "" && slices.Contains(t.Channels, ch) {
			role = string(t.Role)
		}
	}
	set, err := s.words()
	if err != nil {
		return notify.Message{}, err
	}
	m, err := set.RenderSample(typ, role, ch, f.locale, set.Samples(typ)[0])
	if err != nil {
		return m, fmt.Errorf("%s has no message by %s: %w", f.typ, ch, err)
	}
	return m, nil
}

func (s *session) plainMessage(ch notify.Channel) (notify.Message, error) {
	cfg, err := s.settings()
	if err != nil {
		return notify.Message{}, err
	}
	text := fmt.Sprintf("This is a test message of %s. It was sent by %s with notifyctl.", cfg.Brand.Name, s.operator())
	m := notify.Message{
		Channel: ch, Event: "test", Category: "test", Locale: notify.English, Priority: notify.Normal,
		Subject: "Test message of " + cfg.Brand.Name, Title: "Test message", Text: text,
	}
	switch ch {
	case notify.Email:
		m.HTML = "<!doctype html><html><body><p>" + text + "</p></body></html>"
	case notify.Telegram:
		m.HTML = text
	case notify.SMS, notify.Push:
	}
	return m, nil
}
