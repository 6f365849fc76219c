package contract

import (
	"encoding/json"

	"github.com/vondi-global/notifications/internal/eventtypes"
)

// dialect is the JSON Schema that the schemas are written in.
const dialect = "https://json-schema.org/draft/2020-12/schema"

// Schema is a JSON Schema, as far as payloads need it.
type Schema struct {
	Dialect          string            `json:"$schema,omitempty"`
	ID               string            `json:"$id,omitempty"`
	Ref              string            `json:"$ref,omitempty"`
	Title            string            `json:"title,omitempty"`
	Description      string            `json:"description,omitempty"`
	Type             Types             `json:"type,omitempty"`
	Const            any               `json:"const,omitempty"`
	Enum             []string          `json:"enum,omitempty"`
	Format           string            `json:"format,omitempty"`
	Pattern          string            `json:"pattern,omitempty"`
	MaxLength        int               `json:"maxLength,omitempty"`
	Minimum          *float64          `json:"minimum,omitempty"`
	ExclusiveMinimum *float64          `json:"exclusiveMinimum,omitempty"`
	Maximum          *float64          `json:"maximum,omitempty"`
	Items            *Schema           `json:"items,omitempty"`
	ContentMediaType string            `json:"contentMediaType,omitempty"`
	Properties       Properties        `json:"properties,omitempty"`
	Required         []string          `json:"required,omitempty"`
	AnyOf            []*Schema         `json:"anyOf,omitempty"`
	AllOf            []*Schema         `json:"allOf,omitempty"`
	Examples         []json.RawMessage `json:"examples,omitempty"`
	Personal         string            `json:"x-pii,omitempty"` // kind of personal value, for whoever stores or shows it
}

// ForType is the schema of a type's payload. That of our own output types is the schema of
// the whole flat entry.
func ForType(t *eventtypes.Type) *Schema {
	s := object(t.Payload)
	s.Title, s.Description = string(t.Name), t.About
	s.Examples = []json.RawMessage{t.Payload.Example()}
	if isOutput(t) {
		s.flatten(t)
	}
	return s
}

// Document is [ForType] as a file of its own.
func Document(t *eventtypes.Type) ([]byte, error) {
	s := ForType(t)
	s.Dialect, s.ID = dialect, "urn:vondi:notifications:event:"+string(t.Name)
	return encode(s, "  ")
}

func object(p eventtypes.Payload) *Schema {
	s := &Schema{Type: Types{"object"}}
	for _, f := range p.Fields() {
		s.Properties = append(s.Properties, Property{f.Name, property(f)})
		if f.Required {
			s.Required = append(s.Required, f.Name)
		}
	}
	for _, group := range p.Either() {
		for _, name := range group {
			s.AnyOf = append(s.AnyOf, &Schema{Required: []string{name}})
		}
	}
	return s
}

func property(f eventtypes.Field) *Schema {
	s := kind(f.Kind)
	if f.Kind == eventtypes.KindList {
		s = list(f)
	}
	s.Description, s.Personal = f.Doc, f.PII
	for _, r := range f.Rules {
		s.narrow(r)
	}
	return s
}

func (s *Schema) narrow(r eventtypes.Rule) {
	if r.Above {
		s.ExclusiveMinimum = r.Min
	} else {
		s.Minimum = r.Min
	}
	s.Maximum = r.Max
	if r.Pattern != "" {
		s.Pattern = r.Pattern
	}
}

// kind is what the reader takes. Numbers may be strings, because the values of a flat
// stream entry are strings, all of them.
func kind(k eventtypes.Kind) *Schema {
	switch k {
	case eventtypes.KindID:
		return &Schema{Type: Types{"string", "integer"}, MaxLength: 200}
	case eventtypes.KindInt:
		return &Schema{Type: Types{"integer", "string"}, Pattern: `^-?\d+$`}
	case eventtypes.KindFloat, eventtypes.KindAmount:
		return &Schema{Type: Types{"number", "string"}, Pattern: `^-?\d+(\.\d+)?$`}
	case eventtypes.KindFlag:
		return &Schema{Type: Types{"boolean", "string"}, Pattern: `^(true|false|1|0)$`}
	case eventtypes.KindTime:
		return &Schema{AnyOf: []*Schema{
			{Type: Types{"string"}, Format: "date-time"},
			{Type: Types{"integer", "string"}, Pattern: `^\d+$`, ExclusiveMinimum: new(0.0)},
		}}
	case eventtypes.KindText, eventtypes.KindList, eventtypes.KindObject:
	}
	return &Schema{Type: Types{"string"}}
}

// list is an array, or a string that holds one.
func list(f eventtypes.Field) *Schema {
	items := kind(f.Item)
	if p, ok := f.Items(); ok {
		items = object(p)
	}
	return &Schema{AnyOf: []*Schema{
		{Type: Types{"array"}, Items: items},
		{Type: Types{"string"}, ContentMediaType: "application/json"},
	}}
}
