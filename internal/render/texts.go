package render

import (
	"cmp"
	"slices"
)

// Text is a text of the source with what a language says for it. A text that counts is
// several: one for each plural form of the language.
type Text struct {
	ID     string // "order.created.subject"
	Form   string // "one", "few" …; empty where it doesn't count
	Count  string // the field that it counts
	Source string // the English
	Said   string // empty: missing
	Stale  bool   // made of an older English
}

// Unit is what is stamped at a time: a message, [common], [values].
func (t Text) Unit() string { return unit(t.ID) }

// Texts lists the source's texts for a language, in the order of the English file.
func (s *Set) Texts(locale string) (list []Text) {
	source, w := s.words[English], s.words[locale]
	stale := s.stale(locale)
	for id, m := range source.texts {
		said := map[string]string{}
		if w.texts[id] != nil {
			said = forms(w.texts[id])
		}
		for _, name := range neededForms(locale, countField(m)) {
			t := Text{ID: id, Form: name, Count: countField(m), Source: m.Other, Said: said[cmp.Or(name, "other")], Stale: slices.Contains(stale, unit(id))}
			if name == "one" {
				t.Source = m.One
			}
			list = append(list, t)
		}
	}
	slices.SortFunc(list, func(a, b Text) int {
		return cmp.Or(
			cmp.Compare(source.line(a.ID), source.line(b.ID)), cmp.Compare(a.ID, b.ID),
			cmp.Compare(slices.Index(allForms, a.Form), slices.Index(allForms, b.Form)),
		)
	})
	return list
}

var allForms = []string{"one", "few", "many", "other"}

// neededForms are the forms that a text has in a language: one without a name where it
// doesn't count.
func neededForms(locale, count string) []string {
	if count == "" {
		return []string{""}
	}
	return pluralForms(locale)
}
