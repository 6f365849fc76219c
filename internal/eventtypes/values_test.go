package eventtypes_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// reading is how one value is read: want nil means that it is refused.
type reading struct {
	in   string
	want any
}

func reads[T any](t *testing.T, table []reading) {
	t.Helper()
	for _, c := range table {
		var got T
		err := json.Unmarshal([]byte(c.in), &got)
		if c.want == nil {
			if err == nil {
				t.Errorf("%T: %s was read as %v", got, c.in, got)
			}
			continue
		}
		if err != nil {
			t.Errorf("%T: %s: %v", got, c.in, err)
			continue
		}
		if diff := cmp.Diff(c.want, any(got)); diff != "" {
			t.Errorf("%T: %s: want (-), got (+):\n%s", got, c.in, diff)
		}
	}
}

func TestIDs(t *testing.T) {
	reads[eventtypes.ID](t, []reading{
		{`12345`, eventtypes.ID("12345")},
		{`"12345"`, eventtypes.ID("12345")},
		{`"pay_abc123"`, eventtypes.ID("pay_abc123")},
		{`12345678901234567890`, eventtypes.ID("12345678901234567890")},
		{`"шифра"`, eventtypes.ID("шифра")},
		{`1.5`, nil},
		{`1e3`, nil},
		{`true`, nil},
		{`{}`, nil},
		{`[1]`, nil},
		{`"a\nb"`, nil},
		{`"a\u0000b"`, nil},
		{`"ana@example.com"`, nil},
		{`"` + strings.Repeat("x", 201) + `"`, nil},
	})
}

func TestTexts(t *testing.T) {
	reads[eventtypes.Text](t, []reading{
		{`"out of stock"`, eventtypes.Text("out of stock")},
		{`"две\nреда \"тако\""`, eventtypes.Text("две\nреда \"тако\"")},
		{`12`, eventtypes.Text("12")},
		{`true`, eventtypes.Text("true")},
		{`""`, eventtypes.Text("")},
		{`{}`, nil},
		{`[]`, nil},
	})
}

func TestWholeNumbers(t *testing.T) {
	reads[eventtypes.Int](t, []reading{
		{`3`, eventtypes.Int(3)},
		{`"3"`, eventtypes.Int(3)},
		{`3.0`, eventtypes.Int(3)},
		{`"-3"`, eventtypes.Int(-3)},
		{`1e3`, eventtypes.Int(1000)},
		{`3.5`, nil},
		{`"three"`, nil},
		{`true`, nil},
		{`1e300`, nil},
		{`"NaN"`, nil},
		{`""`, nil},
		{`[3]`, nil},
	})
}

func TestNumbers(t *testing.T) {
	reads[eventtypes.Float](t, []reading{
		{`99.5`, eventtypes.Float(99.5)},
		{`"99.5"`, eventtypes.Float(99.5)},
		{`100`, eventtypes.Float(100)},
		{`"Inf"`, nil},
		{`"NaN"`, nil},
		{`1e999`, nil},
		{`"much"`, nil},
		{`{}`, nil},
	})
}

func TestAmounts(t *testing.T) {
	reads[eventtypes.Amount](t, []reading{
		{`5990`, eventtypes.Amount(599000)},
		{`"5990.50"`, eventtypes.Amount(599050)},
		{`0.1`, eventtypes.Amount(10)},
		{`-1`, eventtypes.Amount(-100)},
		{`19.99`, eventtypes.Amount(1999)},
		{`"1.005"`, eventtypes.Amount(100)},
		{`"5.990 RSD"`, nil},
		{`1e20`, nil},
		{`"NaN"`, nil},
		{`[]`, nil},
		{`""`, nil},
	})
}

func TestAmountsPrintInUnits(t *testing.T) {
	for in, want := range map[eventtypes.Amount]string{599000: "5990", 599050: "5990.5", 1: "0.01", 0: "0", -100: "-1"} {
		if got, err := json.Marshal(in); err != nil || string(got) != want {
			t.Errorf("%d: %s %v, want %s", int64(in), got, err, want)
		}
	}
}

func TestTimes(t *testing.T) {
	noon := eventtypes.Time{Time: time.Date(2025, 12, 25, 10, 0, 0, 0, time.UTC)}
	reads[eventtypes.Time](t, []reading{
		{`"2025-12-25T10:00:00Z"`, noon},
		{`"2025-12-25T11:00:00+01:00"`, noon},
		{`1766656800`, noon},
		{`"1766656800"`, noon},
		{`1766656800000`, noon},
		{`"25.12.2025."`, nil},
		{`0`, nil},
		{`-5`, nil},
		{`1e30`, nil},
		{`"NaN"`, nil},
		{`true`, nil},
		{`{}`, nil},
	})
}

func TestFlags(t *testing.T) {
	reads[eventtypes.Flag](t, []reading{
		{`true`, eventtypes.Flag(true)},
		{`"true"`, eventtypes.Flag(true)},
		{`1`, eventtypes.Flag(true)},
		{`"0"`, eventtypes.Flag(false)},
		{`"yes"`, nil},
		{`2`, nil},
		{`{}`, nil},
	})
}

func TestLists(t *testing.T) {
	type list = eventtypes.List[eventtypes.ID]
	reads[list](t, []reading{
		{`["a",1]`, list{"a", "1"}},
		{`"[\"a\",1]"`, list{"a", "1"}},
		{`" [ ] "`, list{}},
		{`[]`, list{}},
		{`"a,b"`, nil},
		{`{}`, nil},
		{`"[1"`, nil},
		{`[[1]]`, nil},
		{`""`, nil},
	})
}

func TestValuesForTemplates(t *testing.T) {
	typ, e := checked(t, "order.shipped", `{"order_id":12345,"carrier":"Post Express","gift":{"wrapped":true,"cards":2}}`)
	e.Wishes.Metadata = json.RawMessage(`{"total":"5.990 RSD","order_number":"ORD-7"}`)
	want := map[string]any{
		"order_id": eventtypes.ID("12345"), "carrier": eventtypes.Text("Post Express"),
		"tracking_number": eventtypes.Text(""), "buyer_id": eventtypes.ID(""), "order_number": eventtypes.Text(""),
		"estimated_delivery": nil,
		"gift":               map[string]any{"wrapped": true, "cards": json.Number("2")},
		"metadata":           map[string]any{"total": "5.990 RSD", "order_number": "ORD-7"},
	}
	if diff := cmp.Diff(want, typ.Values(e)); diff != "" {
		t.Errorf("want (-), got (+):\n%s", diff)
	}
}

func TestValuesWithoutACheck(t *testing.T) {
	typ, _ := eventtypes.Lookup("order.cancelled")
	for data, want := range map[string]any{
		`{"reason":"late"}`: eventtypes.Text("late"),
		`{"reason":{}}`:     eventtypes.Text(""),
		`no JSON`:           eventtypes.Text(""),
	} {
		got := typ.Values(notify.Event{Type: "order.cancelled", Data: json.RawMessage(data)})
		if got["reason"] != want {
			t.Errorf("%s: %v, want %v", data, got["reason"], want)
		}
	}
}

func TestMetadataInAString(t *testing.T) {
	typ, e := checked(t, "order.accepted", `{}`)
	e.Wishes.Metadata = json.RawMessage(`"{\"total\":\"5.990 RSD\"}"`)
	want := map[string]any{"total": "5.990 RSD"}
	if diff := cmp.Diff(want, typ.Values(e)["metadata"]); diff != "" {
		t.Errorf("want (-), got (+):\n%s", diff)
	}
}
