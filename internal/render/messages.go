package render

import (
	"strings"

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
	if m.HTML, err = j.make(emailHTML); err != nil {
		return err
	}
	m.Text, err = j.make(emailText)
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
	m.HTML, err = j.make(telegramText)
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
	m.Text, err = j.make(smsText)
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
	if len(text) <= sms.Room(maxSegments, sms.UCS2) {
		return text // in any alphabet
	}
	n, enc := sms.Count(text)
	for room := sms.Room(maxSegments, enc); n > maxSegments; room-- {
		text = strings.TrimSuffix(cut(text, room), "…")
		n, _ = sms.Count(text)
	}
	return text
}

func (j *job) push(m *notify.Message) error {
	v, words := j.view, j.view.voice
	err := v.texts(spoken{&v.Title, words.title, maxPushTitle}, spoken{&v.Short, words.short, maxPushBody})
	if err != nil {
		return err
	}
	if m.Title, err = j.make(pushTitle); err != nil {
		return err
	}
	m.Text, err = j.make(pushBody)
	m.Title, m.Text = oneLine(m.Title), strings.TrimSpace(m.Text)
	m.Collapse = collapse(j.delivery)
	m.Image = v.payload.image()
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
