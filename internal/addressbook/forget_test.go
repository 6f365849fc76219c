package addressbook

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
)

// eraser is the history: it fails once, and remembers whom it forgot.
type eraser struct {
	err    error
	forgot []string

	addresses []string
}

func (e *eraser) Forget(_ context.Context, userID string) error {
	if err := e.err; err != nil {
		e.err = nil
		return err
	}
	e.forgot = append(e.forgot, userID)
	return nil
}

func (e *eraser) ForgetAddress(_ context.Context, key string) error {
	e.addresses = append(e.addresses, key)
	return nil
}

func TestForgetLeavesNoTrace(t *testing.T) {
	history := &eraser{}
	b, client, clock := open(t, WithEraser(history))
	put(t, b, withID(jelena(), "u-890"))
	put(t, b, withID(notify.Contact{Email: "before@example.com", Name: "Jelena"}, "u-890")) // addresses of old count too
	put(t, b, withID(jelena(), "u-890"))
	put(t, b, notify.Contact{UserID: "other", Email: "other@example.com"})
	for _, a := range []string{"role:admin", "listing:1:watchers", "pvz:1:operators"} {
		if err := errors.Join(b.Join(t.Context(), a, "u-890", "other"), b.Leave(t.Context(), "pvz:1:operators", "u-890")); err != nil {
			t.Fatal(err)
		}
	}
	clock.t = noon.Add(time.Second)
	if err := b.Unreachable(t.Context(), "other", notify.Address{Channel: notify.Email, Value: "other@example.com"}, gone()); err != nil {
		t.Fatal(err)
	}
	if err := b.Unreachable(t.Context(), "u-890", notify.Address{Channel: notify.Email, Value: "jelena@example.com"}, &notify.SendError{Provider: "smtp", Code: "550 5.1.1"}); err != nil {
		t.Fatal(err)
	}
	if err := b.Forget(t.Context(), "u-890"); err != nil {
		t.Fatal(err)
	}
	for key, value := range dump(t, client) {
		for _, trace := range traces() {
			if strings.Contains(key, trace) || strings.Contains(fmt.Sprint(value), trace) {
				t.Errorf("%s still holds %s", key, trace)
			}
		}
	}
	if want := (notify.Address{Channel: notify.Email, Value: "jelena@example.com"}).Key(); !slices.Contains(history.addresses, want) {
		t.Errorf("told others to forget %v, want %s among them", history.addresses, want)
	}
	if n := len(told(t, client)); n != 1 {
		t.Errorf("%d entries are left of what was told of others", n)
	}
	if len(history.forgot) != 1 || contact(t, b, "other").Email == "" {
		t.Errorf("history: %v", history.forgot)
	}
	checkMembers(t, b, map[string][]string{"role:admin": {"other"}, "listing:1:watchers": {"other"}})
}

func withID(c notify.Contact, id string) notify.Contact {
	c.UserID = id
	return c
}

// traces are what must not be found any more: the id, and every address and its key.
func traces() []string {
	list := []string{"u-890"}
	for _, a := range []notify.Address{
		{Channel: notify.Email, Value: "jelena@example.com"},
		{Channel: notify.Email, Value: "before@example.com"},
		{Channel: notify.SMS, Value: "+381631234567"},
		{Channel: notify.Telegram, Value: "555"},
		{Channel: notify.Push, Value: "fcm:abc"},
	} {
		_, fingerprint, _ := strings.Cut(a.Key(), ":")
		list = append(list, fingerprint)
		if len(a.Value) > 3 {
			list = append(list, a.Value)
		}
	}
	return list
}

func TestForgetKeepsAnAddressThatIsSomebodyElsesNow(t *testing.T) {
	history := &eraser{}
	b, _, _ := open(t, WithEraser(history))
	put(t, b, notify.Contact{UserID: "1", Email: "shared@example.com"})
	put(t, b, notify.Contact{UserID: "2", Email: "shared@example.com"})
	if err := b.Forget(t.Context(), "1"); err != nil || len(history.addresses) > 0 {
		t.Fatal(err)
	}
	if got, err := b.Find(t.Context(), "shared@example.com"); err != nil || got != "2" {
		t.Errorf("found %q, %v", got, err)
	}
}

func TestAForgetThatFailedCanBeRepeated(t *testing.T) {
	history := &eraser{err: errors.New("away")}
	b, client, _ := open(t, WithEraser(history))
	put(t, b, jelena())
	if err := b.Forget(t.Context(), "890"); err == nil {
		t.Error("a history that failed was not told of")
	}
	if contact(t, b, "890").Email == "" {
		t.Error("the contact went before the history")
	}
	if err := b.Forget(t.Context(), "890"); err != nil || keysLeft(t, client) != 0 {
		t.Errorf("%v; %d keys left", err, keysLeft(t, client))
	}
}

// keysLeft counts the keys beside the mark that somebody was forgotten.
func keysLeft(t *testing.T, client *redis.Client) int64 {
	t.Helper()
	return client.DBSize(t.Context()).Val() - int64(len(client.Keys(t.Context(), "notifications:forgotten:*").Val()))
}

func TestAStreamReadAgainBringsNobodyBack(t *testing.T) {
	b, client, _ := open(t)
	past := []notify.Event{
		event("user.registered", -100, fields{"user_id": 890, "email": "jelena@example.com"}),
		event("user.role_changed", -90, fields{"user_id": 890, "role": "admin"}),
		event("listing.favorited", -80, fields{"listing_id": 1, "user_id": 890}),
		event("pvz.shift.started", -70, fields{"shift_id": 5, "pvz_id": 1, "operator_id": 890, "operator_name": "J"}),
	}
	learn(t, b, past...)
	if err := b.Forget(t.Context(), "890"); err != nil {
		t.Fatal(err)
	}
	learn(t, b, past...)
	if n := keysLeft(t, client); n != 0 {
		t.Errorf("%d keys came back", n)
	}
	learn(t, b, event("user.registered", 10, fields{"user_id": 890, "email": "new@example.com"}))
	if got := contact(t, b, "890").Email; got != "new@example.com" {
		t.Errorf("who registers anew is known again: %q", got)
	}
}
