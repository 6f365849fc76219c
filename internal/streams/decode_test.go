package streams

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

const entryAt = "1734825700000-0"

var readAt = time.UnixMilli(1734825701000)

func decodeFields(t *testing.T, values map[string]any) notify.Event {
	t.Helper()
	e, err := decode(notify.Position{Source: "listings", Stream: "listings:events:orders", Entry: entryAt}, values, readAt)
	if err != nil {
		t.Fatalf("decode %v: %v", values, err)
	}
	return e
}

// fields is map[string]any, short.
type fields = map[string]any

func TestEveryShapeIsTheSameEvent(t *testing.T) {
	flat := `{"type":"order.confirmed","order_id":12345,"storefront_id":67,"items":"[{\"listing_id\":100,\"quantity\":2}]","timestamp":1734825600}`
	envelope := `{"type":"order.confirmed","timestamp":1734825600,"version":"1.0","payload":{"order_id":12345,"storefront_id":67,"items":[{"listing_id":100,"quantity":2}]}}`
	payload := `{"order_id":"12345","storefront_id":"67","items":[{"listing_id":100,"quantity":2}]}`
	cloud := `{"specversion":"1.0","id":"a1","source":"/orders","type":"order.confirmed","time":"2024-12-22T00:00:00Z","data":` + payload + `}`
	twice, _ := json.Marshal(envelope)
	shapes := map[string]fields{
		"flat fields":                    {"type": "order.confirmed", "order_id": "12345", "storefront_id": "67", "items": `[{"listing_id":100,"quantity":2}]`, "timestamp": "1734825600"},
		"envelope as fields":             {"type": "order.confirmed", "timestamp": "1734825600", "version": "1.0", "payload": payload},
		"envelope whose payload is data": {"type": "order.confirmed", "timestamp": "1734825600", "data": payload},
		"flat JSON in data":              {"data": flat},
		"flat JSON in event":             {"event": flat},
		"flat JSON in payload":           {"payload": flat},
		"envelope in message":            {"message": envelope},
		"envelope in body":               {"body": envelope},
		"JSON encoded twice":             {"data": string(twice)},
		"JSON beside a timestamp":        {"data": envelope, "timestamp": "1734825600"},
		"CloudEvent in one field":        {"data": cloud},
		"CloudEvent as fields":           {"specversion": "1.0", "id": "a1", "source": "/orders", "type": "order.confirmed", "time": "2024-12-22T00:00:00Z", "data": payload},
		"CloudEvent with binary data":    {"specversion": "1.0", "id": "a1", "source": "/orders", "type": "order.confirmed", "time": "1734825600", "data_base64": "eyJvcmRlcl9pZCI6MTIzNDUsInN0b3JlZnJvbnRfaWQiOjY3LCJpdGVtcyI6W3sibGlzdGluZ19pZCI6MTAwLCJxdWFudGl0eSI6Mn1dfQ=="},
	}
	want := &eventtypes.OrderConfirmed{OrderID: "12345", StorefrontID: "67", Items: eventtypes.List[eventtypes.OrderItem]{{ListingID: "100", Quantity: 2}}}
	for name, values := range shapes {
		e := decodeFields(t, values)
		if _, err := eventtypes.Check(&e); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, e.Payload); diff != "" {
			t.Errorf("%s: payload differs (-want +got):\n%s", name, diff)
		}
		if at := time.Unix(1734825600, 0).UTC(); !e.Occurred.Equal(at) {
			t.Errorf("%s: occurred %s, want %s", name, e.Occurred, at)
		}
		if at := time.UnixMilli(1734825700000); !e.Time.Equal(at) {
			t.Errorf("%s: time %s, want the entry's own %s", name, e.Time, at)
		}
	}
}

func TestUnknownFieldsAreKept(t *testing.T) {
	for name, values := range map[string]fields{
		"flat":     {"type": "order.accepted", "order_id": "1", "gift": "yes"},
		"payload":  {"type": "order.accepted", "payload": `{"order_id":1,"gift":"yes"}`},
		"envelope": {"type": "order.accepted", "payload": `{"order_id":1}`, "gift": "yes"},
	} {
		var data map[string]any
		if err := json.Unmarshal(decodeFields(t, values).Data, &data); err != nil {
			t.Fatal(err)
		}
		if data["gift"] != "yes" {
			t.Errorf("%s: got %v, want the field gift kept", name, data)
		}
		if _, ok := data["type"]; ok {
			t.Errorf("%s: the envelope's type is no payload: %v", name, data)
		}
	}
}

