package eventtypes

import (
	"bytes"
	"encoding/json"
	"reflect"

	"github.com/vondi-global/notifications/internal/notify"
)

// Values are what templates see of an event: every field of the payload by its JSON name.
// Fields of the type are typed ([ID], [Text], [Int], [Float], [Amount], [Time], [Flag] or a
// [List] of them); absent ones are there with their zero value, absent times as nil, so
// that a template can ask for them. Fields that the type doesn't know come as JSON has
// them, numbers as [json.Number]. The producer's metadata stands under "metadata".
func (t *Type) Values(e notify.Event) map[string]any {
	values := make(map[string]any, len(t.Payload.fields)+4)
	payload := e.Payload
	if isObject(e.Data) {
		for key, value := range members(e.Data) {
			if !t.Payload.Has(string(key)) {
				values[string(key)] = loose(value)
			}
		}
		if payload == nil {
			payload, _ = t.Payload.decode(e.Data)
		}
	}
	t.Payload.typed(values, payload)
	if metadata, ok := loose(e.Wishes.Metadata).(map[string]any); ok {
		values["metadata"] = metadata
	}
	return values
}

func (p Payload) typed(values map[string]any, payload any) {
	if payload == nil {
		payload = p.New()
	}
	v := reflect.ValueOf(payload).Elem()
	for i, f := range p.fields {
		value := v.Field(i).Interface()
		if at, ok := value.(Time); ok && at.IsZero() {
			value = nil // templates take every struct for true
		}
		values[f.Name] = value
	}
}

// loose decodes JSON of no known shape; nil where it is none. A string that holds an
// object is that object: flat entries can't carry it in any other way.
func loose(raw json.RawMessage) any {
	if len(raw) > 1 && raw[0] == '"' {
		if inner := unquote(raw); isObject(inner) {
			raw = inner
		}
	}
	var v any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return nil
	}
	return v
}
