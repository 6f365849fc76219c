package contract_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/eventtypes/contract"
)

func parse(t *testing.T, s string) *contract.Schema {
	t.Helper()
	if s == "" {
		return nil
	}
	var schema contract.Schema
	if err := json.Unmarshal([]byte(s), &schema); err != nil {
		t.Fatal(err)
	}
	return &schema
}

// props is a schema with these properties, of which some are required.
func props(properties string, required ...string) string {
	b, _ := json.Marshal(required) // strings only
	return `{"type":"object","properties":` + properties + `,"required":` + string(b) + `}`
}

func TestWhatBreaksProducers(t *testing.T) {
	for _, c := range []struct {
		name, released, now string
		want                []string // how each complaint begins
	}{
		{"nothing", props(`{"a":{"type":"string"}}`, "a"), props(`{"a":{"type":"string"}}`, "a"), nil},
		{"a field more", props(`{"a":{"type":"string"}}`), props(`{"a":{"type":"string"},"b":{"type":"string"}}`), nil},
		{"not required any more", props(`{"a":{}}`, "a"), props(`{"a":{}}`), nil},
		{"a type more", props(`{"a":{"type":"integer"}}`), props(`{"a":{"type":["integer","string"]}}`), nil},
		{"integers are numbers", props(`{"a":{"type":"integer"}}`), props(`{"a":{"type":"number"}}`), nil},
		{"a value more", props(`{"a":{"enum":["x"]}}`), props(`{"a":{"enum":["x","y"]}}`), nil},
		{"looser bounds", props(`{"a":{"minimum":1,"maximum":5}}`), props(`{"a":{"minimum":0,"maximum":9}}`), nil},
		{"other words about it", props(`{"a":{"description":"x"}}`), props(`{"a":{"description":"y"}}`), nil},
		{"a way more", `{"anyOf":[{"required":["a"]}]}`, `{"anyOf":[{"required":["a"]},{"required":["b"]}]}`, nil},

		{"gone", `{}`, "", []string{"the type is gone"}},
		{"removed", props(`{"a":{},"b":{}}`), props(`{"a":{}}`), []string{"b was removed"}},
		{"newly required", props(`{"a":{}}`), props(`{"a":{}}`, "a"), []string{"a is required and was not"}},
		{"new and required", props(`{}`), props(`{"a":{}}`, "a"), []string{"a is required and was not"}},
		{"another type", props(`{"a":{"type":"string"}}`), props(`{"a":{"type":"integer"}}`), []string{"a: type string is taken no more"}},
		{"a type less", props(`{"a":{"type":["string","integer"]}}`), props(`{"a":{"type":"integer"}}`), []string{"a: type string is taken no more"}},
		{"a type at last", props(`{"a":{}}`), props(`{"a":{"type":"string"}}`), []string{"a: type object, array, number"}},
		{"a value less", props(`{"a":{"enum":["x","y"]}}`), props(`{"a":{"enum":["x"]}}`), []string{"a: another value is"}},
		{"values at last", props(`{"a":{}}`), props(`{"a":{"enum":["x"]}}`), []string{"a: another value is"}},
		{"another constant", props(`{"a":{"const":"x"}}`), props(`{"a":{"const":"y"}}`), []string{"a: another constant is"}},
		{"a pattern", props(`{"a":{}}`), props(`{"a":{"pattern":"^x"}}`), []string{"a: another form is"}},
		{"a format", props(`{"a":{}}`), props(`{"a":{"format":"date-time"}}`), []string{"a: another form is"}},
		{"a lower bound", props(`{"a":{}}`), props(`{"a":{"minimum":0}}`), []string{"a: a value outside of the bounds is"}},
		{"a higher lower bound", props(`{"a":{"exclusiveMinimum":0}}`), props(`{"a":{"exclusiveMinimum":1}}`), []string{"a: a value outside of the bounds is"}},
		{"a lower upper bound", props(`{"a":{"maximum":5}}`), props(`{"a":{"maximum":4}}`), []string{"a: a value outside of the bounds is"}},
		{"shorter", props(`{"a":{"maxLength":5}}`), props(`{"a":{"maxLength":4}}`), []string{"a: a value outside of the bounds is"}},
		{"inside a list", props(`{"a":{"items":{"properties":{"b":{"type":"string"}}}}}`), props(`{"a":{"items":{"properties":{"b":{"type":"integer"}}}}}`), []string{"a[].b: type string is"}},
		{"a way less", props(`{"a":{"anyOf":[{"type":"array"},{"type":"string"}]}}`), props(`{"a":{"anyOf":[{"type":"array"}]}}`), []string{"a: type string is", "a: one of the ways"}},
		{"one of two at last", props(`{"a":{},"b":{}}`), `{"type":"object","properties":{"a":{},"b":{}},"anyOf":[{"required":["a"]},{"required":["b"]}]}`, []string{"one of the ways"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			begin(t, c.want, contract.Breaks(parse(t, c.released), parse(t, c.now)))
		})
	}
}

func TestWhatBreaksReaders(t *testing.T) {
	for _, c := range []struct {
		name, released, now string
		want                []string
	}{
		{"a field more", props(`{"a":{}}`, "a"), props(`{"a":{},"b":{}}`, "a", "b"), nil},
		{"a type less", props(`{"a":{"type":["string","integer"]}}`), props(`{"a":{"type":"string"}}`), nil},
		{"gone", `{}`, "", []string{"the type is gone"}},
		{"removed", props(`{"a":{}}`), props(`{}`), []string{"a was removed"}},
		{"not always there any more", props(`{"a":{}}`, "a"), props(`{"a":{}}`), []string{"a is not always there any more"}},
		{"a type more", props(`{"a":{"type":"string"}}`), props(`{"a":{"type":["string","integer"]}}`), []string{"a: type integer may come now"}},
		{"a value more", props(`{"a":{"enum":["x"]}}`), props(`{"a":{"enum":["x","y"]}}`), []string{"a: another value may come now"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			begin(t, c.want, contract.BreaksReaders(parse(t, c.released), parse(t, c.now)))
		})
	}
}

// begin holds complaints against how they should begin.
func begin(t *testing.T, want, got []string) {
	t.Helper()
	cut := make([]string, 0, len(got))
	for i, s := range got {
		if i < len(want) && strings.HasPrefix(s, want[i]) {
			s = want[i]
		}
		cut = append(cut, s)
	}
	if diff := cmp.Diff(append([]string{}, want...), cut); diff != "" {
		t.Errorf("want (-), got (+):\n%s", diff)
	}
}
