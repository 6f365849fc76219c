package render

import (
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// Observer is told what the renderer and the [Watcher] do, for the metrics.
type Observer interface {
	// FellBack: a message was said in another language than it was wanted in.
	FellBack(message, wanted, got string)
	// Reloaded: a set was read again and taken, or refused with its findings.
	Reloaded(taken bool, findings []Finding)
}

// Renderer makes messages with the current set.
type Renderer struct {
	Observer Observer         // nil: nobody
	Now      func() time.Time // for "tomorrow"

	set atomic.Pointer[Set]
}

// New returns a renderer that begins with a set.
func New(s *Set) *Renderer {
	r := &Renderer{Now: time.Now}
	r.set.Store(s)
	return r
}

// Swap takes another set from the next message on.
func (r *Renderer) Swap(s *Set) { r.set.Store(s) }

// Set returns the current set.
func (r *Renderer) Set() *Set { return r.set.Load() }

// Render makes the message of a delivery for a person. Its errors carry no personal data.
func (r *Renderer) Render(d notify.Delivery, c notify.Contact) (notify.Message, error) {
	return r.render(r.set.Load(), d, c, false)
}

// render makes a message. A whole one isn't cut to what its channel takes: the lint wants to
// see what authors wrote.
func (r *Renderer) render(s *Set, d notify.Delivery, c notify.Contact, whole bool) (notify.Message, error) {
	t, err := eventtypes.Check(&d.Event)
	if err != nil {
		return notify.Message{}, err
	}
	if d.Message == "" {
		d.Message = t.Words(d.To.Role)
	}
	v, err := s.view(t, d, c, r.Now())
	if err != nil {
		return notify.Message{}, err
	}
	v.whole = whole
	if wanted := s.locale(localeOf(d, c)); wanted != v.Lang && r.Observer != nil {
		r.Observer.FellBack(d.Message, wanted, v.Lang)
	}
	m := notify.Message{
		Delivery: d.ID, Event: d.Event.Type, Category: t.Name.Category(), Channel: d.Channel,
		Locale: v.Lang, Words: s.version, Priority: d.Priority, Expires: d.Expires, Link: v.Link,
	}
	if d.Channel == notify.Email && !d.Mandatory && s.brand.Unsubscribe != nil {
		if m.Unsubscribe = s.brand.Unsubscribe(d); !isHTTPS(m.Unsubscribe) {
			m.Unsubscribe = ""
		}
	}
	job := job{pages: s.pages[v.Lang], view: v, delivery: d, contact: c}
	return m, job.fill(&m)
}

// job is one message in the making.
type job struct {
	pages    *pages
	view     *View
	delivery notify.Delivery
	contact  notify.Contact
}

func (j *job) fill(m *notify.Message) error {
	switch j.delivery.Channel {
	case notify.Email:
		return j.email(m)
	case notify.Telegram:
		return j.telegram(m)
	case notify.SMS:
		return j.sms(m)
	case notify.Push:
		return j.push(m)
	}
	return fmt.Errorf("channel %q: want one of email, telegram, sms, push", j.delivery.Channel)
}

// make writes one of the message's parts.
func (j *job) make(part string) (string, error) {
	return pick(j.pages.parts[part], j.delivery.Channel, j.delivery.Message, j.view.Type).make(j.view)
}

// scrub keeps an execution error's place and drops what may be a value of the payload.
func scrub(err error) error {
	text := err.Error()
	if i := strings.Index(text, ": executing "); i > 0 {
		if end := strings.Index(text[i:], ">: "); end > 0 {
			return fmt.Errorf("%s", text[:i+end+1])
		}
	}
	return err
}
