package render

import (
	htmltemplate "html/template"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/locales"
	"github.com/vondi-global/notifications/templates"
)

// builtIn loads the set that is built in; walking, its templates have no programs.
func builtIn(t testing.TB, walking bool) *Set {
	t.Helper()
	s, err := Load(templates.Files, locales.Files, DefaultBrand())
	if err != nil {
		t.Fatal(err)
	}
	if !walking {
		return s
	}
	for _, p := range s.pages {
		for _, part := range p.parts {
			for _, m := range part {
				m.program = nil
			}
		}
	}
	for _, w := range s.words {
		for _, text := range w.ready {
			if text.one != nil {
				text.one.program = nil
			}
		}
	}
	return s
}

// TestProgramsWriteWhatTemplatesDo holds the two against each other: every message, by every
// channel, in every language, of every sample, the hostile one among them.
func TestProgramsWriteWhatTemplatesDo(t *testing.T) {
	run, walk := builtIn(t, false), builtIn(t, true)
	for _, a := range Audiences() {
		for _, sample := range run.Samples(a.Type) {
			for _, locale := range run.Locales() {
				for _, ch := range notify.Channels() {
					got, err := run.RenderSample(a.Type, a.Role, ch, locale, sample)
					want, wantErr := walk.RenderSample(a.Type, a.Role, ch, locale, sample)
					if diff := cmp.Diff(want, got); diff != "" || err != nil || wantErr != nil {
						t.Fatalf("%s %s %s %s: %v, %v (-template +program)\n%s", a.Message, ch, locale, sample.Name, wantErr, err, diff)
					}
				}
			}
		}
	}
}

// FuzzPrograms holds them against each other for whatever text comes.
func FuzzPrograms(f *testing.F) {
	for _, seed := range []string{"plain", hostileText, "a+b='c'&\x00<\u2028>", "{{.Brand}}", "https://vondi.rs/?a=b&c", "javascript:x"} {
		f.Add(seed)
	}
	run, walk := builtIn(f, false), builtIn(f, true)
	t, _ := eventtypes.Lookup("order.created")
	f.Fuzz(func(tt *testing.T, text string) {
		sample := Sample{Data: compose(t.Payload, func(f eventtypes.Field) any {
			switch f.Name {
			case "items":
				return []map[string]any{{"listing_id": 1, "quantity": 1, "title": text}}
			case "order_number", "order_id":
				return text
			}
			return nil
		}), To: notify.Contact{Name: text}}
		for _, ch := range notify.Channels() {
			got, err := run.RenderSample(t, "seller", ch, English, sample)
			want, wantErr := walk.RenderSample(t, "seller", ch, English, sample)
			if diff := cmp.Diff(want, got); diff != "" || (err == nil) != (wantErr == nil) {
				tt.Fatalf("%s: %v, %v (-template +program)\n%s", ch, wantErr, err, diff)
			}
		}
	})
}

// TestAllThatIsBuiltInHasAProgram: a template without one costs several times as much.
func TestAllThatIsBuiltInHasAProgram(t *testing.T) {
	s := builtIn(t, false)
	for tag, p := range s.pages {
		for part, pages := range p.parts {
			for key, m := range pages {
				if m.program == nil {
					t.Errorf("%s, %s: page %q has none", tag, part, key.page)
				}
			}
		}
	}
	for tag, w := range s.words {
		for id, text := range w.ready {
			if text.one != nil && text.one.program == nil {
				t.Errorf("%s: %s has none", tag, id)
			}
		}
	}
}

// TestWhatAProgramCantDoIsWalked: authors may write all that text/template knows.
func TestWhatAProgramCantDoIsWalked(t *testing.T) {
	for name, c := range map[string]struct {
		page, want string
		compiled   bool
	}{
		"a value in a style":     {`<p style="color: {{.Brand.Color}}">`, `<p style="color: #0f766e">`, false},
		"without quotes":         {`<p title={{.Title}}>`, "<p title=", false},
		"a variable":             {`{{$x := .Brand.Name}}{{$x}}`, "Vondi", false},
		"a function":             {`{{len .Items}}`, "0", false},
		"an index":               {`{{index .F "title"}}`, "&lt;i&gt;", false},
		"what isn't there":       {`{{if .F.nothing}}x{{else}}y{{end}}`, "y", true},
		"else":                   {`{{range .Items}}x{{else}}{{if or .Link .Brand.Name}}some{{else}}none{{end}}{{end}}`, "some", true},
		"an encoded link":        {`<a href="https://vondi.rs/{{.F.title}}">`, `<a href="https://vondi.rs/%3ci%3e">`, false},
		"a link that is no link": {`<a href="{{.F.title}}">`, `<a href="%3ci%3e">`, true},
		"itself":                 {`{{define "a"}}{{if .Link}}{{template "a" .Brand}}{{end}}{{end}}{{template "a" .}}`, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{
				"email/layout.html": c.page, "email/layout.txt": "x", "telegram/default.html": "x", "sms/default.txt": "x",
				"push/default.txt": `{{define "title"}}x{{end}}{{define "body"}}x{{end}}`,
			}
			p := &pages{files: files, html: map[pageKey]*htmltemplate.Template{}}
			if err := p.loadEmailHTML(); err != nil {
				t.Fatal(err)
			}
			p.makers()
			m := p.parts[emailHTML][pageKey{notify.Email, ""}]
			brand := DefaultBrand()
			got, err := m.make(&View{Brand: &brand, Title: "T", F: map[string]any{"title": "<i>", "nothing": ""}})
			if (m.program != nil) != c.compiled {
				t.Errorf("has a program: %t", m.program != nil)
			}
			if name != "itself" && (err != nil || got != c.want && name != "without quotes") {
				t.Errorf("got %q, %v, want %q", got, err, c.want)
			}
		})
	}
}