func TestUnreadableEntries(t *testing.T) {
	for _, c := range []struct {
		name   string
		values fields
		reason string
	}{
		{"deleted", nil, ReasonNoFields},
		{"no type", fields{"order_id": "1"}, ReasonNoType},
		{"empty type", fields{"type": " ", "order_id": "1"}, ReasonNoType},
		{"no type inside", fields{"data": `{"order_id":1}`}, ReasonNoType},
		{"type is an object", fields{"data": `{"type":{"a":1}}`}, ReasonNoType},
		{"cut off", fields{"data": `{"type":"order.acc`}, ReasonBrokenJSON},
		{"no JSON", fields{"data": "hello"}, ReasonBrokenJSON},
		{"a list", fields{"data": `[1,2]`}, ReasonBrokenJSON},
		{"null", fields{"data": `null`}, ReasonBrokenJSON},
		{"broken payload", fields{"type": "order.accepted", "payload": `{"order_id":`}, ReasonBrokenJSON},
		{"payload is a list", fields{"type": "order.accepted", "payload": `[1]`}, ReasonBrokenJSON},
		{"bad base64", fields{"specversion": "1.0", "type": "order.accepted", "data_base64": "%"}, ReasonBrokenJSON},
	} {
		_, err := Decode("s", "x:events:y", redis.XMessage{ID: entryAt, Values: c.values})
		u, ok := errors.AsType[*Unreadable](err)
		if !ok || u.Reason != c.reason {
			t.Errorf("%s: got %v, want %s", c.name, err, c.reason)
		}
	}
}

func TestErrorsQuoteNoPayload(t *testing.T) {
	_, err := Decode("s", "x:events:y", redis.XMessage{ID: entryAt, Values: fields{"data": `{"type":"user.registered","email":"ana@example.com",`}})
	if err == nil || strings.Contains(err.Error(), "ana") {
		t.Errorf("got %v, want an error without the address", err)
	}
}

func TestEventIDs(t *testing.T) {
	at := notify.Position{Source: "listings", Stream: "listings:events:orders", Entry: entryAt}
	for _, c := range []struct {
		name   string
		values fields
		want   string
	}{
		{"event_id", fields{"type": "order.accepted", "event_id": "6f1f2c0e-0c3a-4a5e-9f0e-1d2c3b4a5968", "id": "other"}, "6f1f2c0e-0c3a-4a5e-9f0e-1d2c3b4a5968"},
		{"id", fields{"type": "order.accepted", "id": "evt-7"}, "evt-7"},
		{"id inside one field", fields{"data": `{"type":"order.accepted","id":"evt-7"}`}, "evt-7"},
		{"event_id beside one field", fields{"event_id": "evt-8", "data": `{"type":"order.accepted"}`}, "evt-8"},
		{"a row's number is told apart by the type", fields{"type": "order.accepted", "event_id": "17"}, "order.accepted:17"},
		{"a number in JSON", fields{"data": `{"type":"order.accepted","event_id":17}`}, "order.accepted:17"},
		{"the payload's id is no event id", fields{"type": "order.accepted", "payload": `{"id":"evt-9"}`}, hash(at.Source, at.Stream, at.Entry)},
		{"an odd id is hashed", fields{"type": "order.accepted", "event_id": "ana@example.com"}, hash("ana@example.com")},
		{"CloudEvent", fields{"specversion": "1.0", "type": "order.accepted", "id": "1", "source": "/a"}, hash("/a#1")},
		{"none", fields{"type": "order.accepted"}, hash(at.Source, at.Stream, at.Entry)},
	} {
		e, err := decode(at, c.values, readAt)
		if err != nil || e.ID != c.want {
			t.Errorf("%s: got %q, %v; want %q", c.name, e.ID, err, c.want)
		}
	}
}

func TestDerivedIDsDependOnThePosition(t *testing.T) {
	ids := map[string]bool{}
	for _, at := range []notify.Position{{Source: "a", Stream: "s", Entry: "1-0"}, {Source: "b", Stream: "s", Entry: "1-0"}, {Source: "a", Stream: "t", Entry: "1-0"}, {Source: "a", Stream: "s", Entry: "1-1"}} {
		for range 2 { // and on nothing else
			e, err := decode(at, fields{"type": "order.accepted"}, readAt)
			if err != nil {
				t.Fatal(err)
			}
			ids[e.ID] = true
		}
	}
	if len(ids) != 4 {
		t.Errorf("got %d ids for 4 positions", len(ids))
	}
}

