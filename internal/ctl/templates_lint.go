package ctl

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/render"
)

func newTemplatesLint(f *wordsFiles) *cobra.Command {
	return &cobra.Command{
		Use: "lint", Short: "make every message in every language, and say what is wrong",
		Long: `lint makes every message of the catalogue, for every audience, by every channel, in every
language, of four samples. It says "file:line: what is wrong, and what would be right" and
exits with 1 where something is. Remarks, which stop nothing, don't count.`,
		Example: "  notifyctl templates lint\n  notifyctl templates lint --templates templates --locales locales --json",
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return f.lint() },
	}
}

func (f *wordsFiles) lint() error {
	w, err := f.watcher()
	if err != nil {
		return err
	}
	var list []render.Finding
	version := ""
	if set, err := w.Load(); err != nil {
		list = []render.Finding{{File: "templates and locales", What: err.Error()}}
	} else {
		list, version = render.Lint(set), set.Version()
	}
	if err := f.printLint(list); err != nil {
		return err
	}
	bad := len(render.Errors(list))
	if bad > 0 {
		fmt.Fprintf(f.Err, "%s, %s\n", plural(bad, "error"), plural(len(list)-bad, "remark"))
		return errFound
	}
	fmt.Fprintf(f.Err, "version %s: nothing wrong, %s\n", version, plural(len(list), "remark"))
	return nil
}

// printLint writes findings the way editors read them.
func (f *wordsFiles) printLint(list []render.Finding) error {
	if f.session.flags.output != "table" {
		return print(f.session, list, table{})
	}
	for _, x := range list {
		kind := f.paint(red, "error")
		if x.Mild {
			kind = f.paint(yellow, "remark")
		}
		fmt.Fprintf(f.Out, "%s (%s)\n", x, kind)
	}
	return nil
}
