package telegram_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/channels/telegram"
	"github.com/vondi-global/notifications/internal/secret"
	"github.com/vondi-global/notifications/internal/testlog"
)

func TestParseUpdate(t *testing.T) {
	said := func(text string) string {
		return `{"update_id":7,"message":{"message_id":1,"date":1,"chat":{"id":99,"type":"private"},"from":{"id":99,"language_code":"sr"},"text":"` + text + `"}}`
	}
	member := func(kind, status string) string {
		return `{"update_id":8,"my_chat_member":{"chat":{"id":-100,"type":"` + kind + `"},"from":{"id":99},"date":1,"old_chat_member":{"user":{"id":1},"status":"member"},"new_chat_member":{"user":{"id":1},"status":"` + status + `"}}}`
	}
	mine := telegram.Update{ID: 7, Chat: "99", Language: "sr", Private: true}
	with := func(u telegram.Update, a telegram.Act, token string) *telegram.Update {
		u.Act, u.Token = a, token
		return &u
	}
	group := telegram.Update{ID: 8, Chat: "-100"}
	for raw, want := range map[string]*telegram.Update{
		said("/start abc_DEF-123"):                with(mine, telegram.Start, "abc_DEF-123"),
		said("/start"):                            with(mine, telegram.Start, ""),
		said("/start@vondi_bot abc"):              with(mine, telegram.Start, "abc"),
		said("/start a b"):                        with(mine, telegram.Start, ""),
		said("/start " + strings.Repeat("x", 65)): with(mine, telegram.Start, ""),
		said("/START abc"):                        with(mine, telegram.Start, "abc"),
		said("/stop"):                             with(mine, telegram.Stop, ""),
		said("/stopper"):                          nil,
		said("hello /start abc"):                  nil,
		said(""):                                  nil,
		member("group", "kicked"):                 with(group, telegram.Blocked, ""),
		member("group", "left"):                   with(group, telegram.Blocked, ""),
		member("supergroup", "member"):            with(group, telegram.Allowed, ""),
		member("group", "restricted"):             nil,
		`{"update_id":9,"poll":{"id":"1"}}`:       nil,
		`{}`:                                      nil,
	} {
		u, ok, err := telegram.ParseUpdate([]byte(raw))
		if err != nil || ok != (want != nil) {
			t.Errorf("%s: %v, %v", raw, ok, err)
			continue
		}
		if want != nil {
			if d := cmp.Diff(*want, u); d != "" {
				t.Errorf("%s: %s", raw, d)
			}
		}
	}
}

