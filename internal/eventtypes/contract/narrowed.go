package contract

import (
	"fmt"
	"slices"
	"strings"
)

// difference is something that one schema allows and another refuses.
type difference struct {
	at   string // the field: "items[].quantity"; empty: the whole
	what string // "type string", "another pattern"
}

// required is the difference of a field that one schema requires and the other doesn't.
const required = "required"

func (d difference) String() string { return strings.TrimPrefix(d.at+": "+d.what, ": ") }

// narrowed lists what wide allows and narrow refuses.
func narrowed(wide, narrow *Schema, at string) (list []difference) {
	say := func(what string) { list = append(list, difference{at, what}) }
	for _, name := range narrow.Required {
		if !slices.Contains(wide.Required, name) {
			list = append(list, difference{join(at, name), required})
		}
	}
	if lost := without(types(wide), types(narrow)); len(lost) > 0 {
		say("type " + strings.Join(lost, ", "))
	}
	if narrow.Enum != nil && (wide.Enum == nil || len(without(wide.Enum, narrow.Enum)) > 0) {
		say("another value")
	}
	if narrow.Const != nil && fmt.Sprint(wide.Const) != fmt.Sprint(narrow.Const) {
		say("another constant")
	}
	if otherForm(wide.Pattern, narrow.Pattern) || otherForm(wide.Format, narrow.Format) {
		say("another form")
	}
	if tighter(wide, narrow) {
		say("a value outside of the bounds")
	}
	return append(list, nested(wide, narrow, at)...)
}

// nested compares what both have inside.
func nested(wide, narrow *Schema, at string) (list []difference) {
	for _, p := range narrow.Properties {
		if old := wide.Properties.Find(p.Name); old != nil {
			list = append(list, narrowed(old, p.Schema, join(at, p.Name))...)
		}
	}
	if narrow.Items != nil && wide.Items != nil {
		list = append(list, narrowed(wide.Items, narrow.Items, at+"[]")...)
	}
	return append(list, alternatives(wide, narrow, at)...)
}

// alternatives holds every way of wide against all of narrow: one has to take it whole.
func alternatives(wide, narrow *Schema, at string) (list []difference) {
	if len(narrow.AnyOf) == 0 {
		return nil
	}
	ways := wide.AnyOf
	if len(ways) == 0 {
		ways = []*Schema{{Type: wide.Type, Pattern: wide.Pattern, Format: wide.Format, Required: wide.Required}}
	}
	for _, way := range ways {
		takes := func(s *Schema) bool { return len(narrowed(way, s, "")) == 0 }
		if !slices.ContainsFunc(narrow.AnyOf, takes) {
			list = append(list, difference{at, "one of the ways to write it"})
		}
	}
	return list
}

// types are the JSON types that a schema takes; all of them where it doesn't say.
func types(s *Schema) []string {
	if len(s.Type) > 0 {
		list := slices.Clone([]string(s.Type))
		if slices.Contains(list, "number") {
			list = append(list, "integer")
		}
		return list
	}
	var list []string
	for _, way := range s.AnyOf {
		list = append(list, types(way)...)
	}
	if len(list) == 0 {
		return []string{"object", "array", "string", "number", "integer", "boolean", "null"}
	}
	return list
}

// otherForm counts every change of a pattern: whether one takes more than another can't be
// seen from their texts.
func otherForm(wide, narrow string) bool { return narrow != "" && wide != narrow }

func tighter(wide, narrow *Schema) bool {
	return higher(wide.Minimum, narrow.Minimum) || higher(wide.ExclusiveMinimum, narrow.ExclusiveMinimum) ||
		narrow.Maximum != nil && (wide.Maximum == nil || *narrow.Maximum < *wide.Maximum) ||
		narrow.MaxLength > 0 && (wide.MaxLength == 0 || narrow.MaxLength < wide.MaxLength)
}

func higher(wide, narrow *float64) bool {
	return narrow != nil && (wide == nil || *narrow > *wide)
}

func without(list, taken []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(taken, s) })
}

func join(at, name string) string { return strings.TrimPrefix(at+"."+name, ".") }
