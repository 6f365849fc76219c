package render_test

import (
	"bytes"
	"errors"
	"image/png"
	"strings"
	"sync"
	"testing"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/locales"
	"github.com/vondi-global/notifications/templates"
)

// observed notes fallbacks.
type observed struct{ fell []string }

func (o *observed) FellBack(message, wanted, got string) {
	o.fell = append(o.fell, message+" "+wanted+" "+got)
}
func (*observed) Reloaded(bool, []render.Finding) {}

func TestAMessageFallsBackAsAWhole(t *testing.T) {
	const gap = `short = "Porudžbina {{.order}} je potvrđena i ide u pripremu. Javićemo vam čim krene ka vama."`
	words := edited(t, locales.Files,
		"sr-Cyrl.toml", `title = "Потврђена је поруџбина {{.order}}"`, "",
		"ru.toml", "", "",
		"sr-Latn.toml", gap, "")
	s := loadFiles(t, templates.Files, words)
	for _, c := range []struct {
		locale string
		ch     notify.Channel
		want   string
	}{
		{"sr-Cyrl", notify.SMS, "sr-Cyrl"},      // its short text is there
		{"sr-Cyrl", notify.Push, "en"},          // no title; and Latin has no short text
		{"sr-Cyrl", notify.Telegram, "sr-Latn"}, // Latin is whole for Telegram
		{"sr-Latn", notify.SMS, "en"},
		{"sr-Latn", notify.Telegram, "sr-Latn"},
		{"ru", notify.Telegram, "en"},
		{"de", notify.Telegram, "en"},
	} {
		r, o := renderer(s), &observed{}
		r.Observer = o
		m := mustRender(t, r, delivery(t, "order.confirmed", c.ch, c.locale), notify.Contact{Name: "Ana"})
		if m.Locale != c.want {
			t.Errorf("%s by %s: said in %s, want %s", c.locale, c.ch, m.Locale, c.want)
		}
		if fell := m.Locale != c.locale; fell != (len(o.fell) == 1) && c.locale != "de" {
			t.Errorf("%s by %s: counted %v", c.locale, c.ch, o.fell)
		}
	}
}

func TestALanguageWithoutALayoutTextSendsEmailInAnotherOne(t *testing.T) {
	words := edited(t, locales.Files, "ru.toml", "unsubscribe = ", "unsubscribed = ")
	m := mustRender(t, renderer(loadFiles(t, templates.Files, words)), delivery(t, "order.created", notify.Email, "ru"), notify.Contact{})
	if m.Locale != "en" || strings.ContainsAny(m.Text, "абвгдежз") {
		t.Errorf("the email is half Russian:\n%s", m.Text)
	}
}

func TestWordsOfAnUnknownAudienceAreItsTypes(t *testing.T) {
	d := delivery(t, "order.created", notify.Push, "en")
	d.Message, d.To.Role = "order.created.admin", "admin"
	if m := mustRender(t, renderer(load(t)), d, notify.Contact{}); m.Title != "We have your order ORD-2025-001" {
		t.Errorf("got %q", m.Title)
	}
}

func TestNoWords(t *testing.T) {
	words := edited(t, locales.Files, "en.toml", "[order.accepted]", "[order.agreed]")
	_, err := renderer(loadFiles(t, templates.Files, words)).Render(delivery(t, "order.accepted", notify.Push, "en"), notify.Contact{})
	if !errors.Is(err, render.ErrNoWords) {
		t.Errorf("got %v, want ErrNoWords", err)
	}
}

func TestEveryMessageOfEverySampleIsWhole(t *testing.T) {
	s := load(t)
	for _, a := range render.Audiences() {
		for _, sample := range s.Samples(a.Type) {
			if sample.Name == render.Hostile {
				continue // see TestHostileSamplesHold
			}
			for _, locale := range s.Locales() {
				for _, ch := range notify.Channels() {
					m, err := s.RenderSample(a.Type, a.Role, ch, locale, sample)
					if err != nil {
						t.Fatalf("%s %s %s %s: %v", a.Message, sample.Name, ch, locale, err)
					}
					for _, text := range []string{m.Subject, m.Title, m.Text, m.HTML} {
						if strings.Contains(text, "<no value>") || strings.Contains(text, "{{") || strings.Contains(text, a.Message+".") {
							t.Fatalf("%s %s %s %s: %s", a.Message, sample.Name, ch, locale, text)
						}
					}
					if m.Locale != locale {
						t.Fatalf("%s %s %s: said in %s", a.Message, ch, locale, m.Locale)
					}
				}
			}
		}
	}
}

