package addressbook

import (
	"testing"

	"github.com/vondi-global/notifications/internal/notify"
)

func TestMentions(t *testing.T) {
	key := func(ch notify.Channel, value string) string { return notify.Address{Channel: ch, Value: value}.Key() }
	email, phone := key(notify.Email, "jelena@example.com"), key(notify.SMS, "+381631234567")
	for name, c := range map[string]struct {
		text, mark string
		want       bool
	}{
		"a user":                   {`{"buyer_id":890}`, "user:890", true},
		"as a text":                {`{"user_id" : "890"}`, "user:890", true},
		"in JSON inside of JSON":   {`payload="{\"seller_id\":\"890\"}"`, "user:890", true},
		"in a flat entry":          {"user_id=\"890\"\n", "user:890", true},
		"in broken JSON":           {`{"user_id":890,`, "user:890", true},
		"another user":             {`{"user_id":8901}`, "user:890", false},
		"an order of that number":  {`{"order_id":890,"user_id":1}`, "user:890", false},
		"an email":                 {`{"email":"Jelena@Example.com"}`, email, true},
		"in a sentence":            {`raw="write to jelena@example.com."`, email, true},
		"another email":            {`{"email":"jelena@example.com.au"}`, email, false},
		"a phone":                  {`{"phone":"+381631234567"}`, phone, true},
		"a phone as people write":  {`{"phone":"063/123-45-67"}`, phone, true},
		"another phone":            {`{"phone":"+381631234568"}`, phone, false},
		"a chat":                   {`{"telegram_chat_id":"-555123"}`, key(notify.Telegram, "-555123"), true},
		"a chat as a number":       {`{"telegram_chat_id":555123}`, key(notify.Telegram, "555123"), true},
		"a device":                 {`{"tokens":["fcm:abc"]}`, key(notify.Push, "fcm:abc"), true},
		"nobody in what is no one": {"", "user:", false},
	} {
		if got := Mentions(c.text, c.mark); got != c.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
