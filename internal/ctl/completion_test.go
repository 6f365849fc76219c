package ctl

import (
	"testing"

	"github.com/spf13/cobra"
)

// TestEveryCommandHelps holds each command to what --help promises: what it is for, in one
// line, and examples that begin with the program's name.
func TestEveryCommandHelps(t *testing.T) {
	root := newRoot(&session{})
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			if sub.Name() == "completion" || sub.Name() == "help" { // cobra's own
				continue
			}
			path := sub.CommandPath()
			if sub.Short == "" {
				t.Errorf("%s: no Short", path)
			}
			if !sub.HasSubCommands() && sub.Example == "" {
				t.Errorf("%s: no Example", path)
			}
			if c == root && sub.GroupID == "" {
				t.Errorf("%s: no group", path)
			}
			walk(sub)
		}
	}
	walk(root)
}