func TestTimes(t *testing.T) {
	stamp := time.Unix(1734825600, 0).UTC()
	for _, c := range []struct {
		name, entry, timestamp string
		written, occurred      time.Time
	}{
		{"seconds", entryAt, "1734825600", time.UnixMilli(1734825700000).UTC(), stamp},
		{"milliseconds", entryAt, "1734825600000", time.UnixMilli(1734825700000).UTC(), stamp},
		{"RFC 3339", entryAt, "2024-12-22T01:00:00+01:00", time.UnixMilli(1734825700000).UTC(), stamp},
		{"none", entryAt, "", time.UnixMilli(1734825700000).UTC(), time.Time{}},
		{"nonsense", entryAt, "yesterday", time.UnixMilli(1734825700000).UTC(), time.Time{}},
		{"an id given by hand", "1-0", "1734825600", stamp, stamp},
		{"an id in the far future", "9999999999999-0", "1734825600", stamp, stamp},
		{"an id beyond all times", "18446744073709551615-1", "1734825600", stamp, stamp},
		{"nothing to go by", "1-0", "", readAt.UTC(), time.Time{}},
	} {
		e, err := decode(notify.Position{Entry: c.entry}, fields{"type": "order.accepted", "timestamp": c.timestamp}, readAt)
		if err != nil || !e.Time.Equal(c.written) || !e.Occurred.Equal(c.occurred) {
			t.Errorf("%s: got %s and %s, %v; want %s and %s", c.name, e.Time, e.Occurred, err, c.written, c.occurred)
		}
	}
}

