package contract

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
)

// encode writes JSON for people to read: "<" stays "<".
func encode(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	err := e.Encode(v)
	return bytes.TrimRight(b.Bytes(), "\n"), err
}

// Types are the JSON types that a value may have; a single one prints without brackets.
type Types []string

// MarshalJSON writes "string" or ["string","integer"].
func (t Types) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return json.Marshal(t[0])
	}
	return json.Marshal([]string(t))
}

// UnmarshalJSON reads both.
func (t *Types) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*t = Types{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(t))
}

// Properties are the members of an object in the payload's own order, which tells more
// than the alphabet.
type Properties []Property

// Property is one of them.
type Property struct {
	Name   string
	Schema *Schema
}

// Find returns a property's schema, or nil.
func (p Properties) Find(name string) *Schema {
	for _, m := range p {
		if m.Name == name {
			return m.Schema
		}
	}
	return nil
}

// MarshalJSON writes an object.
func (p Properties) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range p {
		if i > 0 {
			b.WriteByte(',')
		}
		member, err := encode(map[string]*Schema{m.Name: m.Schema}, "")
		if err != nil {
			return nil, err
		}
		b.Write(member[1 : len(member)-1])
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON reads an object. The order is the alphabet's: only comparing reads schemas.
func (p *Properties) UnmarshalJSON(b []byte) error {
	var m map[string]*Schema
	if err := json.Unmarshal(b, &m); err != nil {
		return err
	}
	*p = nil
	for _, name := range slices.Sorted(maps.Keys(m)) {
		*p = append(*p, Property{name, m[name]})
	}
	return nil
}
