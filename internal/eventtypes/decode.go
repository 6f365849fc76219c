package eventtypes

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/vondi-global/notifications/internal/notify"
)

// decode reads a payload leniently and names every violation, not only the first.
func (p Payload) decode(data json.RawMessage) (any, []Violation) {
	if !isObject(data) {
		return nil, []Violation{{Field: "payload", Found: "no JSON object", Want: "want an object of the fields in docs/events.md"}}
	}
	v := reflect.New(p.typ)
	bad := p.fill(v.Elem(), data)
	return v.Interface(), bad
}

// fill reads the members of a valid JSON object into a struct of the shape.
func (p Payload) fill(dst reflect.Value, object json.RawMessage) (bad []Violation) {
	raw := make([]json.RawMessage, len(p.fields))
	for key, value := range members(object) {
		if i, ok := p.byName[string(key)]; ok {
			raw[i] = value
		}
	}
	for i := range p.fields {
		bad = append(bad, p.fields[i].read(dst.Field(i), raw[i])...)
	}
	for _, g := range p.either {
		bad = append(bad, p.missing(g, raw)...)
	}
	return bad
}

// missing is the violation of a group of which nothing is there.
func (p Payload) missing(g group, raw []json.RawMessage) []Violation {
	for _, i := range g.fields {
		if !absent(raw[i]) {
			return nil
		}
	}
	first := p.fields[g.fields[0]]
	return first.violation("nothing", fmt.Sprintf("one of %s is required, for example %s %s",
		strings.Join(p.names(g), ", "), first.Name, first.Example))
}

// read reads one value and holds it against the field's rules.
func (f *Field) read(dst reflect.Value, raw json.RawMessage) []Violation {
	if absent(raw) {
		if f.Required {
			return f.violation("nothing", "it is required, for example "+f.Example)
		}
		return nil
	}
	if f.item != nil {
		return f.readItems(dst, raw)
	}
	if err := dst.Addr().Interface().(json.Unmarshaler).UnmarshalJSON(raw); err != nil {
		return f.violation(f.show(raw), err.Error())
	}
	for i := range f.Rules {
		if !f.Rules[i].holds(dst) {
			return f.violation(f.show(raw), f.Rules[i].Want)
		}
	}
	return nil
}

// readItems reads a list of objects, each against its own shape.
func (f *Field) readItems(dst reflect.Value, raw json.RawMessage) (bad []Violation) {
	array, err := unquoteArray(raw)
	if err != nil {
		return f.violation(f.show(raw), err.Error())
	}
	n := count(array)
	list := reflect.MakeSlice(dst.Type(), n, n)
	for i, item := range elements(array) {
		for _, v := range f.readItem(list.Index(i), item) {
			v.Field = fmt.Sprintf("%s[%d]%s", f.Name, i, v.Field)
			bad = append(bad, v)
		}
	}
	dst.Set(list)
	return bad
}

// readItem reads one object of a list. Its violations' fields begin with a dot.
func (f *Field) readItem(dst reflect.Value, item json.RawMessage) []Violation {
	if item[0] != '{' {
		return []Violation{{Found: f.show(item), Want: "want an object"}}
	}
	bad := f.item.fill(dst, item)
	for i := range bad {
		bad[i].Field = "." + bad[i].Field
	}
	return bad
}

func (f *Field) violation(found, want string) []Violation {
	return []Violation{{Field: f.Name, Found: found, Want: want}}
}

// absent treats null and the empty string as nothing: flat stream entries write "" for
// fields that they don't have.
func absent(raw json.RawMessage) bool {
	return len(raw) == 0 || string(raw) == "null" || string(raw) == `""`
}

// show prints a value for an error. Personal values and what isn't a single value are only
// measured; what looks personal in other values is masked.
func (f *Field) show(raw json.RawMessage) string {
	switch {
	case f.PII != "":
		return fmt.Sprintf("a value of %d bytes (hidden: %s)", len(raw), f.PII)
	case raw[0] == '{':
		return fmt.Sprintf("an object of %d bytes", len(raw))
	case raw[0] == '[':
		return fmt.Sprintf("a list of %d bytes", len(raw))
	}
	return notify.Printable(maskText(string(raw)), 60)
}