func FuzzParseUpdate(f *testing.F) {
	f.Add([]byte(`{"update_id":7,"message":{"chat":{"id":99},"text":"/start abc"}}`))
	f.Add([]byte(`{"my_chat_member":{"new_chat_member":{"status":"kicked"}}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		u, ok, err := telegram.ParseUpdate(raw)
		if ok && (err != nil || u.Act == "" || u.Chat == "") {
			t.Errorf("%+v, %v", u, err)
		}
	})
}

// ear hears updates, or fails to for a while.
type ear struct {
	mu    sync.Mutex
	fails int
	heard chan telegram.Update
}

func newEar() *ear { return &ear{heard: make(chan telegram.Update, 100)} }

func (e *ear) Heard(_ context.Context, u telegram.Update) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.fails > 0 {
		e.fails--
		return errors.New("redis is away")
	}
	e.heard <- u
	return nil
}

func (e *ear) next(t *testing.T) telegram.Update {
	t.Helper()
	select {
	case u := <-e.heard:
		return u
	case <-time.After(10 * time.Second):
		t.Fatal("nothing was heard in 10 s")
		return telegram.Update{}
	}
}

func says(chat int64, text string) map[string]any {
	return map[string]any{"message": map[string]any{
		"message_id": 1, "date": 1, "chat": map[string]any{"id": chat, "type": "private"}, "from": map[string]any{"id": chat}, "text": text,
	}}
}

func TestWebhook(t *testing.T) {
	e := newEar()
	hook := &telegram.Webhook{Secret: "s3cret", Listener: e, Log: zerolog.Nop()}
	h := httptest.NewServer(hook)
	defer h.Close()
	server, _ := api(t)
	if err := hook.Announce(t.Context(), telegram.Config{Token: token, Endpoint: server.URL()}, h.URL); err != nil {
		t.Fatal(err)
	}
	if err := server.Hear(says(99, "/start abc")); err != nil {
		t.Fatal(err)
	}
	if u := e.next(t); u.Token != "abc" || u.Chat != "99" {
		t.Errorf("heard %+v", u)
	}
	e.fails = 1
	if err := server.Hear(says(99, "/stop")); err == nil {
		t.Error("an update that could not be dealt with was confirmed")
	}
	if err := server.Hear(says(99, "nothing for us")); err != nil {
		t.Error(err)
	}
}

// TestTelegramIsToldUntilItHears: the first answer is trouble of Telegram's own.
func TestTelegramIsToldUntilItHears(t *testing.T) {
	answers := []string{`{"ok":false,"error_code":502,"description":"Bad Gateway"}`, `{"ok":true,"result":true}`}
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, answers[asked])
		if asked++; r.FormValue("url") != "https://n.example/telegram" || r.FormValue("secret_token") != "s3cret" {
			t.Errorf("told %v", r.Form)
		}
	}))
	defer server.Close()
	var log testlog.Log
	hook := &telegram.Webhook{Secret: "s3cret", Log: zerolog.New(&log)}
	if err := hook.Announce(t.Context(), telegram.Config{Token: token, Endpoint: server.URL}, "https://n.example/telegram"); err != nil || asked != 2 {
		t.Errorf("asked %d times, %v", asked, err)
	}
	for _, hidden := range []string{"s3cret", token, "n.example"} {
		if strings.Contains(log.String(), hidden) {
			t.Errorf("the log shows %s: %s", hidden, log.String())
		}
	}
}

func TestWebhookRefusesStrangers(t *testing.T) {
	e := newEar()
	body := `{"update_id":7,"message":{"chat":{"id":99},"text":"/stop"}}`
	for _, c := range []struct {
		secret secret.String
		header string
	}{{"s3cret", ""}, {"s3cret", "guess"}, {"", ""}} {
		r := httptest.NewRequest(http.MethodPost, "/telegram", strings.NewReader(body))
		r.Header.Set("X-Telegram-Bot-Api-Secret-Token", c.header)
		w := httptest.NewRecorder()
		(&telegram.Webhook{Secret: c.secret, Listener: e}).ServeHTTP(w, r)
		if w.Code != http.StatusForbidden || len(e.heard) != 0 {
			t.Errorf("%q against %q: %d", c.header, c.secret.Reveal(), w.Code)
		}
	}
}

// polling runs a poller until the test ends and returns what it logs.
func polling(t *testing.T, endpoint string, e *ear) *bytes.Buffer {
	t.Helper()
	var logged bytes.Buffer
	p, err := telegram.NewPoller(telegram.Config{Token: secret.String(token), Endpoint: endpoint}, e, zerolog.New(&logged))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { p.Run(ctx); close(ended) }()
	t.Cleanup(func() {
		cancel()
		<-ended
		if strings.Contains(logged.String(), token) {
			t.Errorf("the log tells the token: %s", logged.String())
		}
	})
	return &logged
}

func TestPollerHearsInOrderAndOnce(t *testing.T) {
	server, _ := api(t)
	e := newEar()
	polling(t, server.URL(), e)
	for i := range 5 {
		if err := server.Hear(says(99, fmt.Sprintf("/start t%d", i))); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 5 {
		if u := e.next(t); u.Token != fmt.Sprintf("t%d", i) {
			t.Errorf("heard %+v as number %d", u, i)
		}
	}
	if len(e.heard) != 0 {
		t.Errorf("%d heard twice", len(e.heard))
	}
}

func TestPollerAsksAgainForWhatCouldNotBeDealtWith(t *testing.T) {
	server, _ := api(t)
	e := newEar()
	e.fails = 1
	if err := server.Hear(says(99, "/stop")); err != nil {
		t.Fatal(err)
	}
	polling(t, server.URL(), e)
	if u := e.next(t); u.Act != telegram.Stop {
		t.Errorf("heard %+v", u)
	}
}

func TestLimits(t *testing.T) {
	person, group := chat, chat
	group.Value = "-1001234567890"
	if l := telegram.Limits(person); len(l) != 2 || l[0].Rate > 30 || l[1].Rate != 1 || strings.Contains(l[1].Scope, person.Value) {
		t.Errorf("a person's: %+v", l)
	}
	if l := telegram.Limits(group); l[1].Rate*60 > 20 || l[1].Scope == telegram.Limits(person)[1].Scope {
		t.Errorf("a group's: %+v", l)
	}
}
