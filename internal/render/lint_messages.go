package render

import (
	"bytes"
	"encoding/json"
	"strings"

	"golang.org/x/net/html"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/sms"
)

// check looks at one message.
type check struct {
	set      *Set
	audience Audience
	sample   string
	locale   string
	channel  notify.Channel
	findings []Finding
}

// whole says whether the message has to fit without being cut: words that authors wrote for
// usual data have to, what a flood of data does is cut. An SMS always has to: each segment
// costs.
func (c *check) whole() bool {
	if c.channel == notify.SMS {
		return c.sample != Hostile
	}
	return c.sample == Typical || c.sample == Minimal
}

// words puts a finding to the text that it is about.
func (c *check) words(part, format string, args ...any) {
	w := c.set.words[c.locale]
	id := c.audience.Message + "." + part
	c.findings = append(c.findings, Finding{
		File: w.file, Line: w.line(id), What: id + " with the " + c.sample + " sample: " + wrong(format, args...),
	})
}

// page puts a finding to the template that made the message.
func (c *check) page(ext, format string, args ...any) {
	c.findings = append(c.findings, Finding{
		File: c.set.pageFile(c.channel, c.audience, ext), What: c.audience.Message + " in " + c.locale + " with the " + c.sample + " sample: " + wrong(format, args...),
	})
}

func (c *check) message(m notify.Message, err error) {
	if err != nil {
		c.page(c.ext(), "%v", err)
		return
	}
	for _, s := range []string{m.Subject, m.Title, m.Text, m.HTML} {
		if strings.Contains(s, "<no value>") || strings.Contains(s, "ZgotmplZ") {
			c.page(c.ext(), "found a value that isn't there, or one that isn't safe where it stands")
		}
	}
	if m.Link != "" && !isHTTPS(m.Link) {
		c.page(c.ext(), "leads to something that is no https:// link")
	}
	if m.Locale != c.locale {
		return // it is said in another language: what is missing has been found already
	}
	switch c.channel {
	case notify.Email:
		c.email(m)
	case notify.Telegram:
		c.telegram(m)
	case notify.SMS:
		c.sms(m)
	case notify.Push:
		c.push(m)
	}
}

func (c *check) ext() string {
	if c.channel == notify.Email || c.channel == notify.Telegram {
		return ".html"
	}
	return ".txt"
}

// maxHTML is what Gmail shows before it clips a message.
const maxHTML = 100 << 10

func (c *check) email(m notify.Message) {
	if units(m.Subject) > maxSubject || strings.ContainsAny(m.Subject, "\r\n") {
		c.words("subject", "found %d characters, want one line of at most %d", units(m.Subject), maxSubject)
	}
	if m.Subject == "" || m.Title == "" || m.Text == "" {
		c.words("subject", "found an empty subject, title or text, want words")
	}
	if len(m.HTML) > maxHTML {
		c.page(".html", "found %d KB, want at most %d: Gmail clips what is longer", len(m.HTML)>>10, maxHTML>>10)
	}
	c.links(m.HTML)
}

// links looks at where an email's markup leads.
func (c *check) links(markup string) {
	z := html.NewTokenizer(strings.NewReader(markup))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		name, more := z.TagName()
		if bytes.Equal(name, []byte("script")) || bytes.Equal(name, []byte("iframe")) {
			c.page(".html", "found <%s>, want no active content", name)
		}
		for more {
			var key, value []byte
			key, value, more = z.TagAttr()
			c.attribute(string(name), string(key), string(value))
		}
	}
}

func (c *check) attribute(tag, key, value string) {
	switch {
	case strings.HasPrefix(key, "on"):
		c.page(".html", "found %s on <%s>, want no active content", key, tag)
	case key != "href" && key != "src":
	case tag == "img" && strings.HasPrefix(value, "cid:"), strings.HasPrefix(value, "mailto:"), isHTTPS(value):
	default:
		c.page(".html", "<%s %s> leads to something that is no https:// link", tag, key)
	}
}

func (c *check) sms(m notify.Message) {
	want := 1
	if c.locale == Russian || c.locale == SerbianCyrillic || c.sample == Hostile {
		want = maxSegments
	}
	n, enc := sms.Count(m.Text)
	if n > want {
		length, _ := sms.Units(m.Text)
		c.words("short", "takes %d SMS segments (%d characters of %s), want %d: at most %d", n, length, enc, want, sms.Room(want, enc))
	}
	if enc == sms.UCS2 && c.locale != Russian && c.locale != SerbianCyrillic && c.sample != Hostile {
		c.words("short", "found a character that GSM-7 doesn't have and that can't be folded, want plain letters")
	}
}

// maxPush is what FCM takes, with room for what the provider adds.
const maxPush = 3500

func (c *check) push(m notify.Message) {
	payload, _ := json.Marshal(map[string]string{"title": m.Title, "body": m.Text, "link": m.Link, "image": m.Image})
	if len(payload) > maxPush {
		c.words("short", "makes a push message of %d bytes, want at most %d", len(payload), maxPush)
	}
	if m.Title == "" || m.Text == "" {
		c.words("title", "found an empty title or text, want words")
	}
}
