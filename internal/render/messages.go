package render

import (
	"bytes"
	"strings"
	"text/template"
	"text/template/parse"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/sms"
)

// spoken is a text with the place where it goes.
type spoken struct {
	dst   *string
	text  text
	limit int
}

// texts fills those texts of the view that a channel shows.
func (v *View) texts(list ...spoken) error {
	for _, t := range list {
		if err := v.say(t.dst, t.text, t.limit); err != nil {
			return err
		}
	}
	return nil
}

func (j *job) email(m *notify.Message) error {
	v, words := j.view, j.view.voice
	err := v.texts(
		spoken{&v.Subject, words.subject, maxSubject}, spoken{&v.Title, words.title, maxTitle},
		spoken{&v.Body, words.body, maxBody}, spoken{&v.Short, words.short, maxPushBody},
		spoken{&v.Button, words.button, maxTitle},
	)
	if err != nil {
		return err
	}
	if err := v.greet(j.contact.Name); err != nil {
		return err
	}
	v.Unsubscribe = m.Unsubscribe
	if m.Attachments, err = v.attachments(j.delivery); err != nil {
		return err
	}
	html := pick(j.pages.html, notify.Email, j.delivery.Message, v.Type)
	if m.HTML, err = j.run(func(b *bytes.Buffer) error { return html.ExecuteTemplate(b, "email/layout.html", v) }); err != nil {
		return err
	}
	text := pick(j.pages.text, notify.Email, j.delivery.Message, v.Type)
	m.Text, err = j.run(func(b *bytes.Buffer) error { return text.ExecuteTemplate(b, "email/layout.txt", v) })
	m.Subject, m.Title, m.Text = plainSpaces(v.Subject), v.Title, plainSpaces(m.Text)
	return err
}

func (j *job) telegram(m *notify.Message) error {
	v, words := j.view, j.view.voice
	err := v.texts(
		spoken{&v.Title, words.title, maxTitle}, spoken{&v.Body, words.body, maxBody}, spoken{&v.Button, words.button, 64},
	)
	if err != nil {
		return err
	}
	if len(v.Items) > telegramItems {
		v.Items = v.Items[:telegramItems]
	}
	if v.Button != "" && v.Link != "" {
		m.Buttons = []notify.Button{{Text: v.Button, URL: v.Link}}
	}
	t := pick(j.pages.html, notify.Telegram, j.delivery.Message, v.Type)
	m.HTML, err = j.run(func(b *bytes.Buffer) error { return t.Execute(b, v) })
	m.HTML, m.Title = strings.TrimSpace(m.HTML), v.Title
	return err
}

// telegramItems is how many lines of an order a Telegram message lists, so that with the
// longest texts it stays within 4096 units.
const telegramItems = 8

func (j *job) sms(m *notify.Message) error {
	v := j.view
	err := v.say(&v.Short, v.voice.short, maxPushBody)
	if err != nil {
		return err
	}
	t := pick(j.pages.text, notify.SMS, j.delivery.Message, v.Type)
	m.Text, err = j.line(t.Lookup(t.Name()))
	if m.Text = fold(m.Text, v.Lang); !v.whole {
		m.Text = fit(m.Text)
	}
	return err
}

// maxSegments is what an SMS may cost, whatever data it carries.
const maxSegments = 2

// fold writes an SMS as cheaply as its language reads well: Latin languages in GSM-7;
// Serbian Cyrillic as it is while it fits, else in Latin; Russian as it is.
func fold(text, locale string) string {
	text = strings.TrimSpace(text)
	switch locale {
	case Russian:
		return plainSpaces(text)
	case SerbianCyrillic:
		if n, _ := sms.Count(text); n <= maxSegments {
			return text
		}
	}
	return sms.Fold(text)
}

// fit cuts what data made too long.
func fit(text string) string {
	n, enc := sms.Count(text)
	for room := sms.Room(maxSegments, enc); n > maxSegments; room-- {
		text = strings.TrimSuffix(cut(text, room), "…")
		n, _ = sms.Count(text)
	}
	return text
}

// line runs a template of plain text. Those that say no more than {{.Title}} or {{.Short}}
// needn't be run.
func (j *job) line(t *template.Template) (string, error) {
	if len(t.Root.Nodes) == 1 {
		if action, ok := t.Root.Nodes[0].(*parse.ActionNode); ok {
			switch name, _ := fieldOf(action.Pipe); name {
			case "Title":
				return j.view.Title, nil
			case "Short":
				return j.view.Short, nil
			}
		}
	}
	return j.run(func(b *bytes.Buffer) error { return t.Execute(b, j.view) })
}

func (j *job) push(m *notify.Message) error {
	v, words := j.view, j.view.voice
	err := v.texts(spoken{&v.Title, words.title, maxPushTitle}, spoken{&v.Short, words.short, maxPushBody})
	if err != nil {
		return err
	}
	t := pick(j.pages.text, notify.Push, j.delivery.Message, v.Type)
	if m.Title, err = j.line(t.Lookup("title")); err != nil {
		return err
	}
	m.Text, err = j.line(t.Lookup("body"))
	m.Title, m.Text = oneLine(m.Title), strings.TrimSpace(m.Text)
	m.Collapse = collapse(j.delivery)
	if s := v.payload.text("image_url"); isHTTPS(s) {
		m.Image = s
	}
	return err
}

// collapse lets a newer message about the same thing replace an older one on the device:
// "order_id:12345" of the topic "order_id:12345/order.shipped". FCM takes 64 bytes.
func collapse(d notify.Delivery) string {
	thing, _, _ := strings.Cut(d.Topic, "/")
	if thing == "" || len(thing) > 64 {
		return d.ID
	}
	return thing
}
