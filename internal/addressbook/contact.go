package addressbook

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

// maxDevices is how many push tokens of a person are kept: those seen last.
const maxDevices = 10

// askAtOnce bounds how many people the directory is asked for side by side.
const askAtOnce = 16

// Fields of a contact's hash.
const (
	fieldName          = "name"
	fieldEmail         = "email"
	fieldPhone         = "phone"
	fieldChat          = "chat"
	fieldLocale        = "locale"
	fieldZone          = "timezone"
	fieldEmailVerified = "email_verified"
	fieldPhoneVerified = "phone_verified"
	fieldBanned        = "banned"
	fieldBannedUntil   = "banned_until"
	fieldRole          = "role" // what user.role_changed said last

	prefixToken  = "token:"  // + device → see tokenText; the stamp is when it was last seen
	prefixChoice = "pref:"   // + preference key → Choice as JSON
	prefixHealth = "health:" // + address key → Health as JSON
	prefixIndex  = "index:"  // + address key: an address by which the person could once be found
	prefixTell   = "tell:"   // + address key: the users' service is yet to hear that it is dead
)

// Contact is what the book knows of a person, and the directory where the book doesn't know
// enough. The error is [notify.ErrNoContact] where nobody has told us anything by which to
// reach or name them: a ban or a preference alone is not a contact.
func (b *Book) Contact(ctx context.Context, userID string) (notify.Contact, error) {
	c, err := b.Stored(ctx, userID)
	if err != nil || b.enough(c) {
		return c, err
	}
	if b.directory == nil {
		return notify.Contact{}, notify.ErrNoContact
	}
	return b.ask(ctx, c)
}

// Stored is all that the book itself holds of a person, be it a preference only. A
// stranger is a contact with nothing but the id.
func (b *Book) Stored(ctx context.Context, userID string) (notify.Contact, error) {
	fields, err := b.client.HGetAll(ctx, rediskeys.Contact(userID)).Result()
	return contactOf(userID, fields), err
}

// Contacts looks several people up in one round trip. The answers stand at their ids'
// places; that of somebody unknown has no UserID. A directory that doesn't answer makes
// people unknown: their events wait, and nobody else's.
func (b *Book) Contacts(ctx context.Context, userIDs []string) ([]notify.Contact, error) {
	if len(userIDs) == 1 {
		c, err := b.Contact(ctx, userIDs[0])
		return []notify.Contact{c}, unknown(err)
	}
	stored, err := b.stored(ctx, userIDs)
	if err != nil {
		return nil, err
	}
	var g errgroup.Group
	g.SetLimit(askAtOnce)
	for i, c := range stored {
		if b.enough(c) {
			continue
		}
		stored[i] = notify.Contact{}
		if b.directory == nil {
			continue
		}
		g.Go(func() (err error) {
			stored[i], err = b.ask(ctx, c)
			return unknown(err)
		})
	}
	return stored, g.Wait()
}

func unknown(err error) error {
	if errors.Is(err, notify.ErrNoContact) || errors.Is(err, errDirectory) {
		return nil
	}
	return err
}

func (b *Book) stored(ctx context.Context, userIDs []string) ([]notify.Contact, error) {
	p := b.client.Pipeline()
	answers := make([]*redis.MapStringStringCmd, len(userIDs))
	for i, id := range userIDs {
		answers[i] = p.HGetAll(ctx, rediskeys.Contact(id))
	}
	if _, err := p.Exec(ctx); err != nil {
		return nil, err
	}
	list := make([]notify.Contact, len(userIDs))
	for i, a := range answers {
		list[i] = contactOf(userIDs[i], a.Val())
	}
	return list, nil
}

// enough says whether the book can do without the directory. Every account has an email
// address: of whom we know a linked chat or a verified phone only, the directory knows more.
func (b *Book) enough(c notify.Contact) bool {
	return c.Email != "" || b.directory == nil && known(c)
}

