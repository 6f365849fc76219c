package eventtypes

import (
	"fmt"
	"reflect"
	"strings"
)

// Field is one field of a payload.
type Field struct {
	Name     string
	Doc      string // what it means
	Kind     Kind
	Item     Kind // of a list: what it holds
	Required bool
	Either   string // group of which at least one is required
	Rules    []Rule
	PII      string // email, phone, name, address, secret; empty: not personal
	Example  string // as it stands in the tag; see [Payload.Example]

	item *Payload // of a list of objects: their shape
}

// Kind is how a field's value is written.
type Kind string

// The kinds of fields.
const (
	KindID     Kind = "id"
	KindText   Kind = "text"
	KindInt    Kind = "integer"
	KindFloat  Kind = "number"
	KindAmount Kind = "amount"
	KindTime   Kind = "time"
	KindFlag   Kind = "flag"
	KindList   Kind = "list"
	KindObject Kind = "object" // only inside a list
)

// Items is the shape of a list's objects; ok is false where the field is no such list.
func (f Field) Items() (p Payload, ok bool) {
	if f.item == nil {
		return Payload{}, false
	}
	return *f.item, true
}

func describe(sf reflect.StructField) Field {
	name, opts, _ := strings.Cut(sf.Tag.Get("json"), ",")
	if name == "" {
		panic(fmt.Sprintf("eventtypes: %s has no json tag", sf.Name))
	}
	f := Field{
		Name: name, Kind: kindOf(sf.Type), Required: opts == "",
		Doc: sf.Tag.Get("doc"), PII: sf.Tag.Get("pii"), Example: sf.Tag.Get("example"),
		Either: sf.Tag.Get("either"), Rules: parseRules(sf.Tag.Get("check")),
	}
	if f.Doc == "" {
		f.Doc = glossary[name]
	}
	if f.Kind == KindList {
		f.Item = kindOf(sf.Type.Elem())
	}
	if f.Item == KindObject {
		p := shape(sf.Type.Elem())
		f.item = &p
	}
	return f
}

func kindOf(t reflect.Type) Kind {
	switch t {
	case reflect.TypeFor[ID]():
		return KindID
	case reflect.TypeFor[Text]():
		return KindText
	case reflect.TypeFor[Int]():
		return KindInt
	case reflect.TypeFor[Float]():
		return KindFloat
	case reflect.TypeFor[Amount]():
		return KindAmount
	case reflect.TypeFor[Time]():
		return KindTime
	case reflect.TypeFor[Flag]():
		return KindFlag
	}
	if t.Kind() == reflect.Slice {
		return KindList
	}
	if t.Kind() == reflect.Struct {
		return KindObject
	}
	panic(fmt.Sprintf("eventtypes: a payload field can't be a %s", t))
}
