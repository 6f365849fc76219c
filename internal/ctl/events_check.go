package ctl

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/eventtypes"
)

func newEventsCheck(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "check FILE|-", Short: "check events against the catalogue before they are published",
		Long: `check reads one JSON object, an array of them, or JSON Lines, in any of the shapes that the
daemon reads: flat, enveloped, a stream entry with the whole in one field, or a CloudEvent.
It names the line, the field, what was there and what would be right. Personal values are
never shown.`,
		Example: "  notifyctl events check order.json\n  producer --print | notifyctl events check -",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			list, findings, err := s.readEvents(args[0])
			if err != nil {
				return err
			}
			if err := s.printFindings(args[0], findings); err != nil {
				return err
			}
			if len(findings) > 0 {
				return errFound
			}
			fmt.Fprintf(s.Err, "%s: %s, nothing wrong\n", fileName(args[0]), plural(len(list), "event"))
			return nil
		},
	}
}

// findingView is a finding as the command shows it.
type findingView struct {
	File  string `json:"file"`
	Line  int    `json:"line"`
	Event int    `json:"event"`
	Type  string `json:"type,omitempty"`
	Field string `json:"field,omitempty"`
	Found string `json:"found,omitempty"`
	Want  string `json:"want"`
}

func (s *session) printFindings(file string, findings []eventtypes.Finding) error {
	if s.flags.output == "table" {
		writeFindings(s.Out, file, findings)
		return nil
	}
	var views []findingView
	for _, f := range findings {
		views = append(views, findingView{fileName(file), f.Line, f.Event, f.Type, f.Field, f.Found, f.Want})
	}
	return print(s, views, table{})
}
