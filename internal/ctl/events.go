package ctl

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

func newEvents(s *session) *cobra.Command {
	c := &cobra.Command{Use: "events", Short: "the catalogue: what types there are, what they carry, who is told", GroupID: "authors"}
	c.AddCommand(newEventsList(s), newEventsShow(s), newEventsCheck(s), newEventsExport(s))
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
			typ, err := typeOf(args[0])
			if err != nil {
				return err
			}
			v := viewOf(typ)
			return printOne(s, v, v.write)
		},
	}
}

// typeOf finds a type by its name, or says which one may have been meant.
func typeOf(name string) (*eventtypes.Type, error) {
	if t, ok := eventtypes.Lookup(name); ok {
		return t, nil
	}
	_, err := eventtypes.Check(&notify.Event{Type: name})
	return nil, usageError{err}
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
	Either   [][]string      `json:"either,omitempty"` // groups of which one is needed
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

	Rules []string `json:"rules,omitempty"`
}

func wants(f eventtypes.Field) []string {
	var list []string
	for _, r := range f.Rules {
		list = append(list, r.Want)
	}
	return list
}

func viewOf(t *eventtypes.Type) typeView {
	v := typeView{
		Name: string(t.Name), About: t.About, Stream: t.Stream, Priority: string(t.Priority),
		Life: t.Lasts(), Either: t.Payload.Either(), Example: t.Payload.Example(),
	}
	for _, told := range t.Told {
		v.Told = append(v.Told, toldView{string(told.Role), told.Channels, told.Mandatory})
	}
	for _, f := range t.Payload.Fields() {
		v.Fields = append(v.Fields, fieldView{f.Name, string(f.Kind), f.Required, f.PII, f.Doc, wants(f)})
	}
	return v
}

func inGroup(groups [][]string, name string) bool {
	return slices.ContainsFunc(groups, func(g []string) bool { return slices.Contains(g, name) })
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

func join[T ~string](channels []T) string {
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
		needed, about := sign(f.Required, "yes"), f.About
		if inGroup(v.Either, f.Name) {
			needed = "one of"
		}
		for _, want := range f.Rules {
			about += "; " + want
		}
		if f.Personal != "" {
			about += " (hidden where shown: " + f.Personal + ")"
		}
		t.add(f.Name, f.Kind, needed, about)
	}
	if err := t.write(w); err != nil {
		return err
	}
	for _, group := range v.Either {
		fmt.Fprintf(w, "\nNeeded: %s\n", strings.Join(group, " or "))
	}
	fmt.Fprint(w, "\nExample:\n")
	return writeJSON(w, v.Example, "  ")
}
