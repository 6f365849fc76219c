package simulators

import (
	"bytes"
	"io"
	"mime"
	"strings"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // mails in other charsets than UTF-8
)

// readMail takes a message apart, as a mail program does. What can't be read stays in Raw.
func readMail(raw []byte, from, to string) Captured {
	c := Captured{Channel: "email", Provider: "smtp", From: from, To: to, Raw: raw}
	e, err := message.Read(bytes.NewReader(raw))
	if e == nil || (err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err)) {
		c.Text = string(raw)
		return c
	}
	c.Headers = headersOf(e.Header)
	c.Subject, _ = e.Header.Text("Subject")
	c.MessageID = strings.Trim(e.Header.Get("Message-Id"), "<>")
	c.Reference, _, _ = strings.Cut(c.MessageID, "@")
	_ = e.Walk(func(_ []int, part *message.Entity, err error) error {
		if err == nil && part.MultipartReader() == nil {
			readPart(&c, part)
		}
		return nil
	})
	return c
}

func headersOf(h message.Header) map[string][]string {
	m := map[string][]string{}
	for f := h.Fields(); f.Next(); {
		v, err := f.Text()
		if err != nil {
			v = f.Value()
		}
		m[f.Key()] = append(m[f.Key()], v)
	}
	return m
}

func readPart(c *Captured, part *message.Entity) {
	body, _ := io.ReadAll(part.Body)
	kind, params, _ := part.Header.ContentType()
	disposition, dparams, _ := part.Header.ContentDisposition()
	switch {
	case disposition == "attachment" || disposition == "inline" || params["name"] != "":
		name := dparams["filename"]
		if name == "" {
			name = params["name"]
		}
		if decoded, err := new(mime.WordDecoder).DecodeHeader(name); err == nil {
			name = decoded
		}
		c.Files = append(c.Files, File{Name: name, Type: kind, Data: body, ContentID: strings.Trim(part.Header.Get("Content-Id"), "<> ")})
	case kind == "text/html":
		c.HTML = string(body)
	case strings.HasPrefix(kind, "text/"), kind == "":
		c.Text = string(body)
	default:
		c.Files = append(c.Files, File{Type: kind, Data: body})
	}
}
