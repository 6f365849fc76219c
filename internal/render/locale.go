package render

import (
	"slices"
	"strings"
)

// The languages that the platform speaks.
const (
	SerbianLatin    = "sr-Latn"
	SerbianCyrillic = "sr-Cyrl"
	Russian         = "ru"
	English         = "en" // the source, and the end of every chain
)

// Locales lists the platform's languages in the order in which people read them.
func Locales() []string { return []string{SerbianLatin, SerbianCyrillic, Russian, English} }

// Locale maps a language tag to one of the platform's. x/text isn't asked: it takes "sr" for
// Cyrillic and Ukrainian for Serbian. An empty tag is Serbian: the marketplace is.
func Locale(tag string) string {
	parts := strings.Split(strings.ToLower(strings.ReplaceAll(tag, "_", "-")), "-")
	switch parts[0] {
	case "", "sr", "sh", "hr", "bs", "cnr", "me":
		if slices.Contains(parts, "cyrl") {
			return SerbianCyrillic
		}
		return SerbianLatin
	case "ru", "be", "kk", "uk":
		return Russian
	}
	return English
}

// chain is where a message is looked for, language after language, as a whole.
func chain(locale string) []string {
	switch locale {
	case SerbianCyrillic:
		return []string{SerbianCyrillic, SerbianLatin, English}
	case English:
		return []string{English}
	}
	return []string{locale, English}
}
