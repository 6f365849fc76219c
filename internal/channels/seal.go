package channels

import (
	"regexp"
	"strings"

	"github.com/vondi-global/notifications/internal/notify"
)

const (
	sealedMark   = "•••"
	maxErrorText = 200
	maxRead      = 4 << 10 // no provider has more to say
)

// personal is what looks like a link, an address, a number or a token in a provider's words.
var personal = regexp.MustCompile(`\w+://\S+|<?[^\s<>:"']+@[^\s<>,;:"']+>?|\+?\d[\d \-()]{6,}\d|\w{6,}:[\w-]{20,}|[\w-]{32,}`)

// Seal makes a provider's words fit to be stored and shown: what is in hide and whatever
// looks like a link, an address, a phone number or a token becomes "•••", control
// characters go, and the rest is cut to 200 characters. Hidden texts are looked for in any
// letter case.
func Seal(text string, hide ...string) string {
	text = strings.ToValidUTF8(text[:min(len(text), maxRead)], "·")
	for _, h := range hide {
		text = hidden(text, strings.ToValidUTF8(h, "·"))
	}
	return notify.Printable(personal.ReplaceAllString(text, sealedMark), maxErrorText)
}

// hidden replaces h, and its first 40 characters where a provider quotes only the beginning.
func hidden(text, h string) string {
	h = strings.TrimSpace(h)
	if len(h) < 3 {
		return text
	}
	text = replaceFold(text, h)
	if r := []rune(h); len(r) > 40 {
		text = replaceFold(text, string(r[:40]))
	}
	return text
}

func replaceFold(text, old string) string {
	if strings.Contains(text, old) {
		return strings.ReplaceAll(text, old, sealedMark)
	}
	if !strings.Contains(strings.ToLower(text), strings.ToLower(old)) {
		return text
	}
	return regexp.MustCompile("(?i)"+regexp.QuoteMeta(old)).ReplaceAllLiteralString(text, sealedMark)
}
