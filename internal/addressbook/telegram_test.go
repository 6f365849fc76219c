package addressbook

import (
	"errors"
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

func TestALinkIsUsedUpByLinking(t *testing.T) {
	b, _, _ := open(t)
	put(t, b, notify.Contact{UserID: "890", Name: "Jelena"})
	mark := contact(t, b, "890").ChatMark()
	if err := b.LinkChat(t.Context(), "890", mark, "555"); err != nil || contact(t, b, "890").TelegramChat != "555" {
		t.Fatal(err)
	}
	if err := b.LinkChat(t.Context(), "890", mark, "555"); err != nil {
		t.Errorf("the same chat again: %v", err)
	}
	if err := b.LinkChat(t.Context(), "890", mark, "666"); !errors.Is(err, notify.ErrLinkUsed) || contact(t, b, "890").TelegramChat != "555" {
		t.Errorf("somebody else with the same link: %v", err)
	}
	mark = contact(t, b, "890").ChatMark()
	if err := b.LinkChat(t.Context(), "890", mark, "666"); err != nil || contact(t, b, "890").TelegramChat != "666" {
		t.Errorf("another chat, by a link that was made since: %v", err)
	}
	if err := b.LinkChat(t.Context(), "890", mark, "777"); !errors.Is(err, notify.ErrLinkUsed) {
		t.Errorf("that one a second time: %v", err)
	}
}

func TestALinkThatIsNoGood(t *testing.T) {
	b, _, _ := open(t)
	put(t, b, notify.Contact{UserID: "890", Name: "Jelena"})
	if err := b.LinkChat(t.Context(), "890", "", "no chat"); err == nil {
		t.Error("a chat that is none was taken")
	}
	if err := b.Forget(t.Context(), "890"); err != nil {
		t.Fatal(err)
	}
	if err := b.LinkChat(t.Context(), "890", "", "555"); !errors.Is(err, notify.ErrNoContact) {
		t.Errorf("for somebody forgotten: %v", err)
	}
}

func TestStopMutesAndANewStartSpeaksAgain(t *testing.T) {
	b, _, clock := open(t)
	put(t, b, notify.Contact{UserID: "890", Name: "Jelena", TelegramChat: "555"})
	chat := notify.Address{Channel: notify.Telegram, Value: "555"}
	if got, err := b.Mute(t.Context(), chat, "telegram /stop"); err != nil || got != "890" {
		t.Fatal(got, err)
	}
	if key, muted := contact(t, b, "890").Preferences.Muted("order", notify.Telegram); !muted || key != "*/telegram" {
		t.Error("not muted")
	}
	if err := b.Unreachable(t.Context(), "890", chat, &notify.SendError{Code: "403"}); err != nil {
		t.Fatal(err)
	}
	clock.t = noon.Add(time.Minute)
	if got, err := b.Unmute(t.Context(), "555"); err != nil || got != "890" {
		t.Fatal(got, err)
	}
	c := contact(t, b, "890")
	if _, dead := c.Dead(chat, clock.t); dead || len(c.Preferences) > 0 {
		t.Errorf("got %+v", c)
	}
	if _, err := b.Unmute(t.Context(), "666"); !errors.Is(err, notify.ErrNoContact) {
		t.Errorf("a stranger's chat: %v", err)
	}
	if _, err := b.Mute(t.Context(), notify.Address{Channel: notify.SMS, Value: "+381639999999"}, "sms STOP"); !errors.Is(err, notify.ErrNoContact) {
		t.Errorf("nobody's number: %v", err)
	}
}
