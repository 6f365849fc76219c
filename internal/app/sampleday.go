package app

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// samplePeople are a few contacts in every locale: buyers, a seller, the people of a
// warehouse and of a pick-up point, an admin.
func samplePeople() []notify.Contact {
	phones := func(tokens ...string) []notify.PushToken {
		list := make([]notify.PushToken, len(tokens))
		for i, t := range tokens {
			list[i] = notify.PushToken{Token: t, Platform: []string{"android", "ios", "web"}[i%3]}
		}
		return list
	}
	return []notify.Contact{
		{UserID: "890", Name: "Ana Petrović", Email: "ana@example.com", Phone: "+381601234567", TelegramChat: "890555", PushTokens: phones("ana-android", "ana-ios"), Locale: "sr-Latn"},
		{UserID: "891", Name: "Милан Јовановић", Email: "milan@example.com", Phone: "+381611234567", TelegramChat: "891555", PushTokens: phones("milan-android"), Locale: "sr-Cyrl"},
		{UserID: "892", Name: "Иван Соколов", Email: "ivan@example.com", Phone: "+381621234567", TelegramChat: "892555", PushTokens: phones("ivan-android"), Locale: "ru"},
		{UserID: "893", Name: "Tom Baker", Email: "tom@example.com", Phone: "+381631234567", TelegramChat: "893555", PushTokens: phones("tom-web"), Locale: "en"},
		{UserID: "501", Name: "Marko Ilić", Email: "marko@example.com", Phone: "+381641234567", TelegramChat: "501555", PushTokens: phones("marko-android"), Locale: "sr-Latn"},
		{UserID: "601", Name: "Jelena Nikolić", Email: "jelena@example.com", Phone: "+381651234567", TelegramChat: "601555", PushTokens: phones("jelena-android"), Locale: "sr-Latn"},
		{UserID: "602", Name: "Dragan Kostić", Email: "dragan@example.com", Phone: "+381661234567", TelegramChat: "602555", Locale: "sr-Cyrl"},
		{UserID: "701", Name: "Nikola Savić", TelegramChat: "701555", PushTokens: phones("nikola-android"), Locale: "sr-Latn"},
		{UserID: "1", Name: "Vondi Admin", Email: "admin@example.com", TelegramChat: "1555", Locale: "en"},
	}
}

// sampleAudiences says who belongs to what: audience → user ids.
func sampleAudiences() map[string][]string {
	return map[string][]string{
		"storefront:67:members": {"501"},
		"role:admin":            {"1"},
		"pvz:1:owners":          {"602"},
		"warehouse:1:owners":    {"501"},
		"listing:100:watchers":  {"891", "892", "893"},
	}
}

// sample is one entry of the sample day.
type sample struct {
	typ    string
	id     string
	stream string
	fields map[string]any
}

// shape is a way in which an entry may look; the day uses them all in turn.
type shape func(typ string, payload map[string]any, at time.Time) map[string]any

func flat(typ string, payload map[string]any, at time.Time) map[string]any {
	fields := map[string]any{"type": typ, "timestamp": at.Unix()}
	maps.Copy(fields, payload)
	return fields
}

func envelope(typ string, payload map[string]any, at time.Time) map[string]any {
	return map[string]any{"type": typ, "timestamp": at.Unix(), "version": "1.0", "payload": mustJSON(payload)}
}

func single(typ string, payload map[string]any, at time.Time) map[string]any {
	return map[string]any{"data": mustJSON(flat(typ, payload, at))}
}

// mustJSON writes values of our own, which always can be written.
func mustJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("sample day: %v", err))
	}
	return string(b)
}

// happening is what happened: a type and what its payload says beyond the example.
type happening struct {
	typ     string
	differs map[string]any
}

