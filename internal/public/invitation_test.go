package public

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

var at = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func invitations() Invitations {
	return Invitations{Bot: "@Vondi_bot", Key: "0123456789abcdef0123456789abcdef", Now: func() time.Time { return at }}
}

func token(t *testing.T, i Invitations, c notify.Contact) string {
	t.Helper()
	token, ok := strings.CutPrefix(i.Link(c, time.Hour), "https://t.me/Vondi_bot?start=")
	if !ok || !regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`).MatchString(token) {
		t.Fatalf("Telegram takes no such token for %q: %d characters", c.UserID, len(token))
	}
	return token
}

func TestAnInvitationSaysWhoWasInvited(t *testing.T) {
	i := invitations()
	for _, c := range []notify.Contact{
		{UserID: "890"},
		{UserID: "9223372036854775807"},
		{UserID: "1"},
		{UserID: "890", TelegramChat: "555"},
		{UserID: "0b5e3c2a-7f1d-4c55-9d0a-1f6b8f0c1e77", TelegramChat: "-1001234567890"},
		{UserID: "0B5E3C2A7F1D4C559D0A1F6B8F"},
		{UserID: strings.Repeat("я", 13)},
		{UserID: strings.Repeat("x", 27)},
	} {
		got, err := i.Open(token(t, i, c))
		if want := (notify.Invitation{UserID: c.UserID, Chat: c.ChatMark()}); err != nil || got != want {
			t.Errorf("%q: got %+v, %v", c.UserID, got, err)
		}
	}
}

func TestNobodyIsInvitedWithout(t *testing.T) {
	bot, key := invitations(), invitations()
	bot.Bot, key.Key = "", ""
	for name, link := range map[string]string{
		"a bot":              bot.Link(notify.Contact{UserID: "890"}, time.Hour),
		"a key":              key.Link(notify.Contact{UserID: "890"}, time.Hour),
		"an id":              invitations().Link(notify.Contact{}, time.Hour),
		"an id that fits in": invitations().Link(notify.Contact{UserID: strings.Repeat("x", 28)}, time.Hour),
	} {
		if link != "" {
			t.Errorf("there is a link without %s", name)
		}
	}
}

func TestAnInvitationThatIsNoGood(t *testing.T) {
	i := invitations()
	good := token(t, i, notify.Contact{UserID: "890"})
	later, other, key, none := i, i, i, i
	later.Now = func() time.Time { return at.Add(time.Hour + time.Second) }
	other.Bot, key.Key, none.Key = "other_bot", "another key of 32 characters ...", ""
	raw, _ := encoding.DecodeString(good)
	raw[tokenHead] = '9' + 1
	for name, c := range map[string]struct {
		by    Invitations
		token string
		want  error
	}{
		"too late":       {later, good, notify.ErrLinkExpired},
		"another bot":    {other, good, notify.ErrLinkForged},
		"another key":    {key, good, notify.ErrLinkForged},
		"no key":         {none, good, notify.ErrLinkForged},
		"another person": {i, encoding.EncodeToString(raw), notify.ErrLinkForged},
		"cut":            {i, good[:len(good)-1], notify.ErrLinkForged},
		"nothing":        {i, "", notify.ErrLinkForged},
		"words":          {i, "hello", notify.ErrLinkForged},
		"long":           {i, strings.Repeat("A", 64), notify.ErrLinkForged},
		"unsubscribe":    {i, encoding.EncodeToString(append(raw[:12:12], Links{Key: i.Key}.mac(raw[:12])...)), notify.ErrLinkForged},
	} {
		if got, err := c.by.Open(c.token); !errors.Is(err, c.want) || got != (notify.Invitation{}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func FuzzInvitation(f *testing.F) {
	i := invitations()
	f.Add("")
	f.Add(strings.TrimPrefix(i.Link(notify.Contact{UserID: "890"}, time.Hour), "https://t.me/Vondi_bot?start="))
	f.Fuzz(func(t *testing.T, token string) {
		v, err := i.Open(token)
		if (err == nil) != (v.UserID != "") {
			t.Errorf("%+v, %v", v, err)
		}
	})
}
