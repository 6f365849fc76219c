package eventtypes_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/vondi-global/notifications/internal/eventtypes"
)

func TestMaskOfKnownTypes(t *testing.T) {
	for _, c := range []struct{ typ, in, want string }{
		{
			"user.registered",
			`{"user_id":890,"email":"jelena@example.com","phone":"+381631234567","name":"Jelena","verification_url":"https://vondi.rs/v/q7"}`,
			`{"user_id":890,"email":"j•••@example.com","phone":"+3816•••567","name":"J•••","verification_url":"•••"}`,
		},
		{"pvz.parcel.arrived", `{"parcel_id":"parcel_1","pvz_code":"PVZ-BG-001","pickup_code":"123456"}`, `{"parcel_id":"parcel_1","pvz_code":"PVZ-BG-001","pickup_code":"•••"}`},
		{"pvz.parcel.arrived", `{"pickup_code":123456}`, `{"pickup_code":"•••"}`},
		{"pvz.parcel.arrived", `{"pickup_code":["123456"]}`, `{"pickup_code":"•••"}`},
		{"pvz.parcel.arrived", `{"pickup_code":"","order_id":null}`, `{"pickup_code":"","order_id":null}`},
		{"order.cancelled", `{"order_id":12345,"reason":"call +381 63 123 45 67 or write to a@b.rs"}`, `{"order_id":12345,"reason":"call ••• or write to a•••@b.rs"}`},
		{"order.cancelled", `{"order_id":"12345","backup_email":"a@b.rs","note":"see https://vondi.rs/x"}`, `{"order_id":"12345","backup_email":"a•••@b.rs","note":"see •••"}`},
		{"order.created", `{"items":"[{\"listing_id\":1,\"title\":\"A@b.rs\",\"door_code\":77}]"}`, `{"items":[{"listing_id":1,"title":"A•••@b.rs","door_code":"•••"}]}`},
		{"order.created", `{"items":[7]}`, `{"items":[7]}`},
	} {
		typ, _ := eventtypes.Lookup(c.typ)
		if got := eventtypes.Mask(typ, json.RawMessage(c.in)); string(got) != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}

func TestMaskOfUnknownTypes(t *testing.T) {
	for in, want := range map[string]string{
		`{"pickupCode":"1234","orderId":"12345","postage":3}`:                                 `{"pickupCode":"•••","orderId":"12345","postage":3}`,
		`{"contact-email":"a@b.rs","mobile":"063123456789","full_name":"Ana"}`:                `{"contact-email":"a•••@b.rs","mobile":"06312•••789","full_name":"A•••"}`,
		`{"text":"your code is 123456"}`:                                                      `{"text":"your code is •••"}`,
		`{"at":"2025-12-25T10:00:00Z","ts":"1734825600","id":"550e8400-e29b-41d4-a716-4466"}`: `{"at":"2025-12-25T10:00:00Z","ts":"1734825600","id":"550e8400-e29b-41d4-a716-4466"}`,
		`{"x":"123456:AAbbccddeeffgghhiijjkkllmmnnooppqqrrsstt"}`:                             `{"x":"•••"}`,
		`{"data":"{\"email\":\"a@b.rs\"}"}`:                                                   `{"data":{"email":"a•••@b.rs"}}`,
		`{"people":[{"name":"Ana"},"a@b.rs"],"shipping":"fast"}`:                              `{"people":[{"name":"A•••"},"a•••@b.rs"],"shipping":"fast"}`,
		`["a@b.rs"]`:  `["a•••@b.rs"]`,
		`"a@b.rs"`:    `"a•••@b.rs"`,
		`a@b.rs`:      `"not JSON: a•••@b.rs"`,
		` {} `:        `{}`,
		`{"<b>":"&"}`: `{"<b>":"&"}`,
	} {
		if got := eventtypes.Mask(nil, json.RawMessage(in)); string(got) != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}

// TestNoExampleShowsItsPersonalFields masks every type's example and looks for what it
// should have hidden.
func TestNoExampleShowsItsPersonalFields(t *testing.T) {
	looks := regexp.MustCompile(`https?://|[a-z]{2,}@|\+\d{6}`)
	for _, typ := range eventtypes.Catalogue() {
		masked := eventtypes.Mask(typ, typ.Payload.Example())
		if !json.Valid(masked) || looks.Match(masked) {
			t.Errorf("%s: %s", typ.Name, masked)
		}
		for _, f := range typ.Payload.Fields() {
			if f.PII != "" && strings.Contains(string(masked), f.Example) {
				t.Errorf("%s shows its %s", typ.Name, f.Name)
			}
		}
	}
}

func TestMaskOfHostileNesting(t *testing.T) {
	deep := strings.Repeat("[", 9000) + `"a@b.rs"` + strings.Repeat("]", 9000)
	if got := eventtypes.Mask(nil, json.RawMessage(deep)); string(got) != `"nested too deeply to be shown"` {
		t.Errorf("%.80s", got)
	}
}

func TestPersonalFields(t *testing.T) {
	for _, c := range []struct{ typ, field, want string }{
		{"user.registered", "email", "email"},
		{"user.registered", "phone", "phone"},
		{"pvz.parcel.arrived", "pickup_code", "secret"},
		{"pvz.parcel.arrived", "pvz_code", ""},
		{"pvz.parcel.arrived", "no_such_field", ""},
	} {
		typ, _ := eventtypes.Lookup(c.typ)
		if got := typ.Payload.PII(c.field); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.typ, c.field, got, c.want)
		}
	}
}

// TestLinksAndAddressesAreMarked finds fields that somebody forgot to mark.
func TestLinksAndAddressesAreMarked(t *testing.T) {
	marked := map[string]string{"https": "secret", "email": "email", "phone": "phone"}
	for _, typ := range eventtypes.Catalogue() {
		for _, f := range typ.Payload.Fields() {
			for _, r := range f.Rules {
				if want, ok := marked[r.Name]; ok && f.PII != want {
					t.Errorf("%s: %s wants pii:%q", typ.Name, f.Name, want)
				}
			}
		}
	}
}
