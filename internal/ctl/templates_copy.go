package ctl

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/locales"
	"github.com/vondi-global/notifications/templates"
)

func newTemplatesCopy(f *wordsFiles) *cobra.Command {
	return &cobra.Command{
		Use: "copy DIR", Short: "write the templates and locales that are built in, to begin from",
		Long:    "copy makes DIR/templates and DIR/locales. What is there already is never overwritten.",
		Example: "  notifyctl templates copy words && cd words && notifyctl templates preview",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			for name, files := range map[string]fs.FS{"templates": templates.Files, "locales": locales.Files} {
				if err := os.CopyFS(filepath.Join(args[0], name), files); err != nil {
					return err
				}
			}
			fmt.Fprintf(f.Err, "%s: templates, locales\n", args[0])
			return nil
		},
	}
}
