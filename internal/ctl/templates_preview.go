package ctl

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/vondi-global/notifications/internal/preview"
	"github.com/vondi-global/notifications/internal/render"
)

func newTemplatesPreview(f *wordsFiles) *cobra.Command {
	var addr, export, only string
	c := &cobra.Command{
		Use: "preview", Short: "look at every message in a browser, while you write",
		Long: `preview opens a page on this machine with every message of the catalogue: by every channel, in
every language, of samples that you may change. The page follows the files as you save them,
and shows the lint's findings beside each message.

--export writes the same pages into a directory, for a pull request.`,
		Example: "  notifyctl templates preview\n  notifyctl templates preview --templates templates --locales locales --addr 127.0.0.1:8090\n  notifyctl templates preview --export gallery --only order.shipped",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if export != "" {
				return f.export(export, only)
			}
			return f.preview(c.Context(), addr)
		},
	}
	c.Flags().StringVar(&addr, "addr", "127.0.0.1:0", "address to listen on, of this machine")
	c.Flags().StringVar(&export, "export", "", "write the pages into a directory instead")
	c.Flags().StringVar(&only, "only", "", "with --export: messages whose name has this in it")
	return c
}

// gallery reads the files for the preview: errors in them are what it is to show.
func (f *wordsFiles) gallery() (*preview.Gallery, *render.Watcher, error) {
	w, err := f.watcher()
	if err != nil {
		return nil, nil, err
	}
	set, err := w.Load()
	if err != nil {
		return nil, nil, err
	}
	w.Renderer, w.Anyway = render.New(set), true
	return preview.New(w.Renderer), w, nil
}

func (f *wordsFiles) export(dir, only string) error {
	g, _, err := f.gallery()
	if err != nil {
		return err
	}
	n, err := g.Export(dir, only)
	if err != nil {
		return err
	}
	fmt.Fprintf(f.Err, "%s: %s; begin with index.html\n", dir, plural(n, "message"))
	return nil
}

func (f *wordsFiles) preview(ctx context.Context, addr string) error {
	l, err := preview.Listen(addr)
	if err != nil {
		return usageError{err}
	}
	g, w, err := f.gallery()
	if err != nil {
		return errors.Join(err, l.Close())
	}
	fmt.Fprintf(f.Out, "http://%s/\n", l.Addr())
	fmt.Fprintln(f.Err, f.sources()+"\nCtrl-C ends it.")
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return w.Run(ctx) })
	group.Go(func() error { return preview.Serve(ctx, l, g) })
	return group.Wait()
}

// sources says whose files are shown, and whether saving them is seen.
func (f *wordsFiles) sources() string {
	if f.templates == "" && f.locales == "" {
		return "These are the templates and locales that are built in. To see your own: --templates and --locales."
	}
	name := func(dir string) string {
		if dir == "" {
			return "built in"
		}
		return dir
	}
	return fmt.Sprintf("Templates: %s. Locales: %s. The page follows them as you save.", name(f.templates), name(f.locales))
}
