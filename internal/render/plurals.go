package render

import (
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// pluralForms are the cardinal forms of CLDR that a language needs.
func pluralForms(tag string) []string {
	switch base, _, _ := strings.Cut(tag, "-"); base {
	case "sr", "hr", "bs":
		return []string{"one", "few", "other"}
	case "ru", "uk", "be":
		return []string{"one", "few", "many", "other"}
	}
	return []string{"one", "other"}
}

// form returns a plural form of a text.
func form(m *i18n.Message, name string) string {
	switch name {
	case "one":
		return m.One
	case "few":
		return m.Few
	case "many":
		return m.Many
	case "zero":
		return m.Zero
	case "two":
		return m.Two
	}
	return m.Other
}

// countField is the payload's field that a text counts, "" where it has no plural:
// description = "count: storage_days".
func countField(m *i18n.Message) string {
	field, ok := strings.CutPrefix(m.Description, "count:")
	if !ok {
		return ""
	}
	return strings.TrimSpace(field)
}

// missingForms names the plural forms that a text lacks in a language.
func missingForms(tag string, m *i18n.Message) (missing []string) {
	if countField(m) == "" {
		if m.Other == "" {
			return []string{"other"}
		}
		return nil
	}
	for _, name := range pluralForms(tag) {
		if form(m, name) == "" {
			missing = append(missing, name)
		}
	}
	return missing
}

// forms are all forms of a text that are there, by name.
func forms(m *i18n.Message) map[string]string {
	all := map[string]string{}
	for _, name := range []string{"zero", "one", "two", "few", "many", "other"} {
		if s := form(m, name); s != "" {
			all[name] = s
		}
	}
	return all
}