// known says whether somebody has told us who the person is.
func known(c notify.Contact) bool {
	return c.Email != "" || c.Phone != "" || c.TelegramChat != "" || len(c.PushTokens) > 0 || c.Name != ""
}

// contactOf reads a contact's hash. A value that can't be read counts as missing: one
// broken preference must not keep a person from hearing of an order.
func contactOf(userID string, fields map[string]string) notify.Contact {
	c := notify.Contact{UserID: userID}
	for field, stored := range fields {
		if v := valueOf(stored); v != "" {
			readField(&c, field, v)
		}
	}
	newestFirst(c.PushTokens)
	c.PushTokens = c.PushTokens[:min(len(c.PushTokens), maxDevices)]
	heal(&c, notify.Email, c.EmailVerified)
	heal(&c, notify.SMS, c.PhoneVerified)
	return c
}

func newestFirst(tokens []notify.PushToken) {
	slices.SortFunc(tokens, func(a, b notify.PushToken) int {
		return cmp.Or(b.LastSeen.Compare(a.LastSeen), cmp.Compare(a.Token, b.Token))
	})
}

// heal lifts what was said of an address before its owner proved that it works.
func heal(c *notify.Contact, ch notify.Channel, verified time.Time) {
	if len(c.Health) == 0 {
		return
	}
	a, ok := c.Address(ch, "")
	if h, dead := c.Health[a.Key()]; ok && dead && h.Since.Before(verified) {
		delete(c.Health, a.Key())
	}
}

func readField(c *notify.Contact, field, v string) {
	switch field {
	case fieldName:
		c.Name = v
	case fieldEmail:
		c.Email = v
	case fieldPhone:
		c.Phone = v
	case fieldChat:
		c.TelegramChat = v
	case fieldLocale:
		c.Locale = v
	case fieldZone:
		c.TimeZone = v
	case fieldEmailVerified:
		c.EmailVerified = timeOf(v)
	case fieldPhoneVerified:
		c.PhoneVerified = timeOf(v)
	case fieldBanned:
		c.Banned = timeOf(v)
	case fieldBannedUntil:
		c.BannedUntil = timeOf(v)
	default:
		readEntry(c, field, v)
	}
}

func readEntry(c *notify.Contact, field, v string) {
	prefix, key, _ := strings.Cut(field, ":")
	switch prefix + ":" {
	case prefixToken:
		if t, ok := tokenOf(v); ok {
			c.PushTokens = append(c.PushTokens, t)
		}
	case prefixChoice:
		if p, ok := parse[notify.Choice](v); ok {
			set(&c.Preferences, key, p)
		}
	case prefixHealth:
		if h, ok := parse[notify.Health](v); ok {
			set(&c.Health, key, h)
		}
	}
}

// tokenText is a push token as it is stored: "1734825600 android <token>". It is read for
// each event and each delivery of its person, which in JSON took most of a contact's reading.
func tokenText(t notify.PushToken) string {
	seen := int64(0)
	if !t.LastSeen.IsZero() {
		seen = t.LastSeen.Unix()
	}
	return strconv.FormatInt(seen, 10) + " " + t.Platform + " " + t.Token
}

func tokenOf(text string) (t notify.PushToken, ok bool) {
	seen, rest, _ := strings.Cut(text, " ")
	t.Platform, t.Token, ok = strings.Cut(rest, " ")
	n, err := strconv.ParseInt(seen, 10, 64)
	if n != 0 {
		t.LastSeen = time.Unix(n, 0).UTC()
	}
	return t, ok && err == nil
}

func set[M ~map[string]V, V any](m *M, key string, v V) {
	if *m == nil {
		*m = M{}
	}
	(*m)[key] = v
}

func parse[T any](s string) (v T, ok bool) {
	err := json.Unmarshal([]byte(s), &v)
	return v, err == nil
}

func timeOf(s string) time.Time {
	t, _ := time.Parse(time.RFC3339Nano, s)
	return t
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
