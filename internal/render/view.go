package render

import (
	"fmt"
	htmltemplate "html/template"
	"time"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// View is what templates see.
type View struct {
	Lang     string // for <html lang>
	Subject  string
	Title    string
	Body     string
	Short    string
	Greeting string
	Button   string            // label of the link
	Link     string            // https, or empty
	Head     htmltemplate.HTML // the email's blocks "head" and "foot": the brand's, made once
	Foot     htmltemplate.HTML
	FootText string
	F        map[string]any    // the payload's fields, written for the reader
	T        map[string]string // the shared texts, [common] by key
	Items    []Item
	More     string // "and 3 more items"; empty where all are listed
	Brand    *Brand

	Farewell    string
	Why         string // the reader gets the message
	Help        string
	Mandatory   bool
	Unsubscribe string
	Invitation  string // link to the bot, for readers whose chat isn't known
	Type        string // "order.created"

	dress   *dress
	payload payload
	counts  []counted
	voice   *voice
	whole   bool // nothing is cut
}

// Longest texts of a message, in UTF-16 units. Telegram takes 4096 in all, FCM 4 KB.
const (
	maxSubject   = 78
	maxTitle     = 200
	maxBody      = 2800
	maxPushTitle = 120
	maxPushBody  = 500
)

// view gathers a message's texts in the reader's language.
func (s *Set) view(t *eventtypes.Type, d notify.Delivery, c notify.Contact, now time.Time) (*View, error) {
	locale := s.locale(localeOf(d, c))
	v, err := s.voice(locale, d.Message, string(t.Name), d.Channel)
	if err != nil {
		return nil, err
	}
	w := s.writer(v.words, d.Channel, c, now)
	f := w.fields(s.shapes.read(t, d.Event, v.loose), v.uses, c.Name)
	dress := s.dress(v.tag, f.payload)
	view := &View{
		Brand: &dress.Brand, T: dress.T, Farewell: dress.Farewell, Why: dress.Why, Help: dress.Help, Head: dress.head, Foot: dress.foot, FootText: dress.footText,
		Lang: v.tag, Type: string(t.Name), F: f.text, Mandatory: d.Mandatory,
		dress: dress, payload: f.payload, counts: f.counts, voice: v,
	}
	view.Link = dress.link(d.Message, f.payload)
	view.Invitation = s.invitation(d, c)
	if !v.items {
		return view, nil
	}
	list, _ := f.any("items").(eventtypes.List[eventtypes.OrderItem])
	items, more := w.items(list)
	if view.Items = items; more > 0 {
		view.More, err = v.say(dress.andMore, map[string]any{"count": fmt.Sprint(more)}, []counted{{"count", int64(more)}})
	}
	return view, err
}

// invitation is for the person alone: a link in somebody else's mailbox would make that one
// the person.
func (s *Set) invitation(d notify.Delivery, c notify.Contact) string {
	own := d.To.UserID != "" && d.To.UserID == c.UserID && !d.To.Guest && d.To.Other == nil
	if s.brand.Invitation == nil || d.Channel != notify.Email || c.TelegramChat != "" || !own {
		return ""
	}
	if link := s.brand.Invitation(c); isHTTPS(link) {
		return link
	}
	return ""
}

func localeOf(d notify.Delivery, c notify.Contact) string {
	switch {
	case d.Locale != "":
		return d.Locale
	case d.Event.Wishes.Locale != "":
		return d.Event.Wishes.Locale
	}
	return c.Locale
}

func (s *Set) writer(w *words, ch notify.Channel, c notify.Contact, now time.Time) *writer {
	out := &writer{
		clock:   clock{style: styleOf(w.tag), zone: s.zones.of(c.TimeZone), now: now, short: ch == notify.SMS, near: w.near},
		limits:  channelLimits[ch],
		channel: ch, currency: s.brand.Currency, labels: w.labels,
	}
	if m := w.texts["common.hours_minutes"]; m != nil {
		out.hoursMinutes = m.Other
	}
	return out
}

// say fills texts of the view, each on one line and no longer than its place.
func (v *View) say(dst *string, t text, limit int) error {
	if t.id == "" {
		return nil
	}
	s, err := v.voice.say(t, v.F, v.counts)
	if err != nil {
		return err
	}
	if *dst = oneLine(s); !v.whole {
		*dst = cut(*dst, limit)
	}
	return nil
}

// greet says hello, by name where it is known.
func (v *View) greet(name string) (err error) {
	name = clean(name, 60)
	if name == "" {
		v.Greeting = v.T["greeting_anyone"]
		return nil
	}
	v.Greeting, err = v.voice.say(v.dress.greeting, map[string]any{"name": name}, nil)
	return err
}