// sampleDay is a day of the marketplace, in the passport's streams and payloads: an order
// from its placing to its delivery, one that goes wrong, a parcel at a pick-up point, and
// what else happens to people.
func sampleDay(now time.Time) ([]sample, error) {
	of := func(order, buyer int) map[string]any { return map[string]any{"order_id": order, "buyer_id": buyer} }
	day := []happening{
		{"user.registered", map[string]any{"user_id": 894, "email": "vera@example.com", "name": "Vera Simić", "locale": "sr"}},
		{"user.email_verified", map[string]any{"user_id": 894, "email": "vera@example.com"}},
		{"listing.created", nil},
		{"order.created", nil},
		{"payment.initiated", nil},
		{"payment.completed", nil},
		{"order.confirmed", map[string]any{"buyer_id": 890, "total_amount": 5990, "currency": "RSD"}},
		{"inventory.reserved", nil},
		{"picking.created", map[string]any{"order_id": 12345}},
		{"picking.assigned", map[string]any{"order_id": 12345, "worker_id": 701}},
		{"picking.completed", map[string]any{"order_id": 12345}},
		{"packing.completed", map[string]any{"order_id": 12345}},
		{"order.shipped", nil},
		{"delivery.created", nil},
		{"delivery.confirmed", nil},
		{"delivery.in_transit", nil},
		{"delivery.out_for_delivery", nil},
		{"delivery.delivered", nil},
		{"order.delivered", nil},
		{"order.created", of(12346, 893)},
		{"payment.failed", of(12346, 893)},
		{"order.cancelled", of(12346, 893)},
		{"order.created", of(12347, 892)},
		{"payment.cod_confirmed", of(12347, 892)},
		{"delivery.failed", of(12347, 892)},
		{"order.refunded", of(12347, 892)},
		{"pvz.shift.started", map[string]any{"operator_id": 601}},
		{"delivery.parcel.routed_to_pvz", nil},
		{"delivery.courier.approaching", nil},
		{"pvz.parcel.arrived", nil},
		{"pvz.parcel.arrived", map[string]any{"parcel_id": "parcel_12346", "recipient_id": 891, "pickup_code": "654321"}},
		{"pvz.parcel.picked_up", nil},
		{"pvz.capacity.critical", nil},
		{"pvz.shift.ended", map[string]any{"operator_id": 601}},
		{"listing.price_changed", map[string]any{"listing_id": 100}},
		{"user.password_reset", map[string]any{"user_id": 893}},
		{"user.password_changed", map[string]any{"user_id": 893}},
	}
	shapes := []shape{flat, envelope, single}
	list := make([]sample, len(day))
	for i, h := range day {
		s, err := h.entry(shapes[i%len(shapes)], now)
		if err != nil {
			return nil, err
		}
		list[i] = s
	}
	return list, nil
}

// everyType is one event of each type of the catalogue, as its example has it.
func everyType(now time.Time) ([]sample, error) {
	list := make([]sample, 0, len(eventtypes.Catalogue()))
	for _, t := range eventtypes.Catalogue() {
		h := happening{typ: string(t.Name)}
		if t.Name == "user.banned" {
			h.differs = map[string]any{"user_id": 892} // the others go on being told
		}
		s, err := h.entry(flat, now)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

func (h happening) entry(as shape, now time.Time) (sample, error) {
	t, ok := eventtypes.Lookup(h.typ)
	if !ok {
		return sample{}, fmt.Errorf("sample day: no type %s", h.typ)
	}
	var payload map[string]any
	if err := json.Unmarshal(t.Payload.Example(), &payload); err != nil {
		return sample{}, fmt.Errorf("sample day: example of %s: %w", h.typ, err)
	}
	for _, f := range t.Payload.Fields() {
		if _, there := payload[f.Name]; there && f.Kind == eventtypes.KindTime {
			payload[f.Name] = now.Add(26 * time.Hour).UTC().Format(time.RFC3339) // the examples' own times are over
		}
	}
	maps.Copy(payload, h.differs)
	id := "sample-" + rand.Text()
	payload["event_id"] = id
	for k, v := range payload {
		switch v.(type) { // flat fields are single values: the rest is JSON text
		case []any, map[string]any:
			payload[k] = mustJSON(v)
		}
	}
	return sample{typ: h.typ, id: id, stream: t.Stream, fields: as(h.typ, payload, now)}, nil
}