func TestWishes(t *testing.T) {
	both := []notify.Channel{notify.Email, notify.Telegram}
	full := notify.Wishes{UserID: "890", Channels: both, Locale: "sr", Priority: notify.High, Metadata: json.RawMessage(`{"total":"5.990 RSD"}`)}
	for _, c := range []struct {
		name   string
		values fields
		want   notify.Wishes
	}{
		{"the passport's example", fields{"data": `{"type":"order.confirmed","user_id":890,"channels":["email","telegram"],"locale":"sr","priority":"high","metadata":{"total":"5.990 RSD"},"timestamp":1734825600}`}, full},
		{"flat", fields{"type": "order.confirmed", "user_id": "890", "channels": `["email","telegram"]`, "locale": "sr", "priority": "HIGH", "metadata": `{"total":"5.990 RSD"}`}, full},
		{"in the payload", fields{"type": "order.confirmed", "payload": `{"user_id":890,"channels":"email,telegram","locale":"sr","priority":"high","metadata":{"total":"5.990 RSD"}}`}, full},
		{"words parted by commas", fields{"type": "order.confirmed", "channels": "email, Telegram"}, notify.Wishes{Channels: both}},
		{"a channel that we don't have", fields{"type": "order.confirmed", "channels": `["pigeon","email"]`}, notify.Wishes{Channels: both[:1]}},
		{"what can't be understood", fields{"type": "order.confirmed", "channels": "pigeon", "priority": "now", "locale": "../x", "metadata": "m", "user_id": "a\nb"}, notify.Wishes{}},
		{"the type's own user_id", fields{"type": "listing.favorited", "user_id": "5"}, notify.Wishes{}},
		{"the envelope's user_id", fields{"type": "listing.favorited", "user_id": "7", "payload": `{"user_id":5}`}, notify.Wishes{UserID: "7"}},
	} {
		if diff := cmp.Diff(c.want, decodeFields(t, c.values).Wishes); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestTrace(t *testing.T) {
	const good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	for given, want := range map[string]string{good: good, strings.ToUpper(good): good, "x": "", good + "\n00": ""} {
		if got := decodeFields(t, fields{"type": "order.accepted", "traceparent": given}).Trace; got != want {
			t.Errorf("traceparent %q: got %q, want %q", given, got, want)
		}
	}
}

func TestPatterns(t *testing.T) {
	cfg := Config{}.Defaults()
	for name, want := range map[string]bool{
		"wms:events:picking": true, "payments:events": true, "pvz.events": true, "a:events:b:c": true,
		"notifications:events": false, "notifications:events:dlq": false, "notifications:x.events": false, "asynq:events:x": false,
		"events": false, "wms:event:picking": false, "pvz.events.old": false, "wms:eventsx": false,
	} {
		if cfg.wanted(name) != want {
			t.Errorf("%s: wanted %v, want %v", name, !want, want)
		}
	}
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{{"a*b*c", "a1b2c", true}, {"a*b*c", "acb", false}, {"ab*ba", "aba", false}, {"*", "", true}, {"x", "x", true}, {"x", "xy", false}, {"a**b", "ab", true}} {
		if matches(c.pattern, c.name) != c.want {
			t.Errorf("matches(%q, %q) is %v", c.pattern, c.name, !c.want)
		}
	}
}

func TestSlots(t *testing.T) {
	// CLUSTER KEYSLOT of a real server.
	for key, want := range map[string]uint16{"123456789": 12739, "foo": 12182, "{foo}bar": 12182, "foo{}bar": slot("foo{}bar"), "a{foo}{bar}": 12182, "": 0} {
		if got := slot(key); got != want {
			t.Errorf("slot(%q) = %d, want %d", key, got, want)
		}
	}
	groups := bySlot([]string{"{a}1", "b", "{a}2"})
	if len(groups) != 2 || !slices.ContainsFunc(groups, func(g []string) bool { return slices.Equal(g, []string{"{a}1", "{a}2"}) }) {
		t.Errorf("got %v, want the keys of one slot together", groups)
	}
}

func TestConfigSaysEverythingThatIsWrong(t *testing.T) {
	if err := (Config{}).Defaults().Validate(); err != nil {
		t.Errorf("the defaults: %v", err)
	}
	err := Config{Start: "$", Count: -1, MinIdle: time.Second, Budget: time.Minute}.Validate()
	for _, want := range []string{"start", "count", "claim idle"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want it to name %s", err, want)
		}
	}
}

func TestMaskShowsIDsOnly(t *testing.T) {
	got := mask(map[string]string{
		"type": "pvz.parcel.arrived", "order_id": "12345", "email": "ana@example.com", "pickup_code": "123456",
		"payload": `{"parcel_id":"p1","recipient_id":7,"phone":"+381631234567","deep":{"reset_url":"https://x/y","user_id":"9","deeper":{"a":1}}}`,
		"user_id": "ana@example.com", "data": "{broken",
	})
	want := map[string]string{
		"type": "pvz.parcel.arrived", "order_id": "12345", "email": "•••(15 bytes)", "pickup_code": "•••(6 bytes)",
		"payload.parcel_id": "p1", "payload.recipient_id": "7", "payload.phone": "•••(13 bytes)",
		"payload.deep.reset_url": "•••(11 bytes)", "payload.deep.user_id": "9", "payload.deep.deeper": "•••(7 bytes)",
		"user_id": "•••(15 bytes)", "data": "•••(7 bytes)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestLargeEntriesAreReadFewerAtATime keeps a batch near its bytes, whatever the entries'
// size.
func TestLargeEntriesAreReadFewerAtATime(t *testing.T) {
	r := &Reader{cfg: Config{Count: 500, Batch: 2000, BatchBytes: 1 << 20}, share: 2000}
	for _, c := range []struct{ bytes, entries, streams, want int }{
		{500 << 20, 500, 1, 1}, {0, 0, 1, 1}, {100 << 10, 1, 1, 2}, {100, 1, 1, 4}, {100, 1, 2, 4}, {100, 1, 1, 16},
	} {
		r.weigh(c.bytes, c.entries)
		if got := r.count(c.streams); got != c.want {
			t.Errorf("after %d entries of %d bytes: %d of each of %d streams, want %d", c.entries, c.bytes, got, c.streams, c.want)
		}
	}
	for range 10 {
		r.weigh(100, 1)
	}
	if got := r.count(1); got != 500 {
		t.Errorf("got %d, want the whole count again", got)
	}
	if got := r.count(10_000); got != 1 {
		t.Errorf("got %d of each of 10,000 streams, want 1", got)
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range [][2]string{
		{"type", "order.accepted"},
		{"data", `{"type":"order.accepted","order_id":1}`},
		{"payload", `{"type":"x","payload":{"a":[1,{}]}}`},
		{"data", `"{\"type\":\"x\"}"`},
		{"message", "{"},
		{"body", "[]"},
		{"event", "\xff\xfe"},
		{"data", `{"type":"a","channels":["email"],"metadata":"{}"}`},
		{"data", `{"specversion":"1.0","type":"a","id":1,"data_base64":"e30="}`},
		{"data", `{"type":"a","timestamp":1e300,"event_id":{}}`},
		{"", ""},
	} {
		f.Add(s[0], s[1], "1734825600000-0")
	}
	f.Fuzz(func(t *testing.T, name, value, id string) {
		for _, values := range []fields{{name: value}, {"type": "order.accepted", name: value}} {
			e, err := Decode("s", "x:events:y", redis.XMessage{ID: id, Values: values})
			if err != nil {
				if _, ok := errors.AsType[*Unreadable](err); !ok {
					t.Fatalf("the error has no reason: %v", err)
				}
				continue
			}
			if e.ID == "" || e.Type == "" || e.Time.IsZero() || !json.Valid(e.Data) {
				t.Fatalf("incomplete: %+v", e)
			}
			if again, err := Decode("s", "x:events:y", redis.XMessage{ID: id, Values: values}); err != nil || again.ID != e.ID {
				t.Fatalf("decoded again it is another event: %v, %v", again.ID, err)
			}
			mask(map[string]string{name: value})
		}
	})
}
