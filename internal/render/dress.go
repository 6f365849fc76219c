package render

import (
	"bytes"
	"fmt"
	htmltemplate "html/template"

	"github.com/vondi-global/notifications/internal/notify"
)

// dress is a brand in one language: what a message says of its sender, said once when the
// set is loaded.
type dress struct {
	Brand    Brand
	T        map[string]string // [common] by key
	Farewell string
	Why      string
	Help     string

	training string            // title of the calendar entry
	head     htmltemplate.HTML // the blocks of the email's layout that are the same in all its emails
	foot     htmltemplate.HTML
	footText string

	greeting, andMore text
	pages             map[string][]piece
}

type dressKey struct{ locale, storefront string }

// dresses makes them for all brands and languages.
func dresses(all map[string]*words, brand Brand, p map[string]*pages) (map[dressKey]*dress, error) {
	m := map[dressKey]*dress{}
	for locale, w := range all {
		d, err := newDress(w, brand, p[locale])
		if err != nil {
			return nil, err
		}
		m[dressKey{locale, ""}] = d
		for id, b := range brand.Storefronts {
			b = b.over(brand)
			if err := b.checkStorefront(id); err != nil {
				return nil, err
			}
			if m[dressKey{locale, id}], err = newDress(w, b, p[locale]); err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}

func newDress(w *words, b Brand, p *pages) (*dress, error) {
	d := &dress{Brand: b, T: w.common, pages: compilePaths(b)}
	values := map[string]any{"brand": b.Name, "support": b.Support}
	for key, s := range map[string]*string{
		"farewell": &d.Farewell, "why": &d.Why, "help": &d.Help, "calendar_title": &d.training,
	} {
		t, err := w.text("common." + key)
		if err != nil {
			return nil, err
		}
		if t.id == "" {
			continue // a gap: this language's emails speak another one as a whole
		}
		if *s, err = w.say(t, values, nil); err != nil {
			return nil, err
		}
	}
	for key, t := range map[string]*text{"greeting": &d.greeting, "and_more": &d.andMore} {
		var err error
		if *t, err = w.text("common." + key); err != nil {
			return nil, err
		}
	}
	return d, d.sew(p)
}

// sew makes the blocks that don't change from email to email.
func (d *dress) sew(p *pages) error {
	html, text := p.html[pageKey{notify.Email, ""}], p.text[pageKey{notify.Email, ""}]
	// A template can't be cloned once it has run, and it is cloned for pages only: those are made.
	for name, dst := range map[string]*htmltemplate.HTML{"head": &d.head, "foot": &d.foot} {
		var b bytes.Buffer
		if err := html.ExecuteTemplate(&b, name, d); err != nil {
			return fmt.Errorf("templates/email/layout.html: %w", err)
		}
		*dst = htmltemplate.HTML(b.String()) //nolint:gosec // html/template has just escaped it
	}
	var b bytes.Buffer
	if err := text.ExecuteTemplate(&b, "foot", d); err != nil {
		return fmt.Errorf("templates/email/layout.txt: %w", err)
	}
	d.footText = b.String()
	return nil
}
