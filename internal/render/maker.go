package render

import (
	"io"
	"strings"
	texttemplate "text/template"
	"text/template/parse"

	htmltemplate "html/template"

	"github.com/vondi-global/notifications/internal/notify"
)

// maker makes a text of data: by its program, else by its template.
type maker struct {
	program  *program
	template interface {
		ExecuteTemplate(w io.Writer, name string, data any) error
	}
	name string
}

func (m *maker) make(data any) (string, error) {
	if m.program != nil {
		if s, err := m.program.run(data); err == nil {
			return s, nil
		}
	}
	var b strings.Builder
	if err := m.template.ExecuteTemplate(&b, m.name, data); err != nil {
		return "", scrub(err)
	}
	return b.String(), nil
}

// makerOf compiles a template for data like this.
func makerOf(t *texttemplate.Template, name string, data any) *maker {
	find := func(name string) *parse.Tree {
		if t := t.Lookup(name); t != nil {
			return t.Tree
		}
		return nil
	}
	return &maker{compile(find, name, data, printText), t, name}
}

// htmlMakerOf compiles a template that html/template has put its escapers into, which it
// does when the template is first run. Where it couldn't, there are none, and no program.
func htmlMakerOf(t *htmltemplate.Template, name string, data any) *maker {
	_ = t.ExecuteTemplate(io.Discard, name, nil)
	find := func(name string) *parse.Tree {
		if t := t.Lookup(name); t != nil {
			return t.Tree
		}
		return nil
	}
	return &maker{compile(find, name, data, printHTML), t, name}
}

// makers compiles all pages, when the last of them has been parsed.
func (p *pages) makers() {
	view := (*View)(nil)
	p.parts = map[string]map[pageKey]*maker{}
	add := func(part string, key pageKey, m *maker) {
		if p.parts[part] == nil {
			p.parts[part] = map[pageKey]*maker{}
		}
		p.parts[part][key] = m
	}
	for key, t := range p.html {
		if key.channel == notify.Email {
			add(emailHTML, key, htmlMakerOf(t, "email/layout.html", view))
		} else {
			add(telegramText, key, htmlMakerOf(t, t.Name(), view))
		}
	}
	for key, t := range p.text {
		switch key.channel {
		case notify.Email:
			add(emailText, key, makerOf(t, "email/layout.txt", view))
		case notify.SMS:
			add(smsText, key, makerOf(t, t.Name(), view))
		default:
			add(pushTitle, key, makerOf(t, "title", view))
			add(pushBody, key, makerOf(t, "body", view))
		}
	}
}
