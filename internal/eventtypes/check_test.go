package eventtypes_test

import (
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// with returns a type's minimal payload with some fields changed; null takes one away.
func with(t *testing.T, typ, changes string) json.RawMessage {
	t.Helper()
	ty, ok := eventtypes.Lookup(typ)
	if !ok {
		t.Fatalf("no type %s", typ)
	}
	var base, change map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal(ty.Payload.Minimal(), &base), json.Unmarshal([]byte(changes), &change)); err != nil {
		t.Fatal(err)
	}
	maps.Copy(base, change)
	data, err := json.Marshal(base)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// checked is an event of the type with a valid payload.
func checked(t *testing.T, typ, changes string) (*eventtypes.Type, notify.Event) {
	t.Helper()
	e := notify.Event{Type: typ, Data: with(t, typ, changes)}
	ty, err := eventtypes.Check(&e)
	if err != nil {
		t.Fatal(err)
	}
	return ty, e
}

func TestViolationsSayWhatWasThereAndWhatIsRight(t *testing.T) {
	for _, c := range []struct {
		typ, changes string
		want         []string // field: found, want
	}{
		{"order.cancelled", `{"reason":null}`, []string{"reason: found nothing, it is required, for example out_of_stock"}},
		{"order.cancelled", `{"reason":""}`, []string{"reason: found nothing, it is required, for example out_of_stock"}},
		{"order.cancelled", `{"order_id":{"a":1}}`, []string{"order_id: found an object of 7 bytes, want an id, a string or an integer"}},
		{"order.cancelled", `{"order_id":12.5}`, []string{"order_id: found 12.5, want an id, a string or an integer"}},
		{"order.cancelled", `{"order_id":true}`, []string{"order_id: found true, want an id, a string or an integer"}},
		{"order.cancelled", `{"reason":[1]}`, []string{"reason: found a list of 3 bytes, want text"}},
		{"payment.failed", `{"amount":"a lot"}`, []string{`amount: found "a lot", want an amount such as 5990 or 5990.50`}},
		{"payment.failed", `{"amount":0}`, []string{"amount: found 0, want a number above 0"}},
		{"payment.failed", `{"currency":"din"}`, []string{`currency: found "din", want an ISO 4217 code such as RSD`}},
		{"payment.failed", `{"retry_url":"http://vondi.rs/pay"}`, []string{"retry_url: found a value of 21 bytes (hidden: secret), want an https:// URL"}},
		{"payment.failed", `{"retry_url":"https://me:pw@vondi.rs/"}`, []string{"retry_url: found a value of 25 bytes (hidden: secret), want an https:// URL"}},
		{"payment.failed", `{"amount":-1,"currency":"","order_id":null}`, []string{
			"order_id: found nothing, it is required, for example 12345",
			"amount: found -1, want a number above 0",
			"currency: found nothing, it is required, for example RSD",
		}},
		{"user.registered", `{"email":"jelena"}`, []string{"email: found a value of 8 bytes (hidden: email), want an email address"}},
		{"user.registered", `{"phone":"call me"}`, []string{"phone: found a value of 9 bytes (hidden: phone), want a phone number such as +381631234567"}},
		{"pvz.parcel.arrived", `{"storage_days":"soon"}`, []string{`storage_days: found "soon", want a whole number`}},
		{"pvz.capacity.warning", `{"usage_percent":-3}`, []string{"usage_percent: found -3, want a percentage"}},
		{"delivery.in_transit", `{"estimated_delivery":"tomorrow"}`, []string{`estimated_delivery: found "tomorrow", want a time such as 2025-12-25T10:00:00Z or 1734825600`}},
		{"order.created", `{"items":"none"}`, []string{`items: found "none", want a JSON array`}},
		{"order.created", `{"items":[{"listing_id":1,"quantity":2},{"listing_id":2,"quantity":0},3]}`, []string{
			"items[1].quantity: found 0, want a number above 0",
			"items[2]: found 3, want an object",
		}},
		{"order.created", `{"items":"[{\"quantity\":\"2\"}]"}`, []string{"items[0].listing_id: found nothing, it is required, for example 100"}},
		{"warehouse.invitation_created", `{"email":null}`, []string{
			"email: found nothing, one of email, user_id is required, for example email marko@example.com",
		}},
		{"listing.rejected", `{"listing_id":"a\nb"}`, []string{`listing_id: found "a\nb", want an id, a string or an integer`}},
		{"order.cancelled", `{"order_id":["write to jelena@example.com"]}`, []string{"order_id: found a list of 31 bytes, want an id, a string or an integer"}},
		{"pvz.parcel.arrived", `{"storage_days":"ask jelena@example.com"}`, []string{`storage_days: found "ask j•••@example.com", want a whole number`}},
	} {
		e := notify.Event{Type: c.typ, Data: with(t, c.typ, c.changes)}
		_, err := eventtypes.Check(&e)
		bad, ok := errors.AsType[*eventtypes.InvalidPayload](err)
		if !ok {
			t.Errorf("%s %s: %v", c.typ, c.changes, err)
			continue
		}
		var got []string
		for _, v := range bad.Violations {
			got = append(got, v.String())
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s %s: want (-), got (+):\n%s", c.typ, c.changes, diff)
		}
		if e.Payload != nil {
			t.Errorf("%s %s: an invalid payload was kept", c.typ, c.changes)
		}
	}
}

func TestWhatIsNoObjectIsNoPayload(t *testing.T) {
	for _, data := range []string{``, `null`, `[]`, `"order"`, `{"order_id":1`, `{"order_id":1} {}`, "{\"order_id\":\"\xff\""} {
		e := notify.Event{Type: "order.accepted", Data: json.RawMessage(data)}
		_, err := eventtypes.Check(&e)
		if err == nil || !strings.Contains(err.Error(), "no JSON object") {
			t.Errorf("%q: %v", data, err)
		}
	}
}

func TestUnknownTypesGetAHint(t *testing.T) {
	for _, c := range []struct{ typ, want string }{
		{"order.confirmd", `unknown event type "order.confirmd": did you mean order.confirmed?`},
		{"Order.Confirmed", `unknown event type "Order.Confirmed": did you mean order.confirmed?`},
		{" pvz.parcel.arived", `unknown event type " pvz.parcel.arived": did you mean pvz.parcel.arrived?`},
		{"weather.rain", `unknown event type "weather.rain": see notifyctl events list`},
		{"", `unknown event type "": see notifyctl events list`},
		{"a\x00b", `unknown event type "a·b": see notifyctl events list`},
		{strings.Repeat("order.created", 20), ""},
	} {
		_, err := eventtypes.Check(&notify.Event{Type: c.typ})
		unknown, ok := errors.AsType[*eventtypes.UnknownType](err)
		if !ok {
			t.Errorf("%q: %v", c.typ, err)
			continue
		}
		if c.want != "" && err.Error() != c.want {
			t.Errorf("%q: %s, want %s", c.typ, err, c.want)
		}
		if len(err.Error()) > 200 {
			t.Errorf("%q: hostile names make long errors, nearest %q", c.typ, unknown.Nearest)
		}
	}
}

func TestCheckDecodesOnce(t *testing.T) {
	_, e := checked(t, "order.confirmed", `{}`)
	first := e.Payload
	if _, err := eventtypes.Check(&e); err != nil || e.Payload != first {
		t.Errorf("the second check decoded again (%v)", err)
	}
}

// TestThePassportsExamplesHold reads what the passport itself prints, with the items in a
// string as producers send them.
func TestThePassportsExamplesHold(t *testing.T) {
	for typ, data := range map[string]string{
		"order.confirmed":               passportConfirmed,
		"payment.completed":             `{"payment_id":"pay_abc123","order_id":12345,"amount":5990,"currency":"RSD","method":"card","provider":"allsecure"}`,
		"delivery.in_transit":           `{"shipment_id":"ship_xyz789","order_id":12345,"tracking_number":"POST123456789","status":"in_transit","location":"Sorting Center Belgrade","estimated_delivery":"2025-12-25T10:00:00Z"}`,
		"pvz.parcel.arrived":            `{"parcel_id":"parcel_12345","pvz_id":1,"pvz_code":"PVZ-BG-001","recipient_id":890,"pickup_code":"123456","storage_days":3,"accepted_by":"operator_456"}`,
		"pvz.capacity.critical":         `{"pvz_id":1,"pvz_code":"PVZ-BG-001","current_capacity":100,"max_capacity":100,"usage_percent":100.0,"available_slots":0}`,
		"delivery.parcel.routed_to_pvz": `{"parcel_id":"parcel_12345","pvz_id":1,"recipient_id":890,"estimated_arrival":"2025-12-22T10:00:00Z"}`,
		"picking.completed":             `{"task_id":123,"order_id":456,"warehouse_id":1}`,
	} {
		if _, err := eventtypes.Check(&notify.Event{Type: typ, Data: json.RawMessage(data)}); err != nil {
			t.Error(err)
		}
	}
}

// TestFlatEntriesHold reads a stream entry's fields, which are strings all of them.
func TestFlatEntriesHold(t *testing.T) {
	e := notify.Event{Type: "order.created", Data: json.RawMessage(`{
		"order_id": "12345", "storefront_id": "67", "buyer_id": "890", "total_amount": "5990.50", "currency": "RSD",
		"order_number": "", "items": "[{\"listing_id\":\"100\",\"quantity\":\"2\",\"title\":\"Šerpa \\u0022Zepter\\u0022\"}]", "gift": "yes"}`)}
	if _, err := eventtypes.Check(&e); err != nil {
		t.Fatal(err)
	}
	want := &eventtypes.OrderCreated{
		OrderID: "12345", StorefrontID: "67", BuyerID: "890", TotalAmount: 599050, Currency: "RSD",
		Items: eventtypes.List[eventtypes.OrderItem]{{ListingID: "100", Quantity: 2, Title: `Šerpa "Zepter"`}},
	}
	if diff := cmp.Diff(want, e.Payload); diff != "" {
		t.Errorf("want (-), got (+):\n%s", diff)
	}
}

func TestTextOfFields(t *testing.T) {
	typ, e := checked(t, "pvz.parcel.arrived", `{"pvz_id":7,"storage_days":"3"}`)
	for field, want := range map[string]string{
		"pvz_id": "7", "pvz_code": "PVZ-BG-001", "storage_days": "3", "order_id": "", "no_such_field": "",
	} {
		if got := typ.Payload.Text(e.Payload, field); got != want {
			t.Errorf("%s: %q, want %q", field, got, want)
		}
	}
	if got := typ.Payload.Text(nil, "pvz_id"); got != "" {
		t.Errorf("of nothing: %q", got)
	}
}
