package contract_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/eventtypes/contract"
	"github.com/vondi-global/notifications/internal/notify"
)

// value reads JSON as the validator wants it.
func value(t *testing.T, data []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// document is a type's schema as it is exported.
func document(t *testing.T, typ *eventtypes.Type) any {
	t.Helper()
	b, err := contract.Document(typ)
	if err != nil {
		t.Fatal(err)
	}
	return value(t, b)
}

// compile compiles a schema, which holds it against its dialect's meta-schema.
func compile(t *testing.T, typ *eventtypes.Type) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", document(t, typ)); err != nil {
		t.Fatalf("%s: %v", typ.Name, err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatalf("%s: %v", typ.Name, err)
	}
	return s
}

func TestSchemasAreValid(t *testing.T) {
	meta, err := jsonschema.NewCompiler().Compile("https://json-schema.org/draft/2020-12/schema")
	if err != nil {
		t.Fatal(err)
	}
	for _, typ := range contract.All() {
		if err := meta.Validate(document(t, typ)); err != nil {
			t.Errorf("%s: %v", typ.Name, err)
		}
	}
}

func TestExamplesHoldAgainstTheirSchemas(t *testing.T) {
	for _, typ := range eventtypes.Catalogue() {
		s := compile(t, typ)
		for _, data := range [][]byte{typ.Payload.Example(), typ.Payload.Minimal()} {
			if err := s.Validate(value(t, data)); err != nil {
				t.Errorf("%s: %v", typ.Name, err)
			}
		}
	}
	for _, typ := range eventtypes.Outputs() {
		if err := compile(t, typ).Validate(value(t, contract.Entry(typ))); err != nil {
			t.Errorf("%s: %v", typ.Name, err)
		}
	}
}

func TestOurOwnExamplesKeepToTheirFields(t *testing.T) {
	for _, typ := range eventtypes.Outputs() {
		var entry map[string]string // flat, all values strings
		if err := json.Unmarshal(contract.Entry(typ), &entry); err != nil {
			t.Fatalf("%s: %v", typ.Name, err)
		}
		for name := range entry {
			if contract.ForType(typ).Properties.Find(name) == nil {
				t.Errorf("%s: no field %s", typ.Name, name)
			}
		}
	}
}

// TestSchemasAndCheckAgree breaks each example in one place at a time: what the schema
// refuses, Check refuses, and what the schema takes, Check takes.
func TestSchemasAndCheckAgree(t *testing.T) {
	wrong := []string{`{}`, `[7]`, `"words"`, `"12"`, `-3`, `1.5`, `true`, `"https://vondi.rs/a"`, `"2025-12-25T10:00:00Z"`, `"[]"`, `[{}]`}
	for _, typ := range eventtypes.Catalogue() {
		s := compile(t, typ)
		for _, f := range typ.Payload.Fields() {
			for _, v := range append(wrong, "") {
				data := replaced(t, typ.Payload.Example(), f.Name, v)
				_, err := eventtypes.Check(&notify.Event{Type: string(typ.Name), Data: data})
				refused := s.Validate(value(t, data))
				if refused == nil && err != nil && !inAString(f, v) {
					t.Errorf("%s %s=%s: the schema takes what Check refuses: %v", typ.Name, f.Name, v, err)
				}
				if refused != nil && err == nil && !lenient(f, v) {
					t.Errorf("%s %s=%s: Check takes what the schema refuses: %v", typ.Name, f.Name, v, refused)
				}
			}
		}
	}
}

// inAString says whether the value is one that a schema can't look into: bounds of a
// number, or a list, in a string; and an https link as exactly as net/url knows it.
func inAString(f eventtypes.Field, v string) bool {
	return v[0] == '"' && f.Kind != eventtypes.KindText
}

// lenient says whether Check reads more than producers are told to write: bare values for
// text, a number's other spellings for a time.
func lenient(f eventtypes.Field, v string) bool {
	if f.Kind == eventtypes.KindText {
		return v == `-3` || v == `1.5` || v == `true`
	}
	return f.Kind == eventtypes.KindTime && v == `1.5`
}

// replaced is an object with one member changed, or taken away where v is empty.
func replaced(t *testing.T, object []byte, name, v string) []byte {
	t.Helper()
	var m map[string]json.RawMessage
	if err := json.Unmarshal(object, &m); err != nil {
		t.Fatal(err)
	}
	if delete(m, name); v != "" {
		m[name] = json.RawMessage(v)
	}
	return marshal(t, m)
}

// asyncAPISchema is the official schema of AsyncAPI 3.0.0.
func asyncAPISchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	data, err := os.ReadFile("testdata/asyncapi-3.0.0.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("http://asyncapi.com/definitions/3.0.0/asyncapi.json", value(t, data)); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("http://asyncapi.com/definitions/3.0.0/asyncapi.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAsyncAPIDocumentIsValid(t *testing.T) {
	schema := asyncAPISchema(t)
	doc, err := contract.AsyncAPI()
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(value(t, doc)); err != nil {
		t.Error(err)
	}
	broken := bytes.Replace(doc, []byte(`"action": "receive"`), []byte(`"action": "listen"`), 1)
	if schema.Validate(value(t, broken)) == nil {
		t.Error("the validator takes an action that there is not")
	}
}

// TestAsyncAPIReferencesLeadSomewhere follows every $ref of the document.
func TestAsyncAPIReferencesLeadSomewhere(t *testing.T) {
	doc, err := contract.AsyncAPI()
	if err != nil {
		t.Fatal(err)
	}
	var root map[string]any
	if err := json.Unmarshal(doc, &root); err != nil {
		t.Fatal(err)
	}
	n := 0
	walk(root, func(ref string) {
		n++
		if !leads(root, ref) {
			t.Errorf("%s leads nowhere", ref)
		}
	})
	if n < 3*len(eventtypes.Catalogue()) {
		t.Errorf("only %d references", n)
	}
}

// TestAsyncAPIMessagesHoldTheirExamples validates each message's example against its
// payload's schema inside the document.
func TestAsyncAPIMessagesHoldTheirExamples(t *testing.T) {
	doc, err := contract.AsyncAPI()
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("doc.json", value(t, doc)); err != nil {
		t.Fatal(err)
	}
	for _, typ := range contract.All() {
		s, err := c.Compile("doc.json#/components/messages/" + string(typ.Name) + "/payload")
		if err != nil {
			t.Fatalf("%s: %v", typ.Name, err)
		}
		if err := s.Validate(value(t, contract.Entry(typ))); err != nil {
			t.Errorf("%s: %v", typ.Name, err)
		}
		if s.Validate(value(t, replaced(t, contract.Entry(typ), "type", `"order.lost"`))) == nil {
			t.Errorf("%s: another type's entry passes", typ.Name)
		}
	}
}
