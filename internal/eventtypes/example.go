package eventtypes

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// Example is a payload with every field, made of the example tags.
func (p Payload) Example() json.RawMessage {
	return p.compose(func(int) bool { return true })
}

// Minimal is a payload with no more than the required fields, and the first field of each
// group of which one is required.
func (p Payload) Minimal() json.RawMessage {
	needed := map[int]bool{}
	for _, g := range p.either {
		needed[g.fields[0]] = true
	}
	return p.compose(func(i int) bool { return p.fields[i].Required || needed[i] })
}

func (p Payload) compose(with func(i int) bool) json.RawMessage {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, f := range p.fields {
		if !with(i) {
			continue
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.Quote(f.Name) + ":")
		b.Write(f.ExampleJSON())
	}
	b.WriteByte('}')
	return b.Bytes()
}

// ExampleJSON is the field's example as JSON: ids of digits, numbers and lists stand as
// they are, the rest as strings.
func (f Field) ExampleJSON() json.RawMessage {
	switch f.Kind {
	case KindInt, KindFloat, KindAmount, KindFlag, KindList, KindObject:
		return json.RawMessage(f.Example)
	case KindID:
		if _, err := strconv.ParseUint(f.Example, 10, 53); err == nil {
			return json.RawMessage(f.Example)
		}
	case KindText, KindTime:
	}
	b, _ := json.Marshal(f.Example) // a string always marshals
	return b
}
