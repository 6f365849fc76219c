package eventtypes

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/vondi-global/notifications/internal/notify"
)

// Payload is the shape of a type's payload: a struct whose tags say everything.
//
//	OrderID ID   `json:"order_id" example:"12345"`                  required
//	Reason  Text `json:"reason,omitempty" example:"sold out"`       optional
//	Code    Text `json:"pickup_code" example:"123456" pii:"secret"` never printed
//	Total   Amount `json:"total_amount,omitempty" check:"positive"` with a rule
//
// Rules (check, comma-separated) stand in rules.go. pii is email, phone, name, address or
// secret: such fields are masked wherever an event is shown.
type Payload struct {
	typ    reflect.Type
	fields []field
	byName map[string]int
}

type field struct {
	name     string
	index    int
	required bool
	pii      string
	example  string
	checks   []check
}

// of describes the payload struct T. Its mistakes are the catalogue's, so they panic, and
// the catalogue's test sees them.
func of[T any]() Payload {
	t := reflect.TypeFor[T]()
	p := Payload{typ: t, byName: map[string]int{}}
	for i := range t.NumField() {
		f := describe(t.Field(i), i)
		p.byName[f.name] = len(p.fields)
		p.fields = append(p.fields, f)
	}
	return p
}

func describe(sf reflect.StructField, index int) field {
	name, opts, _ := strings.Cut(sf.Tag.Get("json"), ",")
	if name == "" {
		panic(fmt.Sprintf("eventtypes: %s has no json tag", sf.Name))
	}
	return field{
		name: name, index: index, required: opts == "",
		pii: sf.Tag.Get("pii"), example: sf.Tag.Get("example"),
		checks: parseChecks(sf.Tag.Get("check")),
	}
}

// decode reads a payload leniently and names every violation, not only the first.
func (p Payload) decode(data json.RawMessage) (any, []Violation) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, []Violation{{Field: "payload", Found: "no JSON object", Want: "want an object of the fields in docs/events.md"}}
	}
	v := reflect.New(p.typ)
	var bad []Violation
	for _, f := range p.fields {
		if viol := f.read(v.Elem().Field(f.index), raw[f.name]); viol != nil {
			bad = append(bad, *viol)
		}
	}
	return v.Interface(), bad
}

func (f field) read(dst reflect.Value, raw json.RawMessage) *Violation {
	if absent(raw) {
		if f.required {
			return &Violation{Field: f.name, Found: "nothing", Want: "it is required, for example " + f.example}
		}
		return nil
	}
	if err := json.Unmarshal(raw, dst.Addr().Interface()); err != nil {
		return &Violation{Field: f.name, Found: f.show(raw), Want: err.Error()}
	}
	for _, c := range f.checks {
		if want := c(dst); want != "" {
			return &Violation{Field: f.name, Found: f.show(raw), Want: want}
		}
	}
	return nil
}

// absent treats null and the empty string as nothing: flat stream entries write "" for
// fields that they don't have.
func absent(raw json.RawMessage) bool {
	raw = bytes.TrimSpace(raw)
	return len(raw) == 0 || string(raw) == "null" || string(raw) == `""`
}

// show prints a value for an error; personal values are only measured.
func (f field) show(raw json.RawMessage) string {
	if f.pii != "" {
		return fmt.Sprintf("a value of %d bytes (hidden: %s)", len(raw), f.pii)
	}
	return notify.Printable(string(raw), 60)
}

// Text returns a field of a decoded payload as text; empty where it is absent or the
// payload has no such field.
func (p Payload) Text(payload any, name string) string {
	i, ok := p.byName[name]
	if !ok || payload == nil {
		return ""
	}
	switch v := reflect.ValueOf(payload).Elem().Field(p.fields[i].index).Interface().(type) {
	case ID:
		return string(v)
	case Text:
		return string(v)
	case Int:
		if v == 0 {
			return ""
		}
		return fmt.Sprint(int64(v))
	}
	return ""
}

// Has says whether the payload has the field.
func (p Payload) Has(name string) bool { _, ok := p.byName[name]; return ok }

// New returns an empty payload struct's pointer, for schema export.
func (p Payload) New() any { return reflect.New(p.typ).Interface() }