func TestTheFootInvitesWhoHasNoChat(t *testing.T) {
	const link = "https://t.me/vondi_bot?start=token"
	s := loadInviting(t)
	for locale, label := range map[string]string{
		"sr-Latn": "Primajte ove poruke i na Telegramu", "sr-Cyrl": "Примајте ове поруке и на Телеграму",
		"ru": "Получать эти сообщения и в Telegram", "en": "Get these messages on Telegram too",
	} {
		d := delivery(t, "order.shipped", notify.Email, locale)
		m := mustRender(t, renderer(s), d, notify.Contact{UserID: d.To.UserID})
		if !strings.Contains(m.HTML, `href="`+link+`">`+label+"</a>") || !strings.Contains(m.Text, label+": "+link+"\n") {
			t.Errorf("%s: no invitation", locale)
		}
	}
	d := delivery(t, "order.shipped", notify.Email, "en")
	self := notify.Contact{UserID: d.To.UserID}
	guest, elsewhere := d, d
	guest.To = notify.Recipient{Role: "buyer", Guest: true}
	elsewhere.To.Other = &notify.Address{Channel: notify.Email, Value: "other@example.com"}
	for name, c := range map[string]struct {
		set *render.Set
		d   notify.Delivery
		c   notify.Contact
	}{
		"has a chat":      {s, d, notify.Contact{UserID: d.To.UserID, TelegramChat: "555"}},
		"is a guest":      {s, guest, notify.Contact{}},
		"another mailbox": {s, elsewhere, self},
		"no bot":          {load(t), d, self},
	} {
		if m := mustRender(t, renderer(c.set), c.d, c.c); strings.Contains(m.HTML+m.Text, "t.me/") {
			t.Errorf("%s: invited", name)
		}
	}
}

func TestMessageFields(t *testing.T) {
	brand := render.DefaultBrand()
	brand.Unsubscribe = func(d notify.Delivery) string { return "https://n.vondi.rs/u/" + d.ID }
	s, err := render.Load(templates.Files, locales.Files, brand)
	if err != nil {
		t.Fatal(err)
	}
	d := delivery(t, "order.shipped", notify.Push, "sr-Latn")
	d.Topic = "order_id:12345/order.shipped"
	m := mustRender(t, renderer(s), d, notify.Contact{})
	if m.Collapse != "order_id:12345" || m.Category != "order" || m.Event != "order.shipped" || m.Link != "https://vondi.rs/track/POST123456789" {
		t.Errorf("got %+v", m)
	}
	d = delivery(t, "order.shipped", notify.Email, "sr-Latn")
	if m := mustRender(t, renderer(s), d, notify.Contact{}); m.Unsubscribe != "https://n.vondi.rs/u/d1" || !strings.Contains(m.HTML, m.Unsubscribe) || !strings.Contains(m.Text, m.Unsubscribe) {
		t.Errorf("unsubscribe link: %q", m.Unsubscribe)
	}
	d.Mandatory = true
	if m := mustRender(t, renderer(s), d, notify.Contact{}); m.Unsubscribe != "" || strings.Contains(m.HTML, "/u/d1") {
		t.Error("a mandatory message can be unsubscribed from")
	}
}

func TestAStorefrontsMessagesWearItsBrand(t *testing.T) {
	brand := render.DefaultBrand()
	brand.Storefronts = map[string]render.Brand{"67": {Name: "Zlatna nit", Color: "#7c2d12", Paths: map[string]string{"order": "https://zlatnanit.rs/o/{order_id}"}}}
	s, err := render.Load(templates.Files, locales.Files, brand)
	if err != nil {
		t.Fatal(err)
	}
	m := mustRender(t, renderer(s), delivery(t, "order.created", notify.Email, "sr-Latn"), notify.Contact{})
	for _, want := range []string{"Zlatna nit", "#7c2d12", "https://zlatnanit.rs/o/12345", "podrska@vondi.rs"} {
		if !strings.Contains(m.HTML, want) {
			t.Errorf("%s isn't in the email", want)
		}
	}
	if m := mustRender(t, renderer(s), delivery(t, "payment.completed", notify.Email, "sr-Latn"), notify.Contact{}); strings.Contains(m.HTML, "Zlatna nit") {
		t.Error("another event wears the storefront's brand")
	}
}

func TestABadBrandIsRefused(t *testing.T) {
	for name, change := range map[string]func(b *render.Brand){
		"name": func(b *render.Brand) { b.Name = "" }, "site": func(b *render.Brand) { b.Site = "http://vondi.rs" },
		"color": func(b *render.Brand) { b.Color = "red;}" }, "logo": func(b *render.Brand) { b.Logo = "javascript:alert(1)" },
		"storefront": func(b *render.Brand) { b.Storefronts = map[string]render.Brand{"1": {Color: "blue"}} },
	} {
		b := render.DefaultBrand()
		change(&b)
		if _, err := render.Load(templates.Files, locales.Files, b); err == nil {
			t.Errorf("%s: found nothing wrong", name)
		}
	}
}

