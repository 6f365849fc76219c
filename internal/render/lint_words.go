package render

import (
	"maps"
	"slices"
	"strings"
	"text/template/parse"
	"unicode"

	"github.com/nicksnyder/go-i18n/v2/i18n"

	"github.com/vondi-global/notifications/internal/eventtypes"
)

// wordLint looks at one language's texts after another.
type wordLint struct {
	set      *Set
	source   *words
	words    *words
	types    map[string]*eventtypes.Type // by message key
	shared   map[string]bool             // keys of [common] that templates name
	findings []Finding
}

func (l *wordLint) add(id string, mild bool, format string, args ...any) {
	l.findings = append(l.findings, Finding{File: l.words.file, Line: l.words.line(id), Mild: mild, What: wrong(format, args...)})
}

// missing looks for what the language doesn't say. The source is held against the catalogue,
// the others against the source.
func (l *wordLint) missing() {
	if l.words != l.source {
		for id := range l.source.texts {
			if l.words.texts[id] == nil {
				l.add(id, false, "found no %s, want it as %s has it", id, l.source.file)
			}
		}
		return
	}
	for message := range l.types {
		for _, part := range []string{"subject", "title", "body", "short"} {
			if id := message + "." + part; l.words.texts[id] == nil {
				l.add(message, false, "found no %s, want it: producers may ask for any channel", id)
			}
		}
	}
}

// text looks at one text.
func (l *wordLint) text(id string) {
	m := l.words.texts[id]
	for _, name := range missingForms(l.words.tag, m) {
		l.add(id, false, "%s lacks the plural form %q, want %s", id, name, strings.Join(pluralForms(l.words.tag), ", "))
	}
	source := l.source.texts[id]
	switch {
	case source == nil:
		l.add(id, true, "found %s, which %s doesn't have: want it gone", id, l.source.file)
	case l.unused(id):
		l.add(id, true, "found %s, which no message uses: want it gone", id)
	}
	for name, src := range forms(m) {
		l.form(id, name, src, source)
	}
	l.counts(id, m, source)
}

// unused says whether nothing ever asks for a text.
func (l *wordLint) unused(id string) bool {
	table, part := id[:max(strings.LastIndexByte(id, '.'), 0)], id[strings.LastIndexByte(id, '.')+1:]
	if strings.HasPrefix(id, "values.") {
		return false
	}
	if table == "common" {
		return !l.shared[part] && !spokenByCode[part]
	}
	return l.types[table] == nil || standIns[part] == nil
}

// spokenByCode are the texts of [common] that no template names.
var spokenByCode = map[string]bool{
	"greeting": true, "greeting_anyone": true, "farewell": true, "why": true, "help": true, "calendar_title": true,
	"today": true, "tomorrow": true, "yesterday": true, "day_time": true, "hours_minutes": true, "and_more": true,
}

// form looks at one form of a text.
func (l *wordLint) form(id, name, src string, source *i18n.Message) {
	if src != strings.TrimSpace(src) || strings.Contains(src, "  ") {
		l.add(id, true, "%s has spaces too many, want one between words", id)
	}
	if strings.ContainsFunc(src, func(r rune) bool { return unicode.IsControl(r) || hidden(r) }) {
		l.add(id, false, "%s has a line break or an invisible character, want plain text", id)
	}
	trees, err := parse.Parse(id, src, "", "", builtins)
	if err != nil {
		l.add(id, false, "%s can't be read: %v", id, err)
		return
	}
	found := map[string]bool{}
	for _, tree := range trees {
		walk(tree.Root, func(path []string) { found[path[0]] = true })
	}
	l.fields(id, trees, found)
	if source != nil && l.words != l.source {
		l.sameFields(id, name, found, source)
	}
}

// fields holds the placeholders of a message against its payload.
func (l *wordLint) fields(id string, trees map[string]*parse.Tree, found map[string]bool) {
	t := l.types[id[:max(strings.LastIndexByte(id, '.'), 0)]]
	if t == nil {
		return // [common] and [values] have fields of their own
	}
	optional := map[string]bool{}
	for _, f := range t.Payload.Fields() {
		optional[f.Name] = !f.Required || labelField(f.Name) == "reason" // a code that nobody has put into words isn't said
	}
	for field := range found {
		if !knows(t, field) {
			l.add(id, false, "%s names {{.%s}}, which %s doesn't carry: want one of %s", id, field, t.Name, fieldNames(t))
		}
	}
	for _, tree := range trees {
		for _, field := range bare(tree.Root) {
			if optional[field] {
				l.add(id, false, "%s names {{.%s}}, which may be absent: want {{with .%s}}…{{.}}…{{end}}", id, field, field)
			}
		}
	}
}

// knows says whether a message of the type may name a field.
func knows(t *eventtypes.Type, field string) bool {
	if t.Payload.Has(field) || field == "name" || field == "metadata" {
		return true
	}
	return slices.ContainsFunc(derivedFields[field], t.Payload.Has)
}

// bare lists the fields that a text prints without asking whether they are there.
func bare(root *parse.ListNode) (fields []string) {
	for _, n := range root.Nodes {
		if action, ok := n.(*parse.ActionNode); ok {
			walk(action, func(path []string) { fields = append(fields, path[0]) })
		}
	}
	return fields
}

// sameFields holds a translation's placeholders against the source's.
func (l *wordLint) sameFields(id, name string, found map[string]bool, source *i18n.Message) {
	u, err := usesOfText(form(source, "other"))
	if err != nil || maps.Equal(found, u.names) || len(found) == 0 && len(u.names) == 0 {
		return
	}
	l.add(id, false, "%s (%s) names %s, want the fields of %s: %s", id, name, fieldList(found), l.source.file, fieldList(u.names))
}

func fieldList(set map[string]bool) string {
	if len(set) == 0 {
		return "no field"
	}
	return "{{." + strings.Join(slices.Sorted(maps.Keys(set)), "}}, {{.") + "}}"
}

// counts looks at what a plural goes by.
func (l *wordLint) counts(id string, m, source *i18n.Message) {
	field := countField(m)
	if source != nil && field != countField(source) {
		l.add(id, false, "%s counts %q, want what %s counts: %q", id, field, l.source.file, countField(source))
	}
	if field == "" && (m.One != "" || m.Few != "" || m.Many != "") {
		l.add(id, false, "%s has plural forms and doesn't say what it counts: want description = \"count: <field>\"", id)
	}
	t := l.types[id[:max(strings.LastIndexByte(id, '.'), 0)]]
	if field == "" || t == nil {
		return
	}
	i := slices.IndexFunc(t.Payload.Fields(), func(f eventtypes.Field) bool { return f.Name == field })
	if i < 0 || t.Payload.Fields()[i].Kind != eventtypes.KindInt {
		l.add(id, false, "%s counts %q, want a whole number of %s: one of %s", id, field, t.Name, fieldNames(t))
	}
}
