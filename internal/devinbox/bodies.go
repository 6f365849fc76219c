package devinbox

import (
	"encoding/base64"
	"html"
	"html/template"
	"regexp"
	"strings"

	"github.com/vondi-global/notifications/internal/simulators"
)

// inlineImages puts the attachments that the HTML names (cid:…) into it, as a mail client
// does.
func inlineImages(m simulators.Captured) string {
	page := m.HTML
	for _, f := range m.Files {
		data := "data:" + f.Type + ";base64," + base64.StdEncoding.EncodeToString(f.Data)
		for _, name := range []string{f.ContentID, f.Name} {
			if name != "" {
				page = strings.ReplaceAll(page, `"cid:`+html.EscapeString(name)+`"`, `"`+data+`"`)
			}
		}
	}
	return page
}

// allowed are the tags of Telegram's HTML subset; everything else stays escaped.
var allowed = regexp.MustCompile(`&lt;(/?(?:b|strong|i|em|u|s|code|pre|blockquote))&gt;|&lt;a href=&#34;(https://[^\s<>"]*?)&#34;&gt;|&lt;(/a)&gt;`)

// telegramHTML shows a message's text as Telegram does: its own few tags, nothing else.
func telegramHTML(s string) template.HTML {
	escaped := template.HTMLEscapeString(unescape(s))
	shown := allowed.ReplaceAllStringFunc(escaped, func(tag string) string {
		if m := allowed.FindStringSubmatch(tag); m[2] != "" {
			return `<a href="` + m[2] + `" rel="noreferrer" target="_blank">`
		}
		return html.UnescapeString(tag)
	})
	return template.HTML(strings.ReplaceAll(shown, "\n", "<br>")) //nolint:gosec // every tag but Telegram's was escaped above
}

// marker keeps escaped markup of the message's data apart from its real tags.
const marker = "\x00"

// unescape turns the message's own entities into characters, so that they are escaped once.
// Escaped angle brackets are text, never tags: a marker keeps them from looking like one.
func unescape(s string) string {
	s = strings.NewReplacer("&lt;", "<"+marker, "&#60;", "<"+marker).Replace(s)
	return strings.ReplaceAll(html.UnescapeString(s), marker, "\u200b")
}
