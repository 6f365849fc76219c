package addressbook

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

var mailbox = notify.Address{Channel: notify.Email, Value: "jelena@example.com"}

func gone() *notify.SendError {
	return &notify.SendError{Fault: notify.Unreachable, Provider: "smtp", Code: "550 5.1.1"}
}

func told(t *testing.T, client *redis.Client) []redis.XMessage {
	t.Helper()
	return client.XRange(t.Context(), rediskeys.Contacts, "-", "+").Val()
}

func TestADeadAddressIsToldOnce(t *testing.T) {
	b, client, _ := open(t)
	put(t, b, notify.Contact{UserID: "890", Email: mailbox.Value})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := b.Unreachable(t.Context(), "890", mailbox, gone()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	list := told(t, client)
	if len(list) != 1 {
		t.Fatalf("told %d times", len(list))
	}
	v := list[0].Values
	if v["type"] != "contact.unreachable" || v["version"] != "1.0" || v["user_id"] != "890" || v["channel"] != "email" || v["reason"] != "550 5.1.1" || v["address_key"] != mailbox.Key() {
		t.Errorf("told %v", v)
	}
	for _, value := range v {
		if value == mailbox.Value {
			t.Error("the stream carries the address")
		}
	}
	if h, dead := contact(t, b, "890").Dead(mailbox, noon.AddDate(10, 0, 0)); !dead || h.Provider != "smtp" {
		t.Errorf("health %+v", h)
	}
}

func TestATellerThatDiedIsReplaced(t *testing.T) {
	b, client, clock := open(t)
	put(t, b, notify.Contact{UserID: "890", Email: mailbox.Value})
	if tell, err := b.condemn(t.Context(), "890", mailbox, notify.Health{Since: noon}); err != nil || !tell {
		t.Fatal(tell, err) // and here it dies
	}
	clock.t = noon.Add(retell + time.Second)
	for range 2 {
		if err := b.Unreachable(t.Context(), "890", mailbox, gone()); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(told(t, client)); n != 1 {
		t.Errorf("told %d times", n)
	}
}

func TestHowLongAnAddressIsDead(t *testing.T) {
	for _, c := range []struct {
		channel notify.Channel
		code    string
		life    time.Duration
	}{
		{notify.Email, "550 5.1.1", 0},
		{notify.Email, "5.1.10", 0},
		{notify.Email, "550 5.2.1", deadLife},
		{notify.Email, "", deadLife},
		{notify.Telegram, "403", deadLife},
		{notify.SMS, "21610", 0},
		{notify.SMS, "UNDELIV 001", 0},
		{notify.SMS, "UNDELIV 027", deadLife},
		{notify.SMS, "30005", deadLife},
		{notify.Push, "UNREGISTERED", 0},
		{notify.Push, "INVALID_ARGUMENT", deadLife},
	} {
		if got := deadFor(c.channel, c.code); got != c.life {
			t.Errorf("%s %q: %s, want %s", c.channel, c.code, got, c.life)
		}
	}
}

func TestADeadAddressLivesAgain(t *testing.T) {
	for name, revive := range map[string]func(t *testing.T, b *Book) error{
		"by an operator": func(t *testing.T, b *Book) error { return b.Lift(t.Context(), "890", mailbox.Key()) },
		"by a new verification": func(t *testing.T, b *Book) error {
			return b.Learn(t.Context(), []notify.Event{event("user.email_verified", 60, fields{"user_id": 890})})
		},
	} {
		t.Run(name, func(t *testing.T) {
			b, client, clock := open(t)
			put(t, b, notify.Contact{UserID: "890", Email: mailbox.Value})
			if err := errors.Join(b.Unreachable(t.Context(), "890", mailbox, gone()), revive(t, b)); err != nil {
				t.Fatal(err)
			}
			if h, dead := contact(t, b, "890").Dead(mailbox, noon.Add(time.Hour)); dead {
				t.Errorf("still dead: %+v", h)
			}
			clock.t = noon.Add(time.Hour)
			if err := b.Unreachable(t.Context(), "890", mailbox, gone()); err != nil {
				t.Fatal(err)
			}
			if _, dead := contact(t, b, "890").Dead(mailbox, clock.t); !dead || len(told(t, client)) != 2 {
				t.Errorf("a second death: noted %t, told %d times", dead, len(told(t, client)))
			}
		})
	}
}

func TestADeathThatHasEndedIsToldAgain(t *testing.T) {
	b, client, clock := open(t)
	put(t, b, notify.Contact{UserID: "890", TelegramChat: "555"})
	chat := notify.Address{Channel: notify.Telegram, Value: "555"}
	for _, day := range []int{0, 29, 31} {
		clock.t = noon.AddDate(0, 0, day)
		if err := b.Unreachable(t.Context(), "890", chat, &notify.SendError{Fault: notify.Unreachable, Provider: "telegram", Code: "403"}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(told(t, client)); n != 2 {
		t.Errorf("told %d times, want at day 0 and 31", n)
	}
}

func TestMovedChats(t *testing.T) {
	b, _, _ := open(t)
	put(t, b, notify.Contact{UserID: "890", TelegramChat: "-555"})
	if err := b.Moved(t.Context(), "890", "-100777"); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Find(t.Context(), "telegram:-100777"); err != nil || got != "890" {
		t.Errorf("found %q, %v", got, err)
	}
}

func TestADeviceThatIsGoneIsTakenOut(t *testing.T) {
	b, client, _ := open(t)
	put(t, b, notify.Contact{UserID: "890", PushTokens: []notify.PushToken{{Token: "gone", Platform: "ios"}, {Token: "here", Platform: "ios"}}})
	device := notify.Address{Channel: notify.Push, Value: "gone"}
	for range 2 { // another delivery was under way
		if err := b.Unreachable(t.Context(), "890", device, &notify.SendError{Fault: notify.Unreachable, Provider: "fcm", Code: "UNREGISTERED"}); err != nil {
			t.Fatal(err)
		}
	}
	if got := contact(t, b, "890").PushTokens; len(got) != 1 || got[0].Token != "here" || len(told(t, client)) != 1 {
		t.Errorf("devices %v, told %d times", got, len(told(t, client)))
	}
}
