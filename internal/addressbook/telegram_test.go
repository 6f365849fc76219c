package addressbook

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

func TestALinkToTheBotWorksOnce(t *testing.T) {
	b, client, _ := open(t)
	put(t, b, notify.Contact{UserID: "890", Name: "Jelena"})
	token, err := b.LinkToken(t.Context(), "890")
	if err != nil || !regexp.MustCompile(`^[A-Za-z0-9_-]{22}$`).MatchString(token) {
		t.Fatalf("token of %d characters, %v", len(token), err)
	}
	for _, key := range client.Keys(t.Context(), "*").Val() {
		if strings.Contains(key, token) {
			t.Error("the token itself is stored")
		}
	}
	if ttl := client.TTL(t.Context(), tokenKey(token)).Val(); ttl <= 0 || ttl > linkTokenLife {
		t.Errorf("it lives %s", ttl)
	}
	if got, err := b.Redeem(t.Context(), token, "555"); err != nil || got != "890" || contact(t, b, "890").TelegramChat != "555" {
		t.Errorf("redeemed for %q, %v", got, err)
	}
	if _, err := b.Redeem(t.Context(), token, "666"); !errors.Is(err, ErrLinkToken) {
		t.Errorf("a second time: %v", err)
	}
}

func TestALinkThatIsNoGood(t *testing.T) {
	b, _, _ := open(t)
	put(t, b, notify.Contact{UserID: "890", Name: "Jelena"})
	token, err := b.LinkToken(t.Context(), "890")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Redeem(t.Context(), token, "no chat"); err == nil {
		t.Error("a chat that is none was taken")
	}
	if err := b.Forget(t.Context(), "890"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Redeem(t.Context(), token, "555"); !errors.Is(err, notify.ErrNoContact) {
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
	token, err := b.LinkToken(t.Context(), "890")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Redeem(t.Context(), token, "555"); err != nil {
		t.Fatal(err)
	}
	c := contact(t, b, "890")
	if _, dead := c.Dead(chat, clock.t); dead || len(c.Preferences) > 0 {
		t.Errorf("got %+v", c)
	}
	if _, err := b.Mute(t.Context(), notify.Address{Channel: notify.SMS, Value: "+381639999999"}, "sms STOP"); !errors.Is(err, notify.ErrNoContact) {
		t.Errorf("nobody's number: %v", err)
	}
}
