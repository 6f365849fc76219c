package render

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
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

	set     atomic.Pointer[Set]
	buffers sync.Pool
}

// New returns a renderer that begins with a set.
func New(s *Set) *Renderer {
	r := &Renderer{Now: time.Now}
	r.buffers.New = func() any { return new(bytes.Buffer) }
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
	if !d.Mandatory && s.brand.Unsubscribe != nil {
		if m.Unsubscribe = s.brand.Unsubscribe(d); !isHTTPS(m.Unsubscribe) {
			m.Unsubscribe = ""
		}
	}
	job := job{pages: s.pages[v.Lang], view: v, delivery: d, contact: c, buffers: &r.buffers}
	return m, job.fill(&m)
}

// job is one message in the making.
type job struct {
	pages    *pages
	view     *View
	delivery notify.Delivery
	contact  notify.Contact
	buffers  *sync.Pool
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

// run executes a template into a pooled buffer and returns the text.
func (j *job) run(execute func(b *bytes.Buffer) error) (string, error) {
	b := j.buffers.Get().(*bytes.Buffer)
	defer j.buffers.Put(b)
	b.Reset()
	if err := execute(b); err != nil {
		return "", scrub(err)
	}
	return b.String(), nil
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
