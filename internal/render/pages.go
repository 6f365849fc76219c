package render

import (
	"fmt"
	htmltemplate "html/template"
	"path"
	"strings"
	texttemplate "text/template"

	"github.com/vondi-global/notifications/internal/notify"
)

// pages are the templates, compiled for one language.
type pages struct {
	files map[string]string // sources by path, in the language
	html  map[pageKey]*htmltemplate.Template
	text  map[pageKey]*texttemplate.Template
	parts map[string]map[pageKey]*maker
}

// The parts that messages are made of.
const (
	emailHTML    = "email html"
	emailText    = "email text"
	telegramText = "telegram"
	smsText      = "sms"
	pushTitle    = "push title"
	pushBody     = "push body"
)

// pageKey names a page: "" is the channel's default.
type pageKey struct {
	channel notify.Channel
	page    string
}

// Fact is a line of a table: a label and its value; without a value the line isn't shown.
type Fact struct {
	Label string
	Value any
}

// funcs are what templates may call.
var funcs = map[string]any{
	"fact": func(label string, value any) Fact { return Fact{label, value} },
	// html/template drops comments, and with them Outlook's conditional ones.
	"mso": func(s string) htmltemplate.HTML {
		return htmltemplate.HTML("<!--[if mso]>" + s + "<![endif]-->") //nolint:gosec // templates call it with text of their own
	},
}

const strict = "missingkey=error"

// newPages compiles the templates in a language.
func newPages(s *sources, w *words) (*pages, error) {
	p := &pages{
		files: s.in(w),
		html:  map[pageKey]*htmltemplate.Template{},
		text:  map[pageKey]*texttemplate.Template{},
	}
	for _, load := range []func() error{p.loadEmailHTML, p.loadEmailText, p.loadTelegram, p.loadTexts} {
		if err := load(); err != nil {
			return nil, err
		}
	}
	p.makers()
	return p, nil
}

// loadEmailHTML compiles the HTML part: the layout with its parts, and over it each page.
func (p *pages) loadEmailHTML() error {
	layout, sheet, err := takeSheet(p.files["email/layout.html"])
	if err != nil {
		return fmt.Errorf("templates/email/layout.html: %w", err)
	}
	base := htmltemplate.New("layout").Funcs(funcs).Option(strict)
	for name, src := range p.in("email", ".html") {
		switch {
		case name == "layout":
			src = layout
		case !strings.HasPrefix(name, "_"):
			continue
		}
		if err := parseHTML(base, "email/"+name+".html", src, sheet); err != nil {
			return err
		}
	}
	p.html[pageKey{notify.Email, ""}] = base
	for name, src := range p.in("email", ".html") {
		if name == "layout" || strings.HasPrefix(name, "_") {
			continue
		}
		page := htmltemplate.Must(base.Clone())
		if err := parseHTML(page, "email/"+name+".html", src, sheet); err != nil {
			return err
		}
		p.html[pageKey{notify.Email, name}] = page
	}
	return nil
}

func parseHTML(t *htmltemplate.Template, file, src string, s sheet) error {
	src, err := s.inline(src)
	if err != nil {
		return fmt.Errorf("templates/%s: %w", file, err)
	}
	if _, err := t.New(file).Parse(src); err != nil {
		return fmt.Errorf("templates/%w", err)
	}
	return nil
}

func (p *pages) loadEmailText() error {
	base := texttemplate.New("layout").Funcs(funcs).Option(strict)
	for name, src := range p.in("email", ".txt") {
		if name != "layout" && !strings.HasPrefix(name, "_") {
			continue
		}
		if err := parseText(base, "email/"+name+".txt", src); err != nil {
			return err
		}
	}
	p.text[pageKey{notify.Email, ""}] = base
	for name, src := range p.in("email", ".txt") {
		if name == "layout" || strings.HasPrefix(name, "_") {
			continue
		}
		page := texttemplate.Must(base.Clone())
		if err := parseText(page, "email/"+name+".txt", src); err != nil {
			return err
		}
		p.text[pageKey{notify.Email, name}] = page
	}
	return nil
}

func parseText(t *texttemplate.Template, file, src string) error {
	if _, err := t.New(file).Parse(src); err != nil {
		return fmt.Errorf("templates/%w", err)
	}
	return nil
}

func (p *pages) loadTelegram() error {
	for name, src := range p.in("telegram", ".html") {
		t := htmltemplate.New("telegram/" + name + ".html").Funcs(funcs).Option(strict)
		if _, err := t.Parse(strings.TrimSpace(src)); err != nil {
			return fmt.Errorf("templates/%w", err)
		}
		p.html[pageKey{notify.Telegram, defaultPage(name)}] = t
	}
	return nil
}

func (p *pages) loadTexts() error {
	for _, ch := range []notify.Channel{notify.SMS, notify.Push} {
		for name, src := range p.in(string(ch), ".txt") {
			t := texttemplate.New(string(ch) + "/" + name + ".txt").Funcs(funcs).Option(strict)
			if _, err := t.Parse(strings.TrimSpace(src)); err != nil {
				return fmt.Errorf("templates/%w", err)
			}
			if ch == notify.Push && (t.Lookup("title") == nil || t.Lookup("body") == nil) {
				return fmt.Errorf("templates/%s: found no \"title\" or no \"body\", want both defined", t.Name())
			}
			p.text[pageKey{ch, defaultPage(name)}] = t
		}
	}
	return nil
}

func defaultPage(name string) string {
	if name == "default" {
		return ""
	}
	return name
}

// in yields the files of a channel's folder by their names without the extension.
func (p *pages) in(folder, ext string) map[string]string {
	m := map[string]string{}
	for file, src := range p.files {
		if path.Dir(file) == folder && path.Ext(file) == ext {
			m[strings.TrimSuffix(path.Base(file), ext)] = src
		}
	}
	return m
}

// pick returns the page of some words: their own, their type's, or the channel's default.
func pick[T any](m map[pageKey]T, ch notify.Channel, message, typ string) T {
	for _, page := range []string{message, typ} {
		if t, ok := m[pageKey{ch, page}]; ok {
			return t
		}
	}
	return m[pageKey{ch, ""}]
}
