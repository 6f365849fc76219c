package render

import (
	"slices"

	"github.com/vondi-global/notifications/internal/notify"
)

// voice is a message's words for one channel: all in one language.
type voice struct {
	*words
	subject, title, body, short, button text

	uses  uses // fields that the words and their page name
	loose bool // some of them aren't in the type's payload
	items bool // the page lists an order's items
}

// voiceKey names a voice: in which language, for which words, by which channel.
type voiceKey struct {
	locale, message string
	channel         notify.Channel
}

// parts are the texts that each channel needs. The button isn't among them: a message is
// whole without it.
var parts = map[notify.Channel][]string{
	notify.Email:    {"subject", "title", "body", "short"},
	notify.Telegram: {"title", "body"},
	notify.SMS:      {"short"},
	notify.Push:     {"title", "short"},
}

// standIns are the texts that may speak for another one that the source doesn't have, so
// that a type can be sent by a channel that it was not written for.
var standIns = map[string][]string{
	"subject": {"subject", "title"}, "title": {"title", "subject"},
	"body": {"body", "short"}, "short": {"short", "body", "title"}, "button": {"button"},
}

// voices finds, once, in which language each message is said to readers of each locale.
func voices(all map[string]*words, messages []string) (map[voiceKey]*voice, error) {
	m := make(map[voiceKey]*voice, len(all)*len(messages)*4)
	for locale := range all {
		for _, message := range messages {
			for _, ch := range notify.Channels() {
				v, err := findVoice(all, chain(locale), message, ch)
				if err != nil {
					return nil, err
				}
				if v != nil {
					m[voiceKey{locale, message, ch}] = v
				}
			}
		}
	}
	return m, nil
}

// findVoice takes the first language of the chain that has the whole message: everything
// that the source has, and what the layouts of email and Telegram say too.
func findVoice(all map[string]*words, chain []string, message string, ch notify.Channel) (v *voice, err error) {
	source := all[English]
	for _, locale := range chain {
		w := all[locale]
		if w == nil || !w.covers(source, message, ch) {
			continue
		}
		v = &voice{words: w}
		for part, t := range v.parts() {
			if part != "button" && !slices.Contains(parts[ch], part) {
				continue
			}
			if *t, err = w.text(source.resolve(message, part)); err != nil {
				return nil, err
			}
		}
		return v, nil
	}
	return nil, nil
}

func (v *voice) parts() map[string]*text {
	return map[string]*text{"subject": &v.subject, "title": &v.title, "body": &v.body, "short": &v.short, "button": &v.button}
}

// resolve returns the id of a part, or of its stand-in; "" where there is neither.
func (w *words) resolve(message, part string) string {
	for _, name := range standIns[part] {
		if id := message + "." + name; w.texts[id] != nil {
			return id
		}
	}
	return ""
}

func (w *words) covers(source *words, message string, ch notify.Channel) bool {
	for _, part := range parts[ch] {
		if id := source.resolve(message, part); id == "" || !w.has(id) {
			return false
		}
	}
	return ch != notify.Email && ch != notify.Telegram || w.hasCommon(source)
}

// hasCommon says whether the language has all that layouts say.
func (w *words) hasCommon(source *words) bool {
	return !slices.ContainsFunc(source.shared, func(id string) bool { return !w.has(id) })
}
