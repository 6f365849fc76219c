package render_test

import (
	"encoding/json"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/internal/sms"
)

// structure is a document's tags without their text: data must not change it.
func structure(markup string) string {
	var tags []string
	z := html.NewTokenizer(strings.NewReader(markup))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		if kind == html.StartTagToken || kind == html.EndTagToken || kind == html.SelfClosingTagToken || kind == html.CommentToken {
			name, _ := z.TagName()
			tags = append(tags, kind.String()+string(name))
		}
	}
	return strings.Join(tags, " ")
}

// around puts a text into everything of an order that people write.
func around(t testing.TB, text string) (payload string, to notify.Contact) {
	t.Helper()
	data, err := json.Marshal(map[string]any{
		"order_id": 1, "reason": text, "order_number": text,
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(data), notify.Contact{Name: text}
}

func FuzzHostileText(f *testing.F) {
	for _, seed := range []string{
		"plain", "<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "{{.Brand.Name}}", "\r\nBcc: x@example.com", "</b><a href=\"tg://x\">",
		"\u202egnp.exe", "&amp;&#60;", "👩‍👩‍👧‍👦🇷🇸", strings.Repeat("Ж", 10<<10), "\x00\x1b", "a\u0301" + strings.Repeat("\u0301", 3000), "javascript:alert(1)", "]]>-->", "%s%n",
	} {
		f.Add(seed)
	}
	s := load(f)
	r := renderer(s)
	shape := map[string]string{}
	for _, locale := range s.Locales() {
		payload, _ := around(f, "plain")
		for _, ch := range []notify.Channel{notify.Email, notify.Telegram} {
			m := mustRender(f, r, deliveryOf(f, "order.cancelled", payload, ch, locale), notify.Contact{Name: "plain"})
			shape[string(ch)+locale] = structure(m.HTML)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		if text == "" {
			text = "a" // the reason is required
		}
		payload, to := around(t, text)
		for _, locale := range s.Locales() {
			for _, ch := range notify.Channels() {
				d := deliveryOf(t, "order.cancelled", payload, ch, locale)
				m := mustRender(t, r, d, to)
				if want, ok := shape[string(ch)+locale]; ok && structure(m.HTML) != want {
					t.Fatalf("%s %s: data changed the markup:\n%s", ch, locale, m.HTML)
				}
				holds(t, m)
			}
		}
	})
}

// holds checks what must hold of every message, whatever data it carries.
func holds(t *testing.T, m notify.Message) {
	t.Helper()
	if strings.ContainsAny(m.Subject+m.Title, "\r\n") || len([]rune(m.Subject)) > 78 {
		t.Fatalf("subject %q or title %q isn't one short line", m.Subject, m.Title)
	}
	for _, text := range []string{m.Subject, m.Title, m.Text, m.HTML} {
		if strings.ContainsAny(text, "\x00\x1b\u202e\u2066") {
			t.Fatalf("%q steers", text)
		}
	}
	if n, _ := sms.Count(m.Text); m.Channel == notify.SMS && n > 2 {
		t.Fatalf("%d segments", n)
	}
	if m.Channel == notify.Push && len(m.Title)+len(m.Text)+len(m.Link) > 3500 {
		t.Fatalf("a push message of %d bytes", len(m.Title)+len(m.Text)+len(m.Link))
	}
	if len(m.HTML) > 100<<10 {
		t.Fatalf("%d KB", len(m.HTML)>>10)
	}
}

func TestHostileSamplesHold(t *testing.T) {
	s := load(t)
	for _, a := range render.Audiences() {
		sample, err := s.FindSample(a.Type, render.Hostile)
		if err != nil {
			t.Fatal(err)
		}
		for _, ch := range notify.Channels() {
			for _, locale := range s.Locales() {
				m, err := s.RenderSample(a.Type, a.Role, ch, locale, sample)
				if err != nil {
					t.Fatal(err)
				}
				holds(t, m)
			}
		}
	}
}

func TestErrorsCarryNoData(t *testing.T) {
	e := notify.Event{Type: "user.password_reset", Data: []byte(`{"user_id":1,"reset_url":"http://secret.example/q7Zt"}`)}
	_, err := renderer(load(t)).Render(notify.Delivery{Event: e, Channel: notify.Email}, notify.Contact{})
	if err == nil || strings.Contains(err.Error(), "q7Zt") {
		t.Errorf("got %v", err)
	}
	if _, ok := eventtypes.Lookup(e.Type); !ok {
		t.Error("the type is gone")
	}
}
