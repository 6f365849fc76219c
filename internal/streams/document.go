package streams

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
)

// document is a JSON object whose values are not looked into before they are needed.
type document map[string]json.RawMessage

// wholes are the names of a single field that may hold the whole event.
var wholes = []string{"data", "event", "payload", "message", "body"}

// headFields belong to the envelope, not to the payload.
var headFields = []string{
	"type", "timestamp", "version", "payload", "event_id", "traceparent", "tracestate",
	"channels", "priority", "metadata", "specversion", "datacontenttype", "data_base64",
}

// open finds the document in an entry's fields: the fields themselves where one of them is
// the type, else the JSON in one of them.
func open(values map[string]any) (document, error) {
	if len(values) == 0 {
		return nil, unreadable(ReasonNoFields, "the entry has no fields")
	}
	if s, _ := values["type"].(string); strings.TrimSpace(s) != "" {
		return flat(values), nil
	}
	for _, name := range wholes {
		s, _ := values[name].(string)
		if strings.TrimSpace(s) == "" {
			continue
		}
		doc, err := object(json.RawMessage(s))
		if err != nil {
			return nil, unreadable(ReasonBrokenJSON, "field %s: want a JSON object: %s", name, fault(err))
		}
		outer := flat(values)
		delete(outer, name)
		doc.fill(outer)
		return doc, nil
	}
	return flat(values), nil
}

// flat takes fields as they are: all values are strings.
func flat(values map[string]any) document {
	d := make(document, len(values))
	for k, v := range values {
		s, _ := v.(string)
		d[k] = quote(s)
	}
	return d
}

// object reads a JSON object, also one that was encoded as a string, twice at most.
func object(raw json.RawMessage) (document, error) {
	var err error
	for range 3 {
		var d document
		if err = json.Unmarshal(raw, &d); err == nil && d != nil {
			return d, nil
		}
		var s string
		if json.Unmarshal(raw, &s) != nil {
			break
		}
		raw = json.RawMessage(s)
	}
	return nil, err
}

// fault is what encoding/json has to say, which never quotes more than a character.
func fault(err error) string {
	if s, ok := errors.AsType[*json.SyntaxError](err); ok {
		return s.Error()
	}
	return "it is something else"
}

// split parts the envelope from the payload. A flat document is both at once.
func (d document) split() (head, payload document, err error) {
	if raw, ok := d["data_base64"]; ok && d.cloud() {
		return d.splitBase64(raw)
	}
	for _, name := range []string{"payload", "data"} {
		raw, ok := d[name]
		if !ok {
			continue
		}
		payload, err := object(raw)
		switch {
		case err == nil:
			payload.fill(d.without(append(d.cloudFields(), "id", name)))
			return d, payload, nil
		case looksJSON(raw):
			return nil, nil, unreadable(ReasonBrokenJSON, "field %s: want a JSON object: %s", name, fault(err))
		}
	}
	return d, d, nil
}

func (d document) splitBase64(raw json.RawMessage) (head, payload document, err error) {
	decoded, err := base64.StdEncoding.DecodeString(text(raw))
	if err != nil {
		return nil, nil, unreadable(ReasonBrokenJSON, "field data_base64: want base64")
	}
	if payload, err = object(decoded); err != nil {
		return nil, nil, unreadable(ReasonBrokenJSON, "field data_base64: want a JSON object: %s", fault(err))
	}
	return d, payload, nil
}

// cloud says whether the document is a CloudEvent (CloudEvents 1.0, section "REQUIRED
// Attributes").
func (d document) cloud() bool { return d.text("specversion") != "" }

// cloudFields are attributes that a CloudEvent adds to those of the passport's envelope.
func (d document) cloudFields() []string {
	if !d.cloud() {
		return nil
	}
	return []string{"source", "subject", "time", "dataschema"}
}

// looksJSON says whether a value, or the string in it, means to be an object or a list.
func looksJSON(raw json.RawMessage) bool {
	s := strings.TrimSpace(text(raw))
	if s == "" {
		s = strings.TrimSpace(string(raw))
	}
	return strings.HasPrefix(s, "{") || strings.HasPrefix(s, "[")
}

// text is a scalar as text: a string's content, a number or boolean as written; else
// nothing.
func (d document) text(name string) string { return strings.TrimSpace(text(d[name])) }

func text(raw json.RawMessage) string {
	if len(raw) == 0 || raw[0] == '{' || raw[0] == '[' || string(raw) == "null" {
		return ""
	}
	if raw[0] != '"' {
		return string(raw)
	}
	if inner := string(raw[1 : len(raw)-1]); isPlain(inner) {
		return inner
	}
	var s string
	_ = json.Unmarshal(raw, &s) // it is valid: it stood in a valid document
	return s
}

// fill adds what d doesn't have.
func (d document) fill(more document) {
	for k, v := range more {
		if _, ok := d[k]; !ok {
			d[k] = v
		}
	}
}

// without is d less some fields.
func (d document) without(names []string) document {
	rest := maps.Clone(d)
	for _, n := range names {
		delete(rest, n)
	}
	return rest
}

// json writes the document, its fields in order. Each value is valid as it stands.
func (d document) json() json.RawMessage {
	names := slices.Sorted(maps.Keys(d))
	size := 2
	for _, n := range names {
		size += len(n) + len(d[n]) + len(`"":,`)
	}
	b := append(make([]byte, 0, size), '{')
	for i, n := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, quote(n)...), ':')
		b = append(b, d[n]...)
	}
	return append(b, '}')
}

// quote is a string as JSON. Invalid UTF-8 becomes U+FFFD.
func quote(s string) json.RawMessage {
	if isPlain(s) {
		return json.RawMessage(`"` + s + `"`)
	}
	b, _ := json.Marshal(s) // a string never fails
	return b
}

// isPlain says whether a string stands in JSON as it is: most of what producers write does.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
