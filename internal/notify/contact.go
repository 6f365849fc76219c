package notify

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"
)

// ErrNoContact says that the address book doesn't know a person.
var ErrNoContact = errors.New("contact not known")

// Contact is what the platform knows about a person. The zero time of a mark means "not".
type Contact struct {
	UserID       string
	Name         string
	Email        string
	Phone        string // E.164
	TelegramChat string
	PushTokens   []PushToken
	Locale       string // a tag of ours: "sr-Latn", "sr-Cyrl", "ru", "en"
	TimeZone     string // IANA name; empty means Europe/Belgrade

	EmailVerified time.Time
	PhoneVerified time.Time
	Banned        time.Time // only mandatory messages since then
	BannedUntil   time.Time // zero: for good

	Preferences Preferences
	Health      map[string]Health // by [Address.Key]: the dead ones
}

// PushToken is one device of a person.
type PushToken struct {
	Token    string    `json:"token"`
	Platform string    `json:"platform"` // android, ios, web
	LastSeen time.Time `json:"last_seen,omitzero"`
}

// Device identifies the token without naming it.
func (t PushToken) Device() string { return fingerprint(t.Token) }

// Health says why an address is not used any more.
type Health struct {
	Reason   string    `json:"reason"`
	Provider string    `json:"provider"`
	Since    time.Time `json:"since"`
	Until    time.Time `json:"until,omitzero"` // zero: until it is lifted
}

// BannedAt says whether only mandatory messages go to the person at that time.
func (c Contact) BannedAt(t time.Time) bool {
	return !c.Banned.IsZero() && (c.BannedUntil.IsZero() || t.Before(c.BannedUntil))
}

// Address returns the person's address for a channel; device picks the push token. ok is
// false where there is none.
func (c Contact) Address(ch Channel, device string) (a Address, ok bool) {
	a = Address{Channel: ch, Name: c.Name}
	switch ch {
	case Email:
		a.Value = c.Email
	case Telegram:
		a.Value = c.TelegramChat
	case SMS:
		a.Value = c.Phone
	case Push:
		for _, t := range c.PushTokens {
			if t.Device() == device {
				a.Value, a.Platform = t.Token, t.Platform
			}
		}
	}
	return a, a.Value != ""
}

// ChatMark stands for the person's Telegram chat without naming it, in links to the bot:
// eight hex digits, none for no chat.
func (c Contact) ChatMark() string {
	if c.TelegramChat == "" {
		return ""
	}
	return fingerprint(c.TelegramChat)[:8]
}

// Dead returns why an address is not used, if it is not at that time.
func (c Contact) Dead(a Address, at time.Time) (Health, bool) {
	if len(c.Health) == 0 {
		return Health{}, false
	}
	h, ok := c.Health[a.Key()]
	return h, ok && (h.Until.IsZero() || at.Before(h.Until))
}

// Address is where a message goes. Its Value is personal: it prints masked.
type Address struct {
	Channel  Channel
	Value    string // email address, chat id, E.164 number, device token
	Name     string // the person's name, for the To header
	Platform string // push: android, ios, web
}

// Key identifies the address without naming it.
func (a Address) Key() string { return string(a.Channel) + ":" + fingerprint(a.Value) }

// String returns the address masked: enough to recognise, too little to use.
func (a Address) String() string { return Mask(a.Channel, a.Value) }

// GoString keeps %#v from printing the value.
func (a Address) GoString() string { return "notify.Address(" + a.String() + ")" }

// Mask hides most of an address: "j•••@example.com", "+3816•••4567", "…c3f1".
func Mask(ch Channel, value string) string {
	if value == "" {
		return ""
	}
	switch ch {
	case Email:
		local, domain, _ := strings.Cut(value, "@")
		return firstRune(local) + "•••@" + domain
	case SMS:
		if len(value) > 9 {
			return value[:5] + "•••" + value[len(value)-3:]
		}
	case Telegram:
		if len(value) > 4 {
			return "•••" + value[len(value)-3:]
		}
	case Push:
		return "…" + fingerprint(value)[:6]
	}
	return "•••"
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}

func fingerprint(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}
