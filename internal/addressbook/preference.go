package addressbook

import (
	"context"
	"strings"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

// SetPreference keeps a choice of a person, with who made it and how. key is a
// [notify.PreferenceKey]. A choice without a time is made now.
func (b *Book) SetPreference(ctx context.Context, userID, key string, c notify.Choice) error {
	if err := checkName("user_id", userID); err != nil {
		return err
	}
	if err := checkPreference(key); err != nil {
		return err
	}
	if c.At.IsZero() {
		c.At = b.now()
	}
	c.At = c.At.UTC()
	return b.fact(ctx, userID, stampAt(c.At), fact{prefixChoice + key, jsonText(c)})
}

// ClearPreference takes a choice back: what stands above it decides again.
func (b *Book) ClearPreference(ctx context.Context, userID, key string) error {
	return b.fact(ctx, userID, stampAt(b.now()), fact{prefixChoice + key, ""})
}

func (b *Book) fact(ctx context.Context, userID string, at stamp, f ...fact) error {
	var w writes
	w.facts(rediskeys.Contact(userID), at, 0, f...)
	_, err := b.commit(ctx, w)
	return err
}

// Mute turns a channel off for whoever has the address: the answer to /stop in Telegram
// and to STOP by SMS. It returns the person; the error is [notify.ErrNoContact] where
// nobody has the address.
func (b *Book) Mute(ctx context.Context, a notify.Address, how string) (userID string, err error) {
	userID, err = b.holder(ctx, a)
	if err != nil {
		return "", err
	}
	return userID, b.SetPreference(ctx, userID, notify.PreferenceKey(notify.Any, string(a.Channel)),
		notify.Choice{On: false, By: userID, How: how})
}

// checkPreference holds a key against the catalogue's categories and the channels.
func checkPreference(key string) error {
	category, channel, ok := strings.Cut(key, "/")
	if !ok {
		return invalid("preference", "want a category and a channel, such as order/email or */sms")
	}
	if category != notify.Any && !categories()[category] {
		return invalid("preference", "unknown category %q: want *, or the first word of an event type", notify.Printable(category, 40))
	}
	if _, err := notify.ParseChannel(channel); err != nil && channel != notify.Any {
		return invalid("preference", "unknown channel %q: want *, email, telegram, sms or push", notify.Printable(channel, 40))
	}
	return nil
}

func categories() map[string]bool {
	m := map[string]bool{}
	for _, t := range eventtypes.Catalogue() {
		m[t.Name.Category()] = true
	}
	return m
}
