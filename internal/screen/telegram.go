// Package screen shows messages as the programs of their readers do, on pages of ours: the
// authors' preview and the inbox of dev mode.
package screen

import (
	"html/template"
	"strings"

	"golang.org/x/net/html"
)

// telegramTags are those of the Bot API's HTML that are shown as Telegram does.
var telegramTags = map[string]bool{
	"b": true, "strong": true, "i": true, "em": true, "u": true, "ins": true, "s": true, "del": true, "strike": true, "code": true, "pre": true, "blockquote": true,
}

// Telegram writes a message's text with Telegram's own tags; everything else stays text.
func Telegram(text string) template.HTML {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(text))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		raw := string(z.Raw())
		token := z.Token()
		switch {
		case kind == html.TextToken:
			b.WriteString(strings.ReplaceAll(html.EscapeString(token.Data), "\n", "<br>"))
		case telegramTags[token.Data] && kind == html.StartTagToken:
			b.WriteString("<" + token.Data + ">")
		case (telegramTags[token.Data] || token.Data == "a") && kind == html.EndTagToken:
			b.WriteString("</" + token.Data + ">")
		case token.Data == "a" && kind == html.StartTagToken:
			b.WriteString(telegramLink(token))
		default:
			b.WriteString(html.EscapeString(raw))
		}
	}
	return template.HTML(b.String()) //nolint:gosec // every tag but those above was escaped
}

func telegramLink(t html.Token) string {
	for _, a := range t.Attr {
		if a.Key == "href" && strings.HasPrefix(a.Val, "https://") {
			return `<a rel="noreferrer" target="_blank" href="` + html.EscapeString(a.Val) + `">`
		}
	}
	return "<a>"
}
