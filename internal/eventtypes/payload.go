package eventtypes

import (
	"fmt"
	"reflect"
	"slices"
)

// Payload is the shape of a type's payload: a struct whose tags say everything.
//
//	OrderID ID     `json:"order_id" example:"12345"`                  required
//	Reason  Text   `json:"reason,omitempty" example:"sold out"`       optional
//	Code    Text   `json:"pickup_code" example:"123456" pii:"secret"` never printed
//	Total   Amount `json:"total_amount,omitempty" check:"positive"`   with a rule
//	Email   Text   `json:"email,omitempty" either:"invitee"`          at least one of the group is required
//	UserID  ID     `json:"user_id" doc:"who watches the listing"`     means something else than elsewhere
//
// Rules (check, comma-separated) stand in rules.go, what fields mean in glossary.go. pii is
// email, phone, name, address or secret: such fields are masked wherever an event is shown.
type Payload struct {
	typ    reflect.Type
	fields []Field
	byName map[string]int
	either []group
}

// group is fields of which a payload needs at least one.
type group struct {
	name   string
	fields []int
}

// of describes the payload struct T. Its mistakes are the catalogue's, so they panic, and
// the catalogue's test sees them.
func of[T any]() Payload { return shape(reflect.TypeFor[T]()) }

func shape(t reflect.Type) Payload {
	p := Payload{typ: t, byName: map[string]int{}}
	for i := range t.NumField() {
		f := describe(t.Field(i))
		if _, twice := p.byName[f.Name]; twice {
			panic(fmt.Sprintf("eventtypes: %s has two fields %s", t.Name(), f.Name))
		}
		p.byName[f.Name] = i
		p.fields = append(p.fields, f)
		p.group(f.Either, i)
	}
	return p
}

func (p *Payload) group(name string, field int) {
	if name == "" {
		return
	}
	i := slices.IndexFunc(p.either, func(g group) bool { return g.name == name })
	if i < 0 {
		p.either = append(p.either, group{name: name})
		i = len(p.either) - 1
	}
	p.either[i].fields = append(p.either[i].fields, field)
}

// Fields lists the payload's fields in their order.
func (p Payload) Fields() []Field { return slices.Clone(p.fields) }

// Either lists the groups of fields of which at least one is required.
func (p Payload) Either() [][]string {
	var groups [][]string
	for _, g := range p.either {
		groups = append(groups, p.names(g))
	}
	return groups
}

func (p Payload) names(g group) []string {
	names := make([]string, len(g.fields))
	for i, f := range g.fields {
		names[i] = p.fields[f].Name
	}
	return names
}

// Has says whether the payload has the field. A type whose payload has a user_id of its
// own doesn't read it as the producer's wish to tell that person alone.
func (p Payload) Has(name string) bool { _, ok := p.byName[name]; return ok }

// PII says what kind of personal value a field is: email, phone, name, address or secret;
// empty where it is none.
func (p Payload) PII(name string) string {
	if i, ok := p.byName[name]; ok {
		return p.fields[i].PII
	}
	return ""
}

// New returns a pointer to an empty payload struct.
func (p Payload) New() any { return reflect.New(p.typ).Interface() }

// Text returns a field of a decoded payload as text; empty where it is absent or the
// payload has no such field.
func (p Payload) Text(payload any, name string) string {
	i, ok := p.byName[name]
	if !ok || payload == nil {
		return ""
	}
	switch v := reflect.ValueOf(payload).Elem().Field(i).Interface().(type) {
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
