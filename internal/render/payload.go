package render

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// payload reads a decoded payload by the names of its fields. Only what a message says is
// read: making a map of everything costs more than the message.
type payload struct {
	typ    *eventtypes.Type
	event  notify.Event
	fields map[string]int
	value  reflect.Value
	loose  map[string]any // what [eventtypes.Type.Values] says, where the message needs more than the type knows
}

// shapes are the places of payload fields by name, for each type.
type shapes map[*eventtypes.Type]map[string]int

func readShapes() shapes {
	all := shapes{}
	for _, t := range eventtypes.Catalogue() {
		typ := reflect.TypeOf(t.Payload.New()).Elem()
		fields := make(map[string]int, typ.NumField())
		for i := range typ.NumField() {
			name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			fields[name] = i
		}
		all[t] = fields
	}
	return all
}

func (s shapes) read(t *eventtypes.Type, e notify.Event, loose bool) payload {
	p := payload{typ: t, event: e, fields: s[t], value: reflect.ValueOf(e.Payload).Elem()}
	if loose {
		p.loose = t.Values(e)
	}
	return p
}

// text returns a field as it came, "" where it is absent or no single text.
func (p payload) text(name string) string {
	if i, ok := p.fields[name]; ok {
		if v := p.value.Field(i); v.Kind() == reflect.String {
			return v.String()
		}
		return ""
	}
	s, _ := p.loose[name].(string)
	return s
}

// extra returns a text that producers may send with any event, whether its type knows the
// field or not; "" where this one has none.
func (p payload) extra(name string) string {
	if _, ok := p.fields[name]; ok || !bytes.Contains(p.event.Data, []byte(`"`+name+`"`)) {
		return p.text(name)
	}
	switch v := p.typ.Values(p.event)[name].(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// integer returns a whole number; ok is false where the payload has no such field.
func (p payload) integer(name string) (n int64, ok bool) {
	i, ok := p.fields[name]
	if !ok || !p.value.Field(i).CanInt() {
		return 0, false
	}
	return p.value.Field(i).Int(), true
}

// time returns a moment; ok is false where it is absent.
func (p payload) time(name string) (at time.Time, ok bool) {
	i, ok := p.fields[name]
	if !ok {
		return at, false
	}
	t, ok := p.value.Field(i).Interface().(eventtypes.Time)
	return t.Time, ok && !t.IsZero()
}

// any returns a field with its type.
func (p payload) any(name string) any {
	if i, ok := p.fields[name]; ok {
		return p.value.Field(i).Interface()
	}
	return p.loose[name]
}
