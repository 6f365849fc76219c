package notify

import "strings"

// The languages that the platform writes in.
const (
	SerbianLatin    = "sr-Latn"
	SerbianCyrillic = "sr-Cyrl"
	Russian         = "ru"
	English         = "en"
)

// Locales lists them, the default first.
func Locales() []string { return []string{SerbianLatin, SerbianCyrillic, Russian, English} }

// Locale maps a language tag to the language of ours that its reader reads best:
// "sr-RS" and "hr" to sr-Latn, "sr-Cyrl-BA" to sr-Cyrl, "uk" to ru, "de" to en. Case and
// "_" don't matter. An empty tag stays empty: nothing is known of the reader.
func Locale(tag string) string {
	tag = strings.ToLower(strings.TrimSpace(tag))
	language, rest := tag, ""
	if i := strings.IndexAny(tag, "-_@"); i >= 0 {
		language, rest = tag[:i], tag[i:]
	}
	switch language {
	case "":
		return ""
	case "sr":
		if strings.Contains(rest, "cyr") {
			return SerbianCyrillic
		}
		return SerbianLatin
	case "hr", "bs", "cnr", "me", "sh":
		return SerbianLatin
	case "ru", "be", "kk", "uk":
		return Russian
	}
	return English
}
