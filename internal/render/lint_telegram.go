package render

import (
	"strings"

	"golang.org/x/net/html"

	"github.com/vondi-global/notifications/internal/notify"
)

// maxTelegram is the longest text that the Bot API takes, after its markup is read, in
// UTF-16 units.
const maxTelegram = 4096

// telegramTags are the tags of Telegram's HTML with the one attribute that each may have.
var telegramTags = map[string]string{
	"b": "", "strong": "", "i": "", "em": "", "u": "", "ins": "", "s": "", "strike": "", "del": "",
	"span": "class", "tg-spoiler": "", "a": "href", "code": "class", "pre": "", "blockquote": "expandable",
}

func (c *check) telegram(m notify.Message) {
	n, wrongs := telegramHTML(m.HTML)
	for _, w := range wrongs {
		c.page(".html", "%s", w)
	}
	if n > maxTelegram {
		c.page(".html", "found %d characters, want at most %d", n, maxTelegram)
	}
	if n == 0 {
		c.words("body", "found no text, want words")
	}
	for _, b := range m.Buttons {
		if !isHTTPS(b.URL) || b.Text == "" || len(b.Text) > 128 {
			c.words("button", "found a button that Telegram doesn't take, want a short label and an https:// link")
		}
	}
}

// telegramHTML reads markup as Telegram does: its length without tags, and what Telegram
// would refuse.
func telegramHTML(s string) (length int, wrongs []string) {
	z := html.NewTokenizer(strings.NewReader(s))
	var open []string
	for {
		switch z.Next() {
		case html.ErrorToken:
			for _, tag := range open {
				wrongs = append(wrongs, wrong("found no </%s>, want each tag closed", tag))
			}
			return length, wrongs
		case html.TextToken:
			raw := string(z.Raw())
			length += units(html.UnescapeString(raw))
			wrongs = append(wrongs, telegramEntities(raw)...)
		case html.StartTagToken:
			tag, bad := telegramTag(z)
			wrongs = append(wrongs, bad...)
			open = append(open, tag)
		case html.EndTagToken:
			name, _ := z.TagName()
			if len(open) == 0 || open[len(open)-1] != string(name) {
				wrongs = append(wrongs, wrong("found </%s> where it closes nothing, want tags nested", name))
				continue
			}
			open = open[:len(open)-1]
		default:
			wrongs = append(wrongs, "found a comment or a self-closing tag, want only Telegram's tags")
		}
	}
}

func telegramTag(z *html.Tokenizer) (tag string, wrongs []string) {
	name, more := z.TagName()
	tag = string(name)
	attr, ok := telegramTags[tag]
	if !ok {
		wrongs = append(wrongs, wrong("found <%s>, want one of Telegram's tags: b, i, u, s, a, code, pre, blockquote, tg-spoiler", tag))
	}
	for more {
		var key []byte
		key, _, more = z.TagAttr()
		if ok && string(key) != attr {
			wrongs = append(wrongs, wrong("found %s on <%s>, want no such attribute: Telegram refuses it", key, tag))
		}
	}
	return tag, wrongs
}

// telegramEntities finds named entities beyond the four that Telegram knows.
func telegramEntities(raw string) (wrongs []string) {
	for rest := raw; ; {
		i := strings.IndexByte(rest, '&')
		if i < 0 {
			return wrongs
		}
		rest = rest[i+1:]
		end := strings.IndexByte(rest, ';')
		if end < 0 || end > 32 || strings.HasPrefix(rest, "#") {
			continue
		}
		switch rest[:end] {
		case "lt", "gt", "amp", "quot":
		default:
			wrongs = append(wrongs, wrong("found &%s;, want the character itself: Telegram doesn't know the entity", rest[:end]))
		}
	}
}
