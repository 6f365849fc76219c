package ctl

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/eventtypes/contract"
)

func newEventsExport(s *session) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use: "export [TYPE]", Short: "write the catalogue as AsyncAPI, JSON Schema or Markdown",
		Long: `export writes what the platform reads and publishes, made of the code that checks it:
AsyncAPI 3.0, JSON Schema 2020-12 (of one type, or an object of all by name), or Markdown.`,
		Example: "  notifyctl events export --format asyncapi > asyncapi.json\n  notifyctl events export order.confirmed --format jsonschema",
		Args:    cobra.MaximumNArgs(1), ValidArgs: typeNames(),
		RunE: func(_ *cobra.Command, args []string) error {
			b, err := exported(format, args)
			if err != nil {
				return err
			}
			_, err = s.Out.Write(b)
			return err
		},
	}
	c.Flags().StringVar(&format, "format", "asyncapi", "asyncapi, jsonschema or markdown")
	_ = c.RegisterFlagCompletionFunc("format", offer([]string{"asyncapi", "jsonschema", "markdown"})) // the flag is there
	return c
}

func exported(format string, args []string) ([]byte, error) {
	if len(args) == 1 && format != "jsonschema" {
		return nil, usagef("one type can be exported as --format jsonschema only")
	}
	switch format {
	case "asyncapi":
		return contract.AsyncAPI()
	case "markdown":
		return contract.Markdown(), nil
	case "jsonschema":
		if len(args) == 0 {
			return allSchemas()
		}
		t, err := contractType(args[0])
		if err != nil {
			return nil, err
		}
		return contract.Document(t)
	}
	return nil, usagef("--format %q: want asyncapi, jsonschema or markdown", format)
}

// contractType knows our own events, too.
func contractType(name string) (*eventtypes.Type, error) {
	for _, t := range contract.All() {
		if string(t.Name) == name {
			return t, nil
		}
	}
	return typeOf(name)
}

func allSchemas() ([]byte, error) {
	all := map[string]json.RawMessage{}
	for _, t := range contract.All() {
		doc, err := contract.Document(t)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.Name, err)
		}
		all[string(t.Name)] = doc
	}
	b, err := json.MarshalIndent(all, "", "  ")
	return append(b, '\n'), err
}
