package public

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/proxies"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// book remembers what it was told.
type book struct {
	set  map[string]notify.Choice
	fail error
	said []channels.Feedback
}

func (b *book) SetPreference(_ context.Context, user, key string, c notify.Choice) error {
	if b.fail == nil {
		b.set[user+" "+key] = c
	}
	return b.fail
}

func (b *book) Feedback(_ context.Context, f []channels.Feedback) error {
	b.said = append(b.said, f...)
	return b.fail
}

func listen(t *testing.T) (*Server, *book) {
	t.Helper()
	before, err := proxies.Parse("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	b := &book{set: map[string]notify.Choice{}}
	s, err := Listen(Config{
		Addr: "127.0.0.1:0", Proxies: before, Links: Links{Base: "https://notify.example", Key: "0123456789abcdef0123456789abcdef"},
		Preferences: b, Feedback: b, Log: zerolog.Nop(), Now: time.Now,
		Callbacks: map[string]Callback{"twilio": func(r *http.Request, body []byte) ([]channels.Feedback, error) {
			switch r.Header.Get("X-Signature") {
			case "":
				return nil, channels.ErrSignature
			case "broken":
				return nil, errors.New("no such field")
			}
			return []channels.Feedback{{Provider: "twilio", MessageID: string(body)}}, nil
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s, b
}

func do(t *testing.T, s *Server, method, path, body string, header ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.Addr()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

func mail() notify.Delivery {
	return notify.Delivery{Channel: notify.Email, To: notify.Recipient{UserID: "890", Role: "buyer"}}
}

func path(t *testing.T, s *Server) string {
	t.Helper()
	p, ok := strings.CutPrefix(s.cfg.Links.Unsubscribe(mail(), "order"), "https://notify.example")
	if !ok {
		t.Fatal("no link")
	}
	return p
}

func TestOneClickUnsubscribes(t *testing.T) {
	s, b := listen(t)
	p := path(t, s)
	if status, body := do(t, s, "GET", p, ""); status != 200 || len(b.set) != 0 || !strings.Contains(body, `method="post"`) {
		t.Errorf("looking must change nothing: %d, %v", status, b.set)
	}
	for range 2 { // mail programs repeat
		if status, _ := do(t, s, "POST", p, "List-Unsubscribe=One-Click"); status != 200 {
			t.Errorf("got %d", status)
		}
	}
	c, ok := b.set["890 order/email"]
	if !ok || c.On || c.How != "unsubscribe link" {
		t.Errorf("got %+v", b.set)
	}
	b.fail = errors.New("away")
	if status, _ := do(t, s, "POST", p, ""); status != 503 {
		t.Errorf("a book that is away must not look like success: %d", status)
	}
}

func TestLinksCannotBeForged(t *testing.T) {
	s, b := listen(t)
	p := path(t, s)
	other := Links{Base: s.cfg.Links.Base, Key: "another key, which is as long as the right one"}
	forged := strings.TrimPrefix(other.Unsubscribe(mail(), "order"), s.cfg.Links.Base)
	for _, bad := range []string{"/u/x", "/u/.", "/u/" + strings.Repeat("A", 4000), p[:len(p)-2], p + "A", forged} {
		if status, _ := do(t, s, "POST", bad, ""); status != 404 {
			t.Errorf("%s: got %d", bad, status)
		}
	}
	if len(b.set) != 0 {
		t.Errorf("somebody was unsubscribed: %v", b.set)
	}
}

func TestWhoCannotUnsubscribe(t *testing.T) {
	l := Links{Base: "https://x", Key: "k"}
	mandatory, guest := mail(), mail()
	mandatory.Mandatory, guest.To.UserID = true, ""
	for name, link := range map[string]string{
		"mandatory": l.Unsubscribe(mandatory, "user"), "guest": l.Unsubscribe(guest, "order"),
		"no public address": Links{Key: "k"}.Unsubscribe(mail(), "order"), "no key": Links{Base: "https://x"}.Unsubscribe(mail(), "order"),
	} {
		if link != "" {
			t.Errorf("%s: got %s", name, link)
		}
	}
}

func TestCallbacks(t *testing.T) {
	s, b := listen(t)
	for name, tc := range map[string]struct {
		path, body string
		header     []string
		want       int
	}{
		"signed":    {"/callbacks/twilio", "SM1", []string{"X-Signature", "ok"}, 204},
		"unsigned":  {"/callbacks/twilio", "SM1", nil, 403},
		"broken":    {"/callbacks/twilio", "SM1", []string{"X-Signature", "broken"}, 400},
		"unknown":   {"/callbacks/nobody", "SM1", nil, 404},
		"too large": {"/callbacks/twilio", strings.Repeat("x", maxBody+1), []string{"X-Signature", "ok"}, 413},
	} {
		if status, _ := do(t, s, "POST", tc.path, tc.body, tc.header...); status != tc.want {
			t.Errorf("%s: got %d, want %d", name, status, tc.want)
		}
	}
	if len(b.said) != 1 || b.said[0].MessageID != "SM1" {
		t.Errorf("got %+v", b.said)
	}
	b.fail = errors.New("away")
	if status, _ := do(t, s, "POST", "/callbacks/twilio", "SM2", "X-Signature", "ok"); status != 503 {
		t.Errorf("the provider should come again: got %d", status)
	}
}

func TestLimits(t *testing.T) {
	now := time.Unix(0, 0)
	l := newLimits(func() time.Time { return now })
	n := 0
	for l.allow("1.2.3.4") && n < 10*burst {
		n++
	}
	if n != burst {
		t.Errorf("%d requests passed at once, want %d", n, burst)
	}
	if !l.allow("5.6.7.8") {
		t.Error("one address must not use up another's limit")
	}
	now = now.Add(time.Second)
	if !l.allow("1.2.3.4") {
		t.Error("the limit must recover")
	}
}

// TestOneAddressUsesUpItsOwnLimitOnly: behind a proxy as well.
func TestOneAddressUsesUpItsOwnLimitOnly(t *testing.T) {
	s, _ := listen(t)
	ask := func(from string) int {
		status, _ := do(t, s, "GET", "/u/x", "", "X-Forwarded-For", from)
		return status
	}
	n := 0
	for ask("192.0.2.7") != http.StatusTooManyRequests && n < 10*burst {
		n++
	}
	if n < burst || n == 10*burst {
		t.Errorf("%d requests passed, want about %d", n, burst)
	}
	if status := ask("192.0.2.8"); status != http.StatusNotFound {
		t.Errorf("another address: got %d", status)
	}
}
