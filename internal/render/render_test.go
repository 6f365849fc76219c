package render_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/locales"
	"github.com/vondi-global/notifications/templates"
)

func load(t testing.TB) *render.Set {
	t.Helper()
	s, err := render.Load(templates.Files, locales.Files, render.DefaultBrand())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSmoke(t *testing.T) {
	s := load(t)
	r := render.New(s)
	for _, a := range render.Audiences() {
		for _, l := range s.Locales() {
			for _, ch := range notify.Channels() {
				e := notify.Event{ID: "e", Type: string(a.Type.Name), Time: time.Now(), Data: json.RawMessage(a.Type.Payload.Example())}
				m, err := r.Render(notify.Delivery{ID: "d", Event: e, To: notify.Recipient{Role: a.Role}, Channel: ch, Locale: l, Message: a.Message}, notify.Contact{Name: "Jelena"})
				if err != nil {
					t.Fatalf("%s %s %s: %v", a.Message, l, ch, err)
				}
				if l == "sr-Latn" {
					t.Logf("%s %s %s: %s|%s|%s|%s|%s", a.Message, m.Locale, ch, m.Subject, m.Title, m.Text, m.Link, m.HTML[:min(len(m.HTML), 0)])
				}
			}
		}
	}
	_ = eventtypes.Catalogue
}
