package render

import (
	"encoding/json"
	"strings"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// fields are a payload's values, written for one reader and one channel.
type fields struct {
	payload
	text   map[string]any // by the payload's names, and the derived ones; strings, for templates
	counts []counted
}

// counted is a whole number that a plural may go by.
type counted struct {
	field string
	n     int64
}

// Item is a line of an order.
type Item struct {
	Title    string
	Quantity string
	Price    string // of one piece; empty where it isn't known
}

// mostItems is how many lines of an order are listed.
const mostItems = 20

// limits are how long a value may be, in UTF-16 units.
type limits struct{ id, text, long int }

var channelLimits = map[notify.Channel]limits{
	notify.Email:    {id: 64, text: 160, long: 1000},
	notify.Telegram: {id: 64, text: 160, long: 1000},
	notify.Push:     {id: 40, text: 60, long: 120},
	notify.SMS:      {id: 20, text: 28, long: 40},
}

// longFields hold sentences rather than names.
var longFields = map[string]bool{
	"reason": true, "return_reason": true, "question": true, "place": true, "pvz_address": true, "location": true, "device": true,
}

// silentZeros are amounts of which nothing is nothing to say.
var silentZeros = map[string]bool{"storage_fee": true, "total_amount": true, "price": true}

// writer writes values for one reader and one channel.
type writer struct {
	clock
	limits
	channel  notify.Channel
	currency string                       // of the payload, else the brand's
	labels   map[string]map[string]string // codes as people say them, by field

	hoursMinutes string // "{{.hours}} h {{.minutes}} min"
}

// fields writes those values that a message names. name is the reader's.
func (w *writer) fields(p payload, u uses, name string) *fields {
	if code := p.text("currency"); code != "" {
		w.currency = clean(code, 8)
	}
	f := &fields{payload: p, text: make(map[string]any, len(u.names))}
	for field := range u.names {
		w.add(f, field, name)
	}
	for field := range p.loose {
		w.add(f, field, name)
	}
	return f
}

// add writes a field, whether the payload has it or it is made of others.
func (w *writer) add(f *fields, field, name string) {
	s := w.value(field, f.any(field))
	if s == "" {
		s = w.derived(f.payload, field, name)
	}
	f.text[field] = s
	if n, ok := f.integer(field); ok {
		f.counts = append(f.counts, counted{field, n})
	}
}

// value writes one value. Absent ones are empty strings, so that templates can ask for them
// and none ever prints as "<no value>".
func (w *writer) value(name string, v any) any {
	switch v := v.(type) {
	case eventtypes.ID:
		return clean(string(v), w.id)
	case eventtypes.Text:
		return w.words(name, string(v))
	case eventtypes.Int:
		return w.count(name, int64(v))
	case eventtypes.Float:
		return w.spaced(w.number(float64(v)))
	case eventtypes.Amount:
		return w.amount(name, int64(v))
	case eventtypes.Time:
		if v.IsZero() {
			return ""
		}
		return w.spaced(w.moment(v.Time))
	case eventtypes.Flag:
		return bool(v)
	}
	return w.loose(v)
}

// loose writes what the payload's type doesn't know: producers' own fields and metadata.
func (w *writer) loose(v any) any {
	switch v := v.(type) {
	case string:
		return clean(v, w.text)
	case json.Number:
		return clean(v.String(), w.id)
	case bool:
		return v
	case map[string]any:
		m := make(map[string]any, len(v))
		for name, value := range v {
			m[name] = w.loose(value)
		}
		return m
	}
	return ""
}

// words writes text: a code as people say it, a phone number in groups, the rest cleaned.
func (w *writer) words(name, s string) string {
	if labels, ok := w.labels[labelField(name)]; ok {
		if label, ok := labels[labelCode(s)]; ok {
			return label
		}
	}
	switch {
	case strings.HasSuffix(name, "_url") || name == "url":
		return s // links are looked at where they are used; cut they would lead nowhere
	case strings.HasSuffix(name, "phone"):
		return w.spaced(phone(clean(s, 24)))
	case labelField(name) == "reason":
		return w.reason(s)
	case longFields[name]:
		return clean(s, w.long)
	case strings.HasSuffix(name, "_code") || strings.HasSuffix(name, "_number"):
		return clean(s, w.id)
	}
	return clean(s, w.text)
}

// reason writes a reason that isn't listed. What somebody has written is cited, whatever its
// language; an unknown code is nothing that people should read.
func (w *writer) reason(s string) string {
	s = strings.TrimSuffix(clean(s, w.long), ".")
	if s == "" || strings.Contains(s, "_") && !strings.Contains(s, " ") {
		return ""
	}
	return w.quotes[0] + s + w.quotes[1]
}

// count writes a whole number. A zero that the payload needn't carry reads as absent.
func (w *writer) count(name string, n int64) string {
	if n == 0 && (name == "eta_minutes" || name == "parcel_count") {
		return ""
	}
	return w.spaced(w.integer(n))
}

func (w *writer) amount(name string, hundredths int64) string {
	if hundredths == 0 && silentZeros[name] {
		return ""
	}
	return w.spaced(w.money(hundredths, w.currency))
}

// spaced keeps no-break spaces out of SMS, where a single one would cost a segment.
func (w *writer) spaced(s string) string {
	if w.channel == notify.SMS {
		return plainSpaces(s)
	}
	return s
}

func (w *writer) items(list eventtypes.List[eventtypes.OrderItem]) (items []Item, more int) {
	items = make([]Item, 0, min(len(list), mostItems))
	for _, it := range list {
		if len(items) == mostItems {
			return items, len(list) - mostItems
		}
		title := clean(string(it.Title), w.text)
		if title == "" {
			title = "#" + clean(string(it.ListingID), w.id)
		}
		items = append(items, Item{
			Title: title, Quantity: w.integer(int64(it.Quantity)), Price: w.amount("price", int64(it.Price)),
		})
	}
	return items, 0
}

// labelField says which table of codes a field is looked up in.
func labelField(name string) string {
	if name == "return_reason" {
		return "reason"
	}
	if name == "old_status" {
		return "status"
	}
	return name
}

// labelCode writes a code as the tables have it: "Out of stock" is out_of_stock.
func labelCode(s string) string {
	if len(s) > 40 {
		return ""
	}
	return strings.ToLower(strings.ReplaceAll(strings.TrimSpace(s), " ", "_"))
}
