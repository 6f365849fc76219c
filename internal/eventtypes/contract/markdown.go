package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/vondi-global/notifications/internal/eventtypes"
)

const preface = `# Events

<!-- Generated from internal/eventtypes. Don't edit: run "go test ./internal/eventtypes/contract -update". -->

Every event type that the platform reads, what it carries and who is told; below them, what the platform publishes
itself. The same as JSON Schema or AsyncAPI: ` + "`notifyctl events export --format jsonschema|asyncapi`" + `. To try an event without
sending anything: ` + "`notifyctl explain FILE`" + `.

## How an entry may look

These three are the same event:

` + "```" + `
XADD listings:events:orders * type order.cancelled order_id 12345 reason "out of stock" timestamp 1734825600
XADD listings:events:orders * type order.cancelled timestamp 1734825600 version 1.0 payload '{"order_id":12345,"reason":"out of stock"}'
XADD listings:events:orders * data '{"type":"order.cancelled","order_id":12345,"reason":"out of stock","timestamp":1734825600}'
` + "```" + `

A type is known by its ` + "`type`" + `, not by its stream: any stream named ` + "`*:events:*`, `*:events` or `*.events`" + ` will do. Numbers may be
strings, ids numbers or strings, lists JSON in a string; times are RFC 3339, Unix seconds or milliseconds. An empty string is
as good as nothing. Fields that a type doesn't know reach the templates. CloudEvents 1.0 are read as well. A payload that breaks
a rule goes to the dead letters, with the field, what was there and what would be right.

Beside its payload every event may carry:

`

const legend = `
## All types

**Life**: after that long, counted from the entry's own time, a message is no longer worth sending. **Bold** channels are mandatory: no
preference and no quiet hours hold them back. A type that tells nobody is checked, learnt from and counted, and an operator can
give it an audience in the configuration. Whom a payload doesn't name is found through what earlier events told: the order's buyer,
the listing's storefront, the parcel's recipient.

`

// Markdown is docs/events.md.
func Markdown() []byte {
	var b bytes.Buffer
	b.WriteString(preface)
	b.WriteString("| field | meaning |\n|---|---|\n")
	for _, p := range envelope().Properties {
		fmt.Fprintf(&b, "| `%s` | %s |\n", p.Name, p.Schema.Description)
	}
	b.WriteString(legend)
	overview(&b)
	for _, t := range eventtypes.Catalogue() {
		section(&b, t)
	}
	b.WriteString("\n## What the platform publishes\n\nFlat entries, as in the examples: all values are strings on the stream, and empty fields are left out.\n")
	log, rest := outputs()
	logs(&b, log)
	for _, t := range rest {
		section(&b, t)
	}
	return b.Bytes()
}

// overview is a table of all types, parted by category.
func overview(b *bytes.Buffer) {
	b.WriteString("| type | told | priority | life |\n|---|---|---|---|\n")
	for _, t := range eventtypes.Catalogue() {
		fmt.Fprintf(b, "| [`%s`](#%s) | %s | %s | %s |\n", t.Name, anchor(t.Name), audiences(t), t.Priority, t.Lasts())
	}
}

// anchor is what GitHub makes of a heading.
func anchor(name eventtypes.EventType) string {
	return strings.ReplaceAll(string(name), ".", "")
}

func audiences(t *eventtypes.Type) string {
	if len(t.Told) == 0 {
		return "nobody"
	}
	parts := make([]string, len(t.Told))
	for i, a := range t.Told {
		parts[i] = audience(a)
	}
	return strings.Join(parts, " · ")
}

func audience(a eventtypes.Told) string {
	channels := make([]string, len(a.Channels))
	for i, c := range a.Channels {
		if channels[i] = string(c); slices.Contains(a.Mandatory, c) {
			channels[i] = "**" + channels[i] + "**"
		}
	}
	s := strings.ReplaceAll(string(a.Role), "_", " ") + ": " + strings.Join(channels, ", ")
	if f := a.Fallback; f.Channel != "" {
		s += fmt.Sprintf("; %s only where no %s was sent within %.0f s", f.Channel, f.Instead[0], f.After.Seconds())
	}
	if a.When != "" {
		s += ", only when " + a.When
	}
	return s
}

func section(b *bytes.Buffer, t *eventtypes.Type) {
	fmt.Fprintf(b, "\n### %s\n\n%s Stream `%s`.", t.Name, t.About, t.Stream)
	if len(t.Supersedes) > 0 {
		fmt.Fprintf(b, " Makes pointless what still waits of %s about the same `%s`.", quoted(t.Supersedes), t.Entity)
	}
	b.WriteString("\n\n")
	fields(b, t.Payload, "")
	fmt.Fprintf(b, "\n```json\n%s\n```\n", pretty(Entry(t)))
}

func quoted(types []eventtypes.EventType) string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = "`" + string(t) + "`"
	}
	return strings.Join(names, ", ")
}

func fields(b *bytes.Buffer, p eventtypes.Payload, under string) {
	if under == "" {
		b.WriteString("| field | kind | needed | meaning |\n|---|---|---|---|\n")
	}
	for _, f := range p.Fields() {
		fmt.Fprintf(b, "| `%s%s` | %s | %s | %s |\n", under, f.Name, kindText(f), need(p, f), meaning(f))
		if items, ok := f.Items(); ok {
			fields(b, items, f.Name+"[].")
		}
	}
}

func kindText(f eventtypes.Field) string {
	switch {
	case f.Item == eventtypes.KindObject:
		return "list"
	case f.Kind == eventtypes.KindList:
		return "list of " + string(f.Item)
	}
	return string(f.Kind)
}

func need(p eventtypes.Payload, f eventtypes.Field) string {
	if f.Required {
		return "yes"
	}
	for _, group := range p.Either() {
		if slices.Contains(group, f.Name) {
			return "one of " + strings.Join(group, ", ")
		}
	}
	return ""
}

func meaning(f eventtypes.Field) string {
	s := f.Doc
	for _, r := range f.Rules {
		s += "; " + strings.TrimPrefix(r.Want, "want ")
	}
	if f.PII != "" {
		s += " (personal: " + f.PII + ")"
	}
	return s
}

func pretty(raw json.RawMessage) string {
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		return string(raw)
	}
	return b.String()
}

// outputs parts the types of the delivery log, which are alike, from the others.
func outputs() (log, rest []*eventtypes.Type) {
	for _, t := range eventtypes.Outputs() {
		if t.Name.Category() == "notification" {
			log = append(log, t)
		} else {
			rest = append(rest, t)
		}
	}
	return log, rest
}

// logs shows the types of the delivery log with their one set of fields.
func logs(b *bytes.Buffer, types []*eventtypes.Type) {
	fmt.Fprintf(b, "\n### The delivery log\n\nStream `%s`: one entry for every outcome.\n\n| type | meaning |\n|---|---|\n", types[0].Stream)
	for _, t := range types {
		fmt.Fprintf(b, "| `%s` | %s |\n", t.Name, t.About)
	}
	b.WriteString("\n")
	fields(b, types[0].Payload, "")
	fmt.Fprintf(b, "\n```json\n%s\n```\n", pretty(Entry(types[0])))
}
