package addressbook

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/notify"
)

// jelena is somebody of whom everything is known.
func jelena() notify.Contact {
	dead := notify.Address{Channel: notify.SMS, Value: "+381631234567"}
	return notify.Contact{
		UserID: "890", Name: "Jelena", Email: "jelena@example.com", Phone: "+381631234567", TelegramChat: "555",
		PushTokens: []notify.PushToken{{Token: "fcm:abc", Platform: "android", LastSeen: noon}},
		Locale:     "sr-Cyrl", TimeZone: "Europe/Belgrade", EmailVerified: noon.Add(-time.Hour), Banned: noon, BannedUntil: noon.Add(time.Hour),
		Preferences: notify.Preferences{"order/email": {On: false, By: "890", How: "unsubscribe link", At: noon}},
		Health:      map[string]notify.Health{dead.Key(): {Reason: "21610", Provider: "twilio", Since: noon}},
	}
}

func put(t *testing.T, b *Book, c notify.Contact) {
	t.Helper()
	if err := b.Put(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

func TestPutMakesTheContactWhatIsGiven(t *testing.T) {
	b, _, _ := open(t)
	put(t, b, jelena())
	if diff := cmp.Diff(jelena(), contact(t, b, "890")); diff != "" {
		t.Errorf("(-put +got):\n%s", diff)
	}
	less := notify.Contact{UserID: "890", Name: "Jelena"}
	put(t, b, less)
	if diff := cmp.Diff(less, contact(t, b, "890")); diff != "" {
		t.Errorf("what is no longer given stayed (-put +got):\n%s", diff)
	}
}

func TestMergeLeavesWhatIsNotGiven(t *testing.T) {
	b, _, _ := open(t)
	put(t, b, jelena())
	if err := b.Merge(t.Context(), notify.Contact{UserID: "890", Phone: "064 1234567"}); err != nil {
		t.Fatal(err)
	}
	want := jelena()
	want.Phone = "+381641234567"
	if diff := cmp.Diff(want, contact(t, b, "890")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAnEventOlderThanACorrectionChangesNothing(t *testing.T) {
	b, _, _ := open(t)
	put(t, b, notify.Contact{UserID: "890", Name: "Jelena"}) // her email was taken away
	learn(t, b, event("user.registered", -60, fields{"user_id": 890, "email": "old@example.com"}))
	if got := contact(t, b, "890"); got.Email != "" {
		t.Errorf("the old address came back: %+v", got)
	}
}

func TestBadValuesAreRefusedByNameAndNeverShown(t *testing.T) {
	b, client, _ := open(t)
	for field, c := range map[string]notify.Contact{
		"user_id":          {Email: "a@example.com"},
		"email":            {UserID: "1", Email: "Jelena <secret@example.com>"},
		"phone":            {UserID: "1", Phone: "12secret"},
		"telegram_chat_id": {UserID: "1", TelegramChat: "@secret"},
		"timezone":         {UserID: "1", TimeZone: "Secret/Place"},
		"push_tokens[0]":   {UserID: "1", PushTokens: []notify.PushToken{{Token: "secret", Platform: "fridge"}}},
		"name":             {UserID: "1", Name: strings.Repeat("secret", 200)},
	} {
		err := b.Put(t.Context(), c)
		if bad, ok := errors.AsType[*Invalid](err); !ok || bad.Field != field || strings.Contains(strings.ToLower(err.Error()), "secret") {
			t.Errorf("%s: %v", field, err)
		}
	}
	if n := client.DBSize(t.Context()).Val(); n != 0 {
		t.Errorf("%d keys were written", n)
	}
}

func TestPhonesBecomeE164(t *testing.T) {
	for in, want := range map[string]string{
		"063 1234567": "+381631234567", "+381 63/123-4567": "+381631234567", "00381631234567": "+381631234567",
		"+4915112345678": "+4915112345678", "": "", "123": "", "063": "", "not a number": "", "+9999999999999999": "",
	} {
		got, err := NormalPhone(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("NormalPhone(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestOnlyTheDevicesSeenLastAreKept(t *testing.T) {
	b, client, clock := open(t)
	for i := range 13 {
		clock.t = noon.Add(time.Duration(i) * time.Minute)
		token := notify.PushToken{Token: fmt.Sprint("token-", i), Platform: "ios"}
		if err := b.Merge(t.Context(), notify.Contact{UserID: "1", PushTokens: []notify.PushToken{token}}); err != nil {
			t.Fatal(err)
		}
	}
	got := contact(t, b, "1").PushTokens
	if len(got) != maxDevices || got[0].Token != "token-12" || got[9].Token != "token-3" {
		t.Errorf("kept %d: %v", len(got), got)
	}
	stored := 0
	for field := range client.HGetAll(t.Context(), "notifications:contact:{1}").Val() {
		if strings.HasPrefix(field, prefixToken) {
			stored++
		}
	}
	if stored != maxDevices {
		t.Errorf("%d are stored", stored)
	}
}

func TestPreferencesKeepWhoSetThem(t *testing.T) {
	b, _, _ := open(t)
	put(t, b, notify.Contact{UserID: "1", Name: "A"})
	choice := notify.Choice{On: false, By: "support", How: "notifyctl"}
	if err := b.SetPreference(t.Context(), "1", "order/*", choice); err != nil {
		t.Fatal(err)
	}
	choice.At = noon
	if diff := cmp.Diff(notify.Preferences{"order/*": choice}, contact(t, b, "1").Preferences); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, key := range []string{"", "order", "orders/email", "order/fax"} {
		if err := b.SetPreference(t.Context(), "1", key, choice); err == nil {
			t.Errorf("preference %q was taken", key)
		}
	}
	if err := b.ClearPreference(t.Context(), "1", "order/*"); err != nil || len(contact(t, b, "1").Preferences) != 0 {
		t.Errorf("not cleared: %v", err)
	}
}

func TestAPreferenceAloneIsNoContact(t *testing.T) {
	b, _, _ := open(t)
	if err := b.SetPreference(t.Context(), "1", "*/*", notify.Choice{}); err != nil {
		t.Fatal(err)
	}
	if c, err := b.Contact(t.Context(), "1"); !errors.Is(err, notify.ErrNoContact) || c.UserID != "" {
		t.Errorf("got %+v, %v", c, err)
	}
	if c, err := b.Stored(t.Context(), "1"); err != nil || len(c.Preferences) != 1 {
		t.Errorf("stored: %+v, %v", c, err)
	}
}

func TestContactsAnswersAtTheIdsPlaces(t *testing.T) {
	b, _, _ := open(t)
	put(t, b, notify.Contact{UserID: "1", Name: "A"})
	put(t, b, notify.Contact{UserID: "3", Name: "C"})
	got, err := b.Contacts(t.Context(), []string{"1", "2", "3"})
	want := []notify.Contact{{UserID: "1", Name: "A"}, {}, {UserID: "3", Name: "C"}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestFind(t *testing.T) {
	b, _, _ := open(t)
	put(t, b, jelena())
	put(t, b, notify.Contact{UserID: "555123", Name: "B", Email: "new@example.com"})
	for what, want := range map[string]string{
		"890": "890", " JELENA@Example.com ": "890", "+381631234567": "890", "063/1234567": "890", "555": "890",
		"telegram:555": "890", "user:890": "890", "sms:0631234567": "890", "555123": "555123",
		"nobody@example.com": "", "891": "", "user:891": "", "sms:x": "", "": "", "+381641234567": "",
	} {
		got, err := b.Find(t.Context(), what)
		if want == "" && !errors.Is(err, notify.ErrNoContact) || want != "" && (err != nil || got != want) {
			t.Errorf("Find(%q) = %q, %v; want %q", what, got, err, want)
		}
	}
	put(t, b, notify.Contact{UserID: "890", Name: "Jelena", Email: "other@example.com"})
	if got, err := b.Find(t.Context(), "jelena@example.com"); !errors.Is(err, notify.ErrNoContact) {
		t.Errorf("found by an address of old: %q, %v", got, err)
	}
}

func TestScriptsComeBackAfterRedisLostThem(t *testing.T) {
	b, client, _ := open(t)
	put(t, b, jelena())
	client.ScriptFlush(t.Context())
	put(t, b, notify.Contact{UserID: "1", Name: "A"})
	client.ScriptFlush(t.Context())
	learn(t, b, event("order.created", -1, fields{"order_id": 1, "storefront_id": 1, "buyer_id": 2, "items": []any{}}))
	checkLinks(t, b, map[[3]string]string{{"order", "1", "buyer"}: "2"})
}
