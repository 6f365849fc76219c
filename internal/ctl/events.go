package ctl

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

func newEvents(s *session) *cobra.Command {
	c := &cobra.Command{Use: "events", Short: "the catalogue: what types there are, what they carry, who is told", GroupID: "authors"}
	c.AddCommand(newEventsList(s), newEventsShow(s))
	return c
}

func newEventsList(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "list [WORD]", Short: "list the types, or those whose name has a word in it",
		Example: "  notifyctl events list\n  notifyctl events list parcel -o json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			word := strings.Join(args, "")
			t := table{head: []string{"TYPE", "PRIORITY", "LIFE", "TOLD"}}
			var items []typeView
			for _, typ := range eventtypes.Catalogue() {
				if !strings.Contains(string(typ.Name), word) {
					continue
				}
				v := viewOf(typ)
				items = append(items, v)
				t.add(v.Name, v.Priority, v.Life, v.told())
			}
			if len(items) == 0 {
				return fmt.Errorf("no type has %q in its name; notifyctl events list shows all", word)
			}
			return print(s, items, t)
		},
	}
}

func newEventsShow(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "show TYPE", Short: "show a type: payload, rules, audience, an example",
		Example: "  notifyctl events show order.confirmed",
		Args:    cobra.ExactArgs(1), ValidArgs: typeNames(),
		RunE: func(_ *cobra.Command, args []string) error {
			if _, err := eventtypes.Check(&notify.Event{Type: args[0], Payload: struct{}{}}); err != nil {
				return usageError{err}
			}
			typ, _ := eventtypes.Lookup(args[0])
			v := viewOf(typ)
			return printOne(s, v, v.write)
		},
	}
}

func typeNames() []string {
	var list []string
	for _, t := range eventtypes.Catalogue() {
		list = append(list, string(t.Name))
	}
	return list
}

// typeView is a type as the command shows it.
type typeView struct {
	Name     string          `json:"name"`
	About    string          `json:"about"`
	Stream   string          `json:"stream"`
	Priority string          `json:"priority"`
	Life     string          `json:"life"`
	Told     []toldView      `json:"told"`
	Fields   []fieldView     `json:"fields"`
	Example  json.RawMessage `json:"example"`
}

type toldView struct {
	Role      string           `json:"role"`
	Channels  []notify.Channel `json:"channels"`
	Mandatory []notify.Channel `json:"mandatory,omitempty"`
}

type fieldView struct {
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Required bool   `json:"required"`
	Personal string `json:"personal,omitempty"`
	About    string `json:"about"`
}

func viewOf(t *eventtypes.Type) typeView {
	v := typeView{
		Name: string(t.Name), About: t.About, Stream: t.Stream, Priority: string(t.Priority),
		Life: duration(t.Life), Example: t.Payload.Example(),
	}
	if t.LifeFrom != nil {
		v.Life = "from payload"
	}
	for _, told := range t.Told {
		v.Told = append(v.Told, toldView{string(told.Role), told.Channels, told.Mandatory})
	}
	for _, f := range t.Payload.Fields() {
		v.Fields = append(v.Fields, fieldView{f.Name, string(f.Kind), f.Required, f.PII, f.Doc})
	}
	return v
}

func (v typeView) told() string {
	if len(v.Told) == 0 {
		return "nobody"
	}
	parts := make([]string, len(v.Told))
	for i, t := range v.Told {
		parts[i] = t.Role + ": " + join(t.Channels)
	}
	return strings.Join(parts, " · ")
}

func join(channels []notify.Channel) string {
	parts := make([]string, len(channels))
	for i, c := range channels {
		parts[i] = string(c)
	}
	return strings.Join(parts, ", ")
}

func (v typeView) write(w io.Writer) error {
	fmt.Fprintf(w, "%s: %s\n\n", v.Name, v.About)
	fmt.Fprintf(w, "Stream    %s\nPriority  %s\nLife      %s\nTold      %s\n\n", v.Stream, v.Priority, v.Life, v.told())
	t := table{head: []string{"FIELD", "KIND", "NEEDED", "ABOUT"}}
	for _, f := range v.Fields {
		needed, about := "", f.About
		if f.Required {
			needed = "yes"
		}
		if f.Personal != "" {
			about += " (hidden where shown: " + f.Personal + ")"
		}
		t.add(f.Name, f.Kind, needed, about)
	}
	if err := t.write(w); err != nil {
		return err
	}
	fmt.Fprint(w, "\nExample:\n")
	return writeJSON(w, v.Example, "  ")
}
