package replies

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/channels/telegram"
	"github.com/vondi-global/notifications/internal/notify"
)

// bench is a desk whose surroundings write down what they were told.
type bench struct {
	Ledger
	Desk
	invitation error
	book       error
	chat       error
	did        []string
}

func newBench() *bench {
	b := &bench{}
	b.Desk = Desk{
		Book: (*people)(b), Invitations: b, Linked: func(result string) { b.note("counted %s", result) },
		Answer: func(_ context.Context, chat, text string) error { b.note("said in %s: %s", chat, text); return b.chat },
		Log:    zerolog.Nop(), Now: time.Now,
	}
	return b
}

func (b *bench) note(format string, args ...any) { b.did = append(b.did, fmt.Sprintf(format, args...)) }

func (b *bench) Open(token string) (notify.Invitation, error) {
	if b.invitation != nil {
		return notify.Invitation{}, b.invitation
	}
	return notify.Invitation{UserID: token, Chat: "mark"}, nil
}

// people is an address book.
type people bench

func (p *people) LinkChat(_ context.Context, userID, mark, chat string) error {
	(*bench)(p).note("%s has %s instead of %s", userID, chat, mark)
	return p.book
}

func (p *people) Mute(_ context.Context, a notify.Address, how string) (string, error) {
	(*bench)(p).note("%s muted by %s", a.Channel, how)
	return "890", p.book
}

func (p *people) Unmute(_ context.Context, chat string) (string, error) {
	if chat == "666" {
		return "", notify.ErrNoContact
	}
	(*bench)(p).note("the one with %s speaks again", chat)
	return "890", p.book
}

func (p *people) Contact(context.Context, string) (notify.Contact, error) {
	return notify.Contact{}, p.book
}

func (p *people) Unreachable(context.Context, string, notify.Address, *notify.SendError) error {
	return p.book
}

func (p *people) SetPreference(context.Context, string, string, notify.Choice) error { return p.book }

func TestStartSaysInTheChatWhatCameOfIt(t *testing.T) {
	const linked = "890 has 555 instead of mark"
	for name, c := range map[string]struct {
		invitation, book, chat error
		update                 telegram.Update
		want                   []string
	}{
		"linked":        {want: []string{linked, "counted linked", "said in 555: " + linkedAnswer.in(notify.English)}},
		"mute":          {chat: errors.New("blocked"), want: []string{linked, "counted linked", "said in 555: " + linkedAnswer.in(notify.English)}},
		"too late":      {invitation: notify.ErrLinkExpired, want: []string{"counted expired", "said in 555: " + oldAnswer.in(notify.English)}},
		"another bot's": {invitation: notify.ErrLinkForged, want: []string{"counted forged", "said in 555: " + strangeAnswer.in(notify.English)}},
		"used":          {book: notify.ErrLinkUsed, want: []string{linked, "counted used", "said in 555: " + oldAnswer.in(notify.English)}},
		"erased":        {book: notify.ErrNoContact, want: []string{linked, "counted unknown", "said in 555: " + strangeAnswer.in(notify.English)}},
		"no link":       {update: telegram.Update{Private: true, Chat: "666"}, want: []string{"said in 666: " + helpAnswer.in(notify.English)}},
		"after a /stop": {update: telegram.Update{Private: true}, want: []string{"the one with 555 speaks again", "said in 555: " + linkedAnswer.in(notify.English)}},
		"a group":       {update: telegram.Update{Token: "890"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench()
			b.invitation, b.book, b.chat = c.invitation, c.book, c.chat
			u := c.update
			if u == (telegram.Update{}) {
				u = telegram.Update{Token: "890", Private: true}
			}
			u.Act, u.Chat, u.Language = telegram.Start, cmp.Or(u.Chat, "555"), "en-GB"
			if err := b.Heard(t.Context(), u); err != nil {
				t.Fatal(err)
			}
			if d := gocmp.Diff(c.want, b.did); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestTroubleOfOurOwnIsToldAgain(t *testing.T) {
	b := newBench()
	b.book = errors.New("connection refused")
	for i, token := range []string{"890", ""} {
		if err := b.Heard(t.Context(), telegram.Update{Act: telegram.Start, Chat: "555", Token: token, Private: true}); err == nil || len(b.did) != i+1 {
			t.Errorf("token %q: %v, %v", token, err, b.did)
		}
	}
}

func TestAnswersSpeakTheReadersLanguage(t *testing.T) {
	seen := map[string]string{}
	for _, a := range []answer{helpAnswer, linkedAnswer, oldAnswer, strangeAnswer} {
		for _, locale := range notify.Locales() {
			text := a.in(locale)
			if was, ok := seen[text]; ok || strings.TrimSpace(text) == "" {
				t.Errorf("%d in %s is that of %s", a, locale, was)
			}
			seen[text] = locale
		}
		if a.in("") != a.in(notify.SerbianLatin) {
			t.Error("who says nothing is not spoken to in Serbian")
		}
	}
}
