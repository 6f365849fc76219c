package render

import (
	"path"
	"slices"
	"strings"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// lintPages looks at the templates: whom each belongs to, and what it names.
func (s *Set) lintPages() (findings []Finding) {
	pages := map[string]*eventtypes.Type{}
	for _, a := range Audiences() {
		pages[a.Message], pages[string(a.Type.Name)] = a.Type, a.Type
	}
	for file := range s.sources.files {
		folder, name := path.Dir(file), strings.TrimSuffix(path.Base(file), path.Ext(file))
		if name == "layout" || name == "default" || strings.HasPrefix(name, "_") {
			continue
		}
		t := pages[name]
		if t == nil {
			findings = append(findings, Finding{File: "templates/" + file, Mild: true, What: wrong("no message is called %q: want the name of a type or of its words", name)})
			continue
		}
		findings = append(findings, s.lintPage(file, notify.Channel(folder), name, t)...)
	}
	return findings
}

// lintPage holds what a page names against the payload and the shared texts.
func (s *Set) lintPage(file string, ch notify.Channel, name string, t *eventtypes.Type) (findings []Finding) {
	src := s.sources.files[file]
	u := s.pages[English].uses(ch, name, string(t.Name))
	for field := range u.fields.names {
		// Parts that pages share may name fields of other types, behind {{with}}.
		if line := lineOf(src, ".F."+field); line > 0 && !knows(t, field) {
			findings = append(findings, Finding{File: "templates/" + file, Line: line, What: wrong("names .F.%s, which %s doesn't carry: want one of %s", field, t.Name, fieldNames(t))})
		}
	}
	for key := range u.shared {
		if _, ok := s.words[English].common[key]; !ok {
			findings = append(findings, Finding{File: "templates/" + file, Line: lineOf(src, ".T."+key), What: wrong("names .T.%s, which [common] in locales/%s.toml doesn't have: want it there", key, English)})
		}
	}
	return findings
}

// lineOf finds a text's first line, 0 where it isn't.
func lineOf(src, what string) int {
	i := strings.Index(src, what)
	if i < 0 {
		return 0
	}
	return 1 + strings.Count(src[:i], "\n")
}

// pageFile says which file makes a message, for findings.
func (s *Set) pageFile(ch notify.Channel, a Audience, ext string) string {
	names := []string{a.Message, string(a.Type.Name)}
	i := slices.IndexFunc(names, func(name string) bool { _, ok := s.sources.files[string(ch)+"/"+name+ext]; return ok })
	switch {
	case i >= 0:
		return "templates/" + string(ch) + "/" + names[i] + ext
	case ch == notify.Email:
		return "templates/email/layout" + ext
	}
	return "templates/" + string(ch) + "/default" + ext
}
