package notify

import (
	"strings"
	"unicode"
)

// Printable makes hostile input fit for a log line or an error: control characters and
// invalid UTF-8 become "·", and what is longer than n runes is cut.
func Printable(s string, n int) string {
	var b strings.Builder
	for i, r := range []rune(strings.ToValidUTF8(s, "·")) {
		if i == n {
			b.WriteRune('…')
			break
		}
		if !unicode.IsPrint(r) {
			r = '·'
		}
		b.WriteRune(r)
	}
	return b.String()
}
