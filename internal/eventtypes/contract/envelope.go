package contract

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/vondi-global/notifications/internal/eventtypes"
)

// isOutput says whether we publish the type ourselves.
func isOutput(t *eventtypes.Type) bool { return strings.HasPrefix(t.Stream, "notifications:") }

// All are the types that are read and those that we publish.
func All() []*eventtypes.Type { return slices.Concat(eventtypes.Catalogue(), eventtypes.Outputs()) }

func timestamp() Property {
	s := kind(eventtypes.KindTime)
	s.Description = "when it happened: Unix seconds, milliseconds or RFC 3339; the entry's own time where it is absent"
	return Property{"timestamp", s}
}

func version() Property {
	return Property{"version", &Schema{Type: Types{"string"}, Description: "version of the envelope: 1.0"}}
}

// envelope is what every event may carry beside its payload (passport, sections 10.1 and
// 10.5).
func envelope() *Schema {
	text := func(about string) *Schema { return &Schema{Type: Types{"string"}, Description: about} }
	return &Schema{
		Title: "Envelope", Description: "What every event may carry beside its payload.", Type: Types{"object"},
		Properties: Properties{
			{"type", text("name of the event type")},
			timestamp(),
			version(),
			{"event_id", &Schema{Type: Types{"string", "integer"}, Description: "the producer's own id: published twice, it is told once"}},
			{"traceparent", text("W3C trace context")},
			{"user_id", &Schema{Type: Types{"string", "integer"}, Description: "tell this person, alone"}},
			{"channels", &Schema{Type: Types{"array", "string"}, Items: &Schema{Enum: []string{"email", "telegram", "sms", "push"}}, Description: "instead of the type's channels"}},
			{"locale", text("language, instead of the person's own")},
			{"priority", &Schema{Enum: []string{"high", "normal", "low"}, Description: "instead of the type's priority"}},
			{"metadata", &Schema{Type: Types{"object", "string"}, Description: "reaches the templates"}},
		},
		Required: []string{"type", "payload"},
	}
}

// enveloped is the whole entry of a type that is read.
func enveloped(t *eventtypes.Type) *Schema {
	return &Schema{AllOf: []*Schema{
		{Ref: "#/components/schemas/Envelope"},
		{Properties: Properties{
			{"type", &Schema{Const: t.Name}},
			{"payload", &Schema{Ref: "#/components/schemas/" + string(t.Name)}},
		}},
	}}
}

// flatten puts the envelope's fields beside those of the payload, as our own entries have
// them.
func (s *Schema) flatten(t *eventtypes.Type) {
	s.Properties = append(Properties{{"type", &Schema{Const: t.Name}}, timestamp(), version()}, s.Properties...)
	s.Required = append([]string{"type", "timestamp", "version"}, s.Required...)
	s.Examples = []json.RawMessage{Entry(t)}
}

// Entry is an example of a whole entry as JSON: enveloped, with the passport's timestamp;
// or as it stands in our own streams.
func Entry(t *eventtypes.Type) json.RawMessage {
	if isOutput(t) {
		return logged(t)
	}
	return json.RawMessage(`{"type":"` + string(t.Name) + `","timestamp":1734825600,"version":"1.0","payload":` + string(t.Payload.Example()) + `}`)
}