func TestLinksOfAPayloadAreHTTPS(t *testing.T) {
	r := renderer(load(t))
	d := deliveryOf(t, "user.password_reset", `{"user_id":1,"reset_url":"https://vondi.rs/reset/q?a=1&b=2"}`, notify.Email, "en")
	m := mustRender(t, r, d, notify.Contact{})
	if m.Link != "https://vondi.rs/reset/q?a=1&b=2" || !strings.Contains(m.HTML, `href="https://vondi.rs/reset/q?a=1&amp;b=2"`) {
		t.Errorf("got %q", m.Link)
	}
	d = deliveryOf(t, "order.accepted", `{"order_id":"../../x?y#z"}`, notify.Push, "en")
	if m := mustRender(t, r, d, notify.Contact{}); m.Link != "https://vondi.rs/orders/..%2F..%2Fx%3Fy%23z" {
		t.Errorf("got %q", m.Link)
	}
}

func TestMetadataReachesTemplates(t *testing.T) {
	words := edited(t, locales.Files, "en.toml", `body = "The seller has accepted order {{.order}}`, `body = "{{with .metadata}}{{.gift}} {{end}}The seller has accepted order {{.order}}`)
	d := delivery(t, "order.accepted", notify.Telegram, "en")
	d.Event.Wishes.Metadata = []byte(`{"gift":"<b>Ribbon</b>"}`)
	m := mustRender(t, renderer(loadFiles(t, templates.Files, words)), d, notify.Contact{})
	if !strings.Contains(m.HTML, "&lt;b&gt;Ribbon&lt;/b&gt; The seller") {
		t.Errorf("got %s", m.HTML)
	}
}

func TestThePickupCodeIsDrawn(t *testing.T) {
	m := message(t, load(t), "pvz.parcel.arrived", "recipient", notify.Email, "sr-Latn")
	if len(m.Attachments) != 1 || !strings.Contains(m.HTML, "cid:"+m.Attachments[0].ContentID) {
		t.Fatalf("got %d attachments", len(m.Attachments))
	}
	if _, err := png.Decode(bytes.NewReader(m.Attachments[0].Data)); err != nil {
		t.Error(err)
	}
}

func TestTheTrainingIsACalendarEntry(t *testing.T) {
	d := deliveryOf(t, "franchise.training_scheduled",
		`{"application_id":"a","starts_at":"2026-12-12T09:00:00Z","place":"Sala 5;\r\nATTENDEE:x, Šabac `+strings.Repeat("ž", 80)+`"}`, notify.Email, "sr-Latn")
	m := mustRender(t, renderer(load(t)), d, notify.Contact{})
	ics := string(m.Attachments[0].Data)
	for _, want := range []string{"BEGIN:VEVENT\r\n", "DTSTART:20261212T090000Z\r\n", "DTEND:20261212T110000Z\r\n", "UID:d1@notifications\r\n", `LOCATION:Sala 5\; ATTENDEE:x\, Šabac`} {
		if !strings.Contains(ics, want) {
			t.Errorf("%q isn't in\n%s", want, ics)
		}
	}
	for line := range strings.SplitSeq(ics, "\r\n") {
		if len(line) > 75 || strings.HasPrefix(line, "ATTENDEE") {
			t.Errorf("bad line %q", line)
		}
	}
}

func TestTheEmailIsReadyForMailPrograms(t *testing.T) {
	m := message(t, load(t), "order.created", "buyer", notify.Email, "sr-Latn")
	for _, want := range []string{
		`<html lang="sr-Latn">`, "prefers-color-scheme: dark", "<!--[if mso]>", `style="`, `class="before">Hvala na kupovini!`, `name="viewport"`,
	} {
		if !strings.Contains(m.HTML, want) {
			t.Errorf("%s isn't in the email", want)
		}
	}
	if _, style, _ := strings.Cut(m.HTML, "<style>"); strings.Contains(style[:strings.Index(style, "@media")], "{") {
		t.Error("rules stand in <style> that belong into attributes")
	}
}

func TestSwapTakesEffectWithTheNextMessage(t *testing.T) {
	r := renderer(load(t))
	before := r.Set().Version()
	r.Swap(loadFiles(t, templates.Files, edited(t, locales.Files, "en.toml", "has arrived", "has come")))
	if m := mustRender(t, r, delivery(t, "order.delivered", notify.Email, "en"), notify.Contact{}); !strings.Contains(m.Subject, "has come") {
		t.Errorf("got %q", m.Subject)
	} else if m.Words != r.Set().Version() || m.Words == before || before != load(t).Version() {
		t.Errorf("made of version %q, before %q, want each set's own", m.Words, before)
	}
}

func TestRenderingGoesOnWhileSetsAreSwapped(t *testing.T) {
	sets := [2]*render.Set{load(t), load(t)}
	r := renderer(sets[0])
	var g sync.WaitGroup
	for i, ch := range notify.Channels() {
		d := delivery(t, "pvz.parcel.arrived", ch, render.Locales()[i])
		g.Go(func() {
			for range 50 {
				if m, err := r.Render(d, notify.Contact{TimeZone: "Europe/Moscow"}); err != nil || m.Text+m.HTML == "" {
					t.Errorf("%s: %v", ch, err)
				}
			}
		})
	}
	for i := range 100 {
		r.Swap(sets[i%2])
	}
	g.Wait()
}
