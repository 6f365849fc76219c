package render

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"text/template"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	parsing "github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"
)

// words are the texts of one language: a file of locales/.
type words struct {
	tag   string
	file  string
	texts map[string]*i18n.Message // by id: "order.created.subject"
	ready map[string]text          // those that were asked for, while the set is loaded
	lines map[string]int           // where each id stands in the file
	// localizer chooses plural forms. Its bundle holds this language alone, so that it can
	// never answer in another one.
	localizer *i18n.Localizer
	parser    *parsing.TextParser

	shared []string                     // ids of [common]
	common map[string]string            // [common] by key, the texts without placeholders
	labels map[string]map[string]string // [values.<field>]
	near   *nearDays
}

// loadWords reads all files of a locales directory.
func loadWords(files fs.FS) (map[string]*words, error) {
	paths, err := fs.Glob(files, "*.toml")
	if err != nil {
		return nil, fmt.Errorf("locales: %w", err)
	}
	all := make(map[string]*words, len(paths))
	for _, file := range paths {
		w, err := readWords(files, file)
		if err != nil {
			return nil, err
		}
		all[w.tag] = w
	}
	if all[English] == nil {
		return nil, fmt.Errorf("locales: found no %s.toml, want the source that the other languages are held against", English)
	}
	return all, nil
}

func readWords(files fs.FS, file string) (*words, error) {
	tag := strings.TrimSuffix(path.Base(file), ".toml")
	// go-i18n takes an unknown tag for "und" without a word.
	if parsed, err := language.Parse(tag); err != nil || parsed.String() != tag || tag == "sr" {
		return nil, fmt.Errorf("locales/%s: found the tag %q, want an exact one such as sr-Latn, ru or en", file, tag)
	}
	src, err := fs.ReadFile(files, file)
	if err != nil {
		return nil, fmt.Errorf("locales: %w", err)
	}
	w := &words{
		tag: tag, file: "locales/" + file, lines: idLines(string(src)),
		ready:  map[string]text{},
		parser: &parsing.TextParser{Option: strict},
	}
	return w, w.parse(src)
}

func (w *words) parse(src []byte) error {
	messages, err := i18n.ParseMessageBytes(src, toml.Unmarshal)
	if err != nil {
		return fmt.Errorf("%s: %w", w.file, err)
	}
	tag := language.Make(w.tag)
	bundle := i18n.NewBundle(tag)
	if err := bundle.AddMessages(tag, messages...); err != nil {
		return fmt.Errorf("%s: %w", w.file, err)
	}
	w.localizer = i18n.NewLocalizer(bundle, w.tag)
	w.texts = make(map[string]*i18n.Message, len(messages))
	for _, m := range messages {
		w.texts[m.ID] = m
	}
	w.sortOut()
	return nil
}

// sortOut fills what is looked up by other ways than by id.
func (w *words) sortOut() {
	w.common, w.labels = map[string]string{}, map[string]map[string]string{}
	for id, m := range w.texts {
		if key, ok := strings.CutPrefix(id, "common."); ok {
			w.shared = append(w.shared, id)
			if !strings.Contains(m.Other, "{{") {
				w.common[key] = m.Other
			}
		}
		if key, ok := strings.CutPrefix(id, "values."); ok {
			field, code, _ := strings.Cut(key, ".")
			if w.labels[field] == nil {
				w.labels[field] = map[string]string{}
			}
			w.labels[field][code] = m.Other
		}
	}
	near := nearDays{yesterday: w.common["yesterday"], today: w.common["today"], tomorrow: w.common["tomorrow"]}
	if m := w.texts["common.day_time"]; m != nil {
		near.dayTime = m.Other
	}
	if near.yesterday != "" && near.today != "" && near.tomorrow != "" && near.dayTime != "" {
		w.near = &near
	}
}

// has says whether the language has a text, in all its plural forms.
func (w *words) has(id string) bool {
	m := w.texts[id]
	return m != nil && len(missingForms(w.tag, m)) == 0
}

// text is a text that is ready to be said.
type text struct {
	id    string
	plain string // the text itself, where it has no placeholders
	one   *maker // the text, where it has no plural
	count string // the field that the plural goes by
}

// text prepares a text, once; what the language doesn't have says nothing.
func (w *words) text(id string) (text, error) {
	if t, ok := w.ready[id]; ok || w.texts[id] == nil {
		return t, nil
	}
	m := w.texts[id]
	t := text{id: id, count: countField(m)}
	switch {
	case t.count != "":
	case !strings.Contains(m.Other, "{{"):
		t.plain = m.Other
	default:
		one, err := template.New(id).Option(strict).Parse(m.Other)
		if err != nil {
			return text{}, fmt.Errorf("%s:%d: %w", w.file, w.line(id), err)
		}
		t.one = makerOf(one, id, map[string]any(nil))
	}
	w.ready[id] = t
	return t, nil
}

// say writes a text with the values that it names. Plural forms are chosen by go-i18n; a
// text without them needn't be looked up again.
func (w *words) say(t text, values map[string]any, counts []counted) (string, error) {
	switch {
	case t.plain != "":
		return t.plain, nil
	case t.one != nil:
		s, err := t.one.make(values)
		if err != nil {
			return "", fmt.Errorf("%s: %w", w.file, err)
		}
		return onePeriod(s), nil
	}
	s, err := w.localizer.Localize(&i18n.LocalizeConfig{
		MessageID: t.id, TemplateData: values, TemplateParser: w.parser, PluralCount: countOf(counts, t.count),
	})
	if err != nil {
		return "", fmt.Errorf("%s: %s: %w", w.file, t.id, err)
	}
	return onePeriod(s), nil
}

func countOf(counts []counted, field string) int64 {
	for _, c := range counts {
		if c.field == field {
			return max(c.n, -c.n)
		}
	}
	return 0
}

// onePeriod ends a sentence once: a date that ends in a period (25.12.) ends its sentence.
func onePeriod(s string) string {
	i := strings.Index(s, "..")
	if i < 0 || strings.HasPrefix(s[i:], "...") {
		return s
	}
	return s[:i] + onePeriod(s[i+1:])
}
