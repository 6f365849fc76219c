package ctl

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func newMan(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "man DIR", Short: "write the man pages into a directory", GroupID: "operators",
		Example: "  notifyctl man /usr/local/share/man/man1", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return fmt.Errorf("man: %w", err)
			}
			now := s.clock()()
			header := &doc.GenManHeader{Title: "NOTIFYCTL", Section: "1", Source: "notifyctl", Manual: "Notifications", Date: &now}
			if err := doc.GenManTree(c.Root(), header, args[0]); err != nil {
				return fmt.Errorf("man: %w", err)
			}
			return nil
		},
	}
}
