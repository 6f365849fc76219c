package translations

import (
	"strings"

	"github.com/vondi-global/notifications/internal/render"
)

// accents write English so that it stays readable and nobody takes it for English.
var accents = strings.NewReplacer(
	"a", "á", "c", "ç", "e", "é", "i", "í", "n", "ñ", "o", "ö", "s", "š", "u", "ü", "y", "ý", "z", "ž",
	"A", "Á", "C", "Ç", "E", "É", "I", "Í", "N", "Ñ", "O", "Ö", "S", "Š", "U", "Ü", "Y", "Ý", "Z", "Ž",
)

// Pseudo writes a text in the pseudo-language: with accents, in brackets, a third longer, as
// translations are. What stands in a message without brackets isn't translated at all; a
// text without its last bracket has been cut.
func Pseudo(text string) string {
	var b strings.Builder
	letters := 0
	for rest := text; rest != ""; {
		before, action, after := cutAction(rest)
		b.WriteString(accents.Replace(before))
		b.WriteString(action)
		letters += len([]rune(before))
		rest = after
	}
	return "[" + b.String() + strings.Repeat("~", (letters+2)/3) + "]"
}

// cutAction splits a text at its first {{…}}.
func cutAction(s string) (before, action, after string) {
	begin := strings.Index(s, "{{")
	if begin < 0 {
		return s, "", ""
	}
	length := strings.Index(s[begin:], "}}")
	if length < 0 {
		return s, "", ""
	}
	end := begin + length + len("}}")
	return s[:begin], s[begin:end], s[end:]
}

// PseudoTexts says all texts in the pseudo-language. Formats stay: they are no words.
func PseudoTexts(texts []render.Text) []render.Text {
	var list []render.Text
	for _, t := range texts {
		if t.ID != "common.day_time" && t.ID != "common.hours_minutes" {
			t.Said = Pseudo(t.Source)
		}
		list = append(list, t)
	}
	return list
}
