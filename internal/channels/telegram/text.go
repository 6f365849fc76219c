package telegram

import (
	"html"
	"strings"
	"unicode/utf16"
)

// maxText is the Bot API's limit, in UTF-16 units after the tags are gone. It says
// "characters"; units are the safe reading.
const maxText = 4096

// length is how long a text is for Telegram.
func length(markup, plain string) int {
	s := plain
	if markup != "" {
		s = html.UnescapeString(untag(markup))
	}
	n := 0
	for _, r := range strings.TrimSpace(s) {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// untag drops the tags. In Telegram's HTML a bare "<" can't be text.
func untag(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for s != "" {
		text, rest, found := strings.Cut(s, "<")
		b.WriteString(text)
		if !found {
			break
		}
		_, s, _ = strings.Cut(rest, ">")
	}
	return b.String()
}
