package simulators

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
)

// telegramTags are the tags of Telegram's HTML (Bot API, "HTML style").
func telegramTags() []string {
	return []string{
		"a", "b", "strong", "i", "em", "s", "strike", "del", "u", "ins",
		"tg-spoiler", "tg-emoji", "span", "pre", "code", "blockquote",
	}
}

// telegramEntity is what Telegram decodes: numbers and four names. Others stay as they are.
var telegramEntity = regexp.MustCompile(`&(?:lt|gt|amp|quot|#\d{1,7}|#x[0-9a-fA-F]{1,6});`)

// TelegramText reads Telegram's HTML: the text as a person sees it, or the complaint of the
// real server.
func TelegramText(s string) (text, complaint string) {
	var out strings.Builder
	var open []string
	for i := 0; i < len(s); {
		if s[i] != '<' {
			end := strings.IndexByte(s[i:], '<')
			if end < 0 {
				end = len(s) - i
			}
			out.WriteString(telegramEntity.ReplaceAllStringFunc(s[i:i+end], html.UnescapeString))
			i += end
			continue
		}
		end := strings.IndexByte(s[i:], '>')
		if end < 0 {
			return "", fmt.Sprintf("Unclosed start tag at byte offset %d", i)
		}
		tag := s[i+1 : i+end]
		if open, complaint = nest(open, tag, i); complaint != "" {
			return "", complaint
		}
		i += end + 1
	}
	if len(open) > 0 {
		return "", fmt.Sprintf("Can't find end tag corresponding to start tag %q", open[len(open)-1])
	}
	return out.String(), ""
}

// nest opens or closes a tag at an offset.
func nest(open []string, tag string, at int) ([]string, string) {
	if name, ok := strings.CutPrefix(tag, "/"); ok {
		name = strings.ToLower(strings.TrimSpace(name))
		switch {
		case len(open) == 0:
			return open, fmt.Sprintf("Unexpected end tag at byte offset %d", at)
		case name != "" && open[len(open)-1] != name:
			return open, fmt.Sprintf(`Unmatched end tag at byte offset %d, expected "</%s>", found "</%s>"`, at, open[len(open)-1], name)
		}
		return open[:len(open)-1], ""
	}
	name, attributes, _ := strings.Cut(strings.ToLower(tag), " ")
	if !slices.Contains(telegramTags(), name) {
		return open, fmt.Sprintf("Unsupported start tag %q at byte offset %d", name, at)
	}
	if name == "span" && !strings.Contains(attributes, "tg-spoiler") {
		return open, fmt.Sprintf(`Tag "span" must have class "tg-spoiler" at byte offset %d`, at)
	}
	return append(open, name), ""
}

// UTF16Len is the length of s in UTF-16 units, in which Telegram and UCS-2 count.
func UTF16Len(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}
