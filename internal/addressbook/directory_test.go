package addressbook

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
)

// service is a directory that a test can make fail.
type service struct {
	asked  atomic.Int64
	answer atomic.Value // func(w http.ResponseWriter, r *http.Request)
}

func (s *service) say(answer func(w http.ResponseWriter, r *http.Request)) { s.answer.Store(answer) }

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked.Add(1)
	s.answer.Load().(func(http.ResponseWriter, *http.Request))(w, r)
}

func knows890(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Header.Get("Authorization") != "Bearer x":
		w.WriteHeader(http.StatusUnauthorized)
		return
	case r.URL.Path != "/people/890":
		w.WriteHeader(http.StatusNotFound)
		return
	}
	fmt.Fprint(w, `{"user_id":890,"email":"jelena@example.com","phone":"nonsense","locale":"hr","loyalty":"gold"}`)
}

func fails(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }

func openWithDirectory(t *testing.T) (*Book, *service, *redis.Client, *clock) {
	t.Helper()
	s := &service{}
	s.say(knows890)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	d, err := NewDirectory(DirectoryConfig{
		URL: server.URL + "/people/", Token: "x", Timeout: 5 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	b, client, c := open(t, WithDirectory(d))
	return b, s, client, c
}

func TestTheDirectoryIsAskedForStrangersOnly(t *testing.T) {
	b, s, _, clock := openWithDirectory(t)
	put(t, b, notify.Contact{UserID: "1", Name: "A", Email: "a@example.com"})
	if contact(t, b, "1").Name != "A" || s.asked.Load() != 0 {
		t.Error("somebody known was asked for")
	}
	for range 3 {
		if got := contact(t, b, "890"); got.Email != "jelena@example.com" || got.Phone != "" || got.Locale != "sr-Latn" {
			t.Errorf("got %+v", got)
		}
	}
	if n := s.asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
	clock.t = noon.Add(time.Hour)
	contact(t, b, "890")
	if n := s.asked.Load(); n != 2 {
		t.Errorf("an old answer was not asked for again: %d", n)
	}
}

func TestWhatTheBookHoldsOfAStrangerHolds(t *testing.T) {
	b, _, _, _ := openWithDirectory(t)
	if err := errors.Join(
		b.SetPreference(t.Context(), "890", "*/email", notify.Choice{On: false}),
		b.Unreachable(t.Context(), "890", mailbox, gone()),
		b.Learn(t.Context(), []notify.Event{event("user.banned", -5, fields{"user_id": 890})}),
	); err != nil {
		t.Fatal(err)
	}
	c := contact(t, b, "890")
	if _, dead := c.Dead(mailbox, noon); !dead || len(c.Preferences) != 1 || !c.BannedAt(noon) {
		t.Errorf("got %+v", c)
	}
}

// TestALinkedChatHidesNobodysEmail: who was known to the directory only, and then links a
// chat or verifies a phone, is still reached by what the directory knows.
func TestALinkedChatHidesNobodysEmail(t *testing.T) {
	b, s, _, clock := openWithDirectory(t)
	if err := b.LinkChat(t.Context(), "890", contact(t, b, "890").ChatMark(), "555"); err != nil {
		t.Fatal(err)
	}
	put(t, b, notify.Contact{UserID: "1", TelegramChat: "111"})
	both, err := b.Contacts(t.Context(), []string{"890", "1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []notify.Contact{both[0], contact(t, b, "890")} {
		if c.TelegramChat != "555" || c.Email != "jelena@example.com" || c.Locale != "sr-Latn" {
			t.Errorf("got %+v", c)
		}
	}
	if both[1].TelegramChat != "111" {
		t.Errorf("of whom the directory knows nothing: %+v", both[1])
	}
	s.say(fails)
	clock.t = noon.Add(25 * time.Hour)
	if c := contact(t, b, "1"); c.TelegramChat != "111" {
		t.Errorf("while the directory is away: %+v", c)
	}
}

// TestWhoOnlyTheDirectoryKnowsCanSayStop: by the number to which the message went.
func TestWhoOnlyTheDirectoryKnowsCanSayStop(t *testing.T) {
	b, s, client, _ := openWithDirectory(t)
	s.say(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"user_id":890,"email":"jelena@example.com","phone":"+381641234567"}`)
	})
	contact(t, b, "890")
	if got, err := b.Mute(t.Context(), notify.Address{Channel: notify.SMS, Value: "0641234567"}, "sms STOP"); err != nil || got != "890" {
		t.Fatalf("got %q, %v", got, err)
	}
	if _, muted := contact(t, b, "890").Preferences.Muted("order", notify.SMS); !muted {
		t.Error("not muted")
	}
	if err := b.Forget(t.Context(), "890"); err != nil || keysLeft(t, client) != 0 {
		t.Errorf("%v, %d keys left", err, keysLeft(t, client))
	}
}

func TestNobodyIsAskedForAgainSoon(t *testing.T) {
	b, s, _, clock := openWithDirectory(t)
	for range 2 {
		if _, err := b.Contact(t.Context(), "7"); !errors.Is(err, notify.ErrNoContact) {
			t.Error(err)
		}
	}
	clock.t = noon.Add(nobodyFresh + time.Second)
	_, _ = b.Contact(t.Context(), "7")
	if n := s.asked.Load(); n != 2 {
		t.Errorf("asked %d times", n)
	}
}

func TestADirectoryThatIsAway(t *testing.T) {
	b, s, _, clock := openWithDirectory(t)
	contact(t, b, "890")
	s.say(fails)
	clock.t = noon.Add(time.Hour)
	if contact(t, b, "890").Email == "" {
		t.Error("an old answer is better than none")
	}
	if _, err := b.Contact(t.Context(), "7"); !errors.Is(err, notify.ErrUnavailable) || errors.Is(err, notify.ErrNoContact) {
		t.Errorf("a stranger, while the directory is away: %v", err)
	}
	if list, err := b.Contacts(t.Context(), []string{"7", "890"}); err != nil || list[0].UserID != "" || list[1].UserID != "890" {
		t.Errorf("several: %v, %v", list, err)
	}
	for range 10 {
		_, _ = b.Contact(t.Context(), "7")
	}
	if n := s.asked.Load(); n > 1+tripAfter {
		t.Errorf("the breaker let %d questions through", n)
	}
}

func TestAnswersThatAreNoGood(t *testing.T) {
	for name, answer := range map[string]func(w http.ResponseWriter, r *http.Request){
		"somebody else": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"user_id":"891","email":"x@example.com"}`)
		},
		"no JSON":  func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `<html>`) },
		"too long": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.Repeat(" ", maxAnswer+1), "{}") },
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b, s, client, _ := openWithDirectory(t)
			s.say(answer)
			if _, err := b.Contact(t.Context(), "890"); !errors.Is(err, notify.ErrUnavailable) || strings.Contains(err.Error(), "890") {
				t.Error(err)
			}
			if n := client.DBSize(t.Context()).Val(); n != 0 {
				t.Errorf("%d keys written", n)
			}
		})
	}
}

func TestADirectoryThatHangs(t *testing.T) {
	b, s, _, _ := openWithDirectory(t)
	b.directory.cfg.Timeout = 20 * time.Millisecond
	s.say(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	if _, err := b.Contact(t.Context(), "890"); !errors.Is(err, notify.ErrUnavailable) {
		t.Error(err)
	}
}

func TestForgetForgetsTheDirectorysAnswerToo(t *testing.T) {
	b, _, client, _ := openWithDirectory(t)
	contact(t, b, "890")
	if err := b.Forget(t.Context(), "890"); err != nil || keysLeft(t, client) != 0 {
		t.Errorf("%v, %d keys left", err, keysLeft(t, client))
	}
}

func TestADirectorysURLIsChecked(t *testing.T) {
	for _, u := range []string{"", "people", "ftp://host/", "https://user:pass@host/", "https://host/?q=", "https://"} {
		if _, err := NewDirectory(DirectoryConfig{URL: u}); err == nil {
			t.Errorf("%q was taken", u)
		}
	}
}
