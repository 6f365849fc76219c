package render

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// Sample is an event and a reader to try words on.
type Sample struct {
	Name string          // typical, minimal, longest, hostile
	Data json.RawMessage // the payload
	To   notify.Contact
}

// The samples that every type has.
const (
	Typical = "typical" // every field, as the catalogue's example has it
	Minimal = "minimal" // only what a producer must send, to a reader without a name
	Longest = "longest" // as long as real data gets
	Hostile = "hostile" // markup, breaks, overrides and floods in every text
)

// SampleTime is when samples happen, and when they are read.
var SampleTime = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// Samples makes the samples of a type.
func (s *Set) Samples(t *eventtypes.Type) []Sample {
	return []Sample{
		{Typical, typical(t), notify.Contact{UserID: "890", Name: "Jelena"}},
		{Minimal, t.Payload.Minimal(), notify.Contact{}},
		{Longest, compose(t.Payload, longest), notify.Contact{UserID: "890", Name: "Aleksandra Stojanović-Petrović"}},
		{Hostile, compose(t.Payload, hostile), notify.Contact{UserID: "890", Name: hostileText}},
	}
}

// RenderSample makes the message of a sample, as if now were [SampleTime].
func (s *Set) RenderSample(t *eventtypes.Type, role string, ch notify.Channel, locale string, sample Sample) (notify.Message, error) {
	r := New(s)
	r.Now = func() time.Time { return SampleTime }
	return r.Render(sampleDelivery(t, role, ch, locale, sampleEvent(t, sample)), sample.To)
}

func sampleEvent(t *eventtypes.Type, sample Sample) notify.Event {
	return notify.Event{ID: "sample", Type: string(t.Name), Time: SampleTime, Data: sample.Data}
}

func sampleDelivery(t *eventtypes.Type, role string, ch notify.Channel, locale string, e notify.Event) notify.Delivery {
	d := notify.Delivery{
		ID: "sample", Event: e, To: notify.Recipient{UserID: "890", Role: role}, Channel: ch, Message: t.Words(role), Locale: locale, Priority: t.Priority,
	}
	for _, told := range t.Told {
		if string(told.Role) == role {
			for _, m := range told.Mandatory {
				d.Mandatory = d.Mandatory || m == ch
			}
		}
	}
	return d
}

// typical is the catalogue's example, its orders with what people really buy.
func typical(t *eventtypes.Type) json.RawMessage {
	return compose(t.Payload, func(f eventtypes.Field) any {
		if f.Name != "items" {
			return nil
		}
		return []map[string]any{
			{"listing_id": 100, "quantity": 2, "title": "Lonac Zepter 3 l", "price": 1995},
			{"listing_id": 200, "quantity": 1, "title": "Džemper od merino vune", "price": 2000},
		}
	})
}

// compose makes a payload: of each field what value says, else the catalogue's example.
func compose(p eventtypes.Payload, value func(f eventtypes.Field) any) json.RawMessage {
	m := map[string]json.RawMessage{}
	for _, f := range p.Fields() {
		m[f.Name] = f.ExampleJSON()
		if v := value(f); v != nil {
			m[f.Name], _ = json.Marshal(v) // strings, numbers and lists of them always marshal
		}
	}
	data, _ := json.Marshal(m)
	return data
}

// longestTexts are as long as such values get in real life.
var longestTexts = map[string]string{
	"order_number": "ORD-2026-123456", "tracking_number": "POST123456789RS", "carrier": "Bex Express Beograd",
	"title": "Šporet na drva Alfa-Plam Alfa 90 Dominant, levi, beli, 9 kW", "business_name": "Trgovinska radnja „Đurđević i sinovi“",
	"warehouse_name": "Distributivni centar Beograd – Šimanovci", "pvz_code": "PVZ-BG-1234", "pickup_code": "12345678",
	"pvz_address": "Bulevar vojvode Živojina Mišića 123a, Beograd (Savski venac)", "location": "Sortirni centar Beograd – Šimanovci",
	"window": "14:00–16:00", "city": "Sremska Mitrovica", "place": "Bulevar Mihajla Pupina 10ž, Novi Beograd, treći sprat, sala 5",
	"device": "Samsung Internet 28.0 na Android 16, Samsung Galaxy S26 Ultra", "status": "in_transit",
}

const (
	longSentence = "Kupac je odustao jer mu odgovara druga boja, a željena veličina trenutno nije na stanju ni u jednom od naših skladišta u Srbiji."
	longName     = "Aleksandra Stojanović-Petrović"
)

func longest(f eventtypes.Field) any {
	if s, ok := longestTexts[f.Name]; ok {
		return s
	}
	switch text := f.Kind == eventtypes.KindText && len(f.Rules) == 0; {
	case f.Kind == eventtypes.KindAmount:
		return 1234567.89
	case f.Kind == eventtypes.KindInt:
		return longestInt(f.Name)
	case f.Kind == eventtypes.KindID:
		return "1234567890"
	case f.Name == "items":
		return longestItems()
	case text && longFields[f.Name]:
		return longSentence
	case text:
		return longName
	}
	return nil
}

func longestInt(name string) int {
	switch name {
	case "storage_days", "days_stored", "eta_minutes":
		return 45
	case "duration_minutes":
		return 725
	}
	return 1234
}

func longestItems() any {
	items := make([]map[string]any, 30)
	for i := range items {
		items[i] = map[string]any{"listing_id": 1234567890 + i, "quantity": 12, "title": longestTexts["title"], "price": 123456.78}
	}
	return items
}

// hostileText has everything that somebody may try: markup for HTML and Telegram, template
// actions, header breaks, direction overrides, an emoji of many runes and 10 KB more.
var hostileText = "<script>alert(1)</script><b>x</b>\"'><img src=x onerror=alert(1)>{{.Brand}} \r\nBcc: x@example.com\r\n\u202egnp.exe\u2066 &amp; " +
	"[x](tg://user?id=1) 👩‍👩‍👧‍👦🇷🇸 \x00\x1b[31m" + strings.Repeat("Ж", 5000)

func hostile(f eventtypes.Field) any {
	switch {
	case f.Kind == eventtypes.KindID:
		return `<b>"'/../?x=1#&` + strings.Repeat("9", 100)
	case f.Kind == eventtypes.KindText && len(f.Rules) == 0:
		return hostileText
	case f.Name == "items":
		return []map[string]any{{"listing_id": "<i>", "quantity": 1, "title": hostileText}}
	}
	return nil
}

// In is the sample as it comes from a storefront of [Set.Storefronts]; "" stands for one
// without a brand of its own.
func (s Sample) In(storefront string) Sample {
	var m map[string]json.RawMessage
	if json.Unmarshal(s.Data, &m) == nil {
		m["storefront_id"], _ = json.Marshal(cmp.Or(storefront, "unbranded")) // a string always marshals
		s.Data, _ = json.Marshal(m)
	}
	return s
}

// FindSample returns a type's sample by its name.
func (s *Set) FindSample(t *eventtypes.Type, name string) (Sample, error) {
	for _, sample := range s.Samples(t) {
		if sample.Name == name {
			return sample, nil
		}
	}
	return Sample{}, fmt.Errorf("sample %q: want one of typical, minimal, longest, hostile", name)
}
