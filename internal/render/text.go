package render

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// clean makes text of hostile input: valid UTF-8 on one line, without control characters
// and direction overrides, at most limit UTF-16 units long.
func clean(s string, limit int) string {
	if tidy(s) {
		return cut(s, limit)
	}
	var b strings.Builder
	space := false
	for _, r := range head(s, limit) {
		switch {
		case unicode.IsSpace(r) && r != nbsp || r == '\u2028' || r == '\u2029':
			space = b.Len() > 0
			continue
		case r == utf8.RuneError || hidden(r):
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return cut(b.String(), limit)
}

const nbsp = '\u00a0'

// head bounds the work on a huge text: no rune is longer than four bytes, and a message
// needs few that are dropped.
func head(s string, limit int) string {
	if most := 8*limit + 1024; len(s) > most {
		return strings.ToValidUTF8(s[:most], "")
	}
	return s
}

// tidy says whether a text is clean already, which nearly all are.
func tidy(s string) bool {
	prev := byte(' ') // no space in front
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c > '~' || c == ' ' && prev == ' ' {
			return false
		}
		prev = c
	}
	return prev != ' ' || s == ""
}

// hidden says whether a rune steers the text rather than being part of it. The joiner stays:
// emoji are made with it.
func hidden(r rune) bool {
	switch {
	case r == '\u200d':
		return false
	case r >= 0xe0020 && r <= 0xe007f: // flags of regions are spelt with these
		return false
	}
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r)
}

// cut shortens a text to limit UTF-16 units, at a grapheme, and says so with "…".
func cut(s string, limit int) string {
	if len(s) <= limit || units(s) <= limit {
		return s
	}
	state, rest, used, end := -1, s, 0, 0
	for rest != "" {
		var g string
		g, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if used += units(g); used > limit-1 {
			break
		}
		end += len(g)
	}
	return strings.TrimRight(s[:end], " ,.;:") + "…"
}

// units is the length of a text in UTF-16 units, as Telegram and FCM count.
func units(s string) (n int) {
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// oneLine makes a header's text of several lines.
func oneLine(s string) string {
	if !strings.ContainsAny(s, "\r\n") {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}

// plainSpaces writes no-break spaces as plain ones.
func plainSpaces(s string) string { return strings.ReplaceAll(s, string(nbsp), " ") }
