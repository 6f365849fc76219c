package ctl

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/internal/wording"
)

func newTemplates(s *session) *cobra.Command {
	c := &cobra.Command{
		Use: "templates", Short: "the shapes of messages: look at them, check them", GroupID: "authors",
		Long: `Templates and locales are read from --templates and --locales, else from the directories that
the configuration names, else from ./templates and ./locales where you stand in the
repository, else from the program itself.`,
	}
	f := &wordsFiles{session: s}
	f.flags(c.PersistentFlags())
	c.AddCommand(newTemplatesPreview(f), newTemplatesLint(f), newTemplatesCoverage(f), newTemplatesCopy(f))
	return c
}

// wordsFiles is where an author's files are.
type wordsFiles struct {
	*session
	templates, locales string // directories; empty: those built in
}

func (f *wordsFiles) flags(set *pflag.FlagSet) {
	set.StringVar(&f.templates, "templates", "", "directory of templates")
	set.StringVar(&f.locales, "locales", "", "directory of locales")
}

// find fills in the directories that weren't named.
func (f *wordsFiles) find() (*config.Config, error) {
	cfg, err := f.settings()
	if err != nil {
		return nil, err
	}
	for _, d := range []struct {
		dir              *string
		configured, mark string
	}{
		{&f.templates, cfg.Words.Templates, "templates/email/layout.html"},
		{&f.locales, cfg.Words.Locales, "locales/" + render.English + ".toml"},
	} {
		if *d.dir == "" {
			*d.dir = d.configured
		}
		if _, err := os.Stat(d.mark); *d.dir == "" && err == nil {
			*d.dir = filepath.Dir(d.mark)
			if filepath.Base(*d.dir) == string(notify.Email) {
				*d.dir = filepath.Dir(*d.dir)
			}
		}
	}
	return cfg, nil
}

// watcher is what reads the files, as the daemon does.
func (f *wordsFiles) watcher() (*render.Watcher, error) {
	cfg, err := f.find()
	if err != nil {
		return nil, err
	}
	w := wording.Watcher(config.Words{Templates: f.templates, Locales: f.locales}, cfg.Brand)
	// The links in previews lead nowhere.
	w.Brand.Unsubscribe = func(notify.Delivery) string { return cfg.Brand.Site + "/unsubscribe/preview" }
	w.Brand.Invitation = func(notify.Contact) string { return "https://t.me/preview" }
	return w, nil
}

// load reads the files. What can't be read is the author's to mend, and said as a finding.
func (f *wordsFiles) load() (*render.Set, error) {
	w, err := f.watcher()
	if err != nil {
		return nil, err
	}
	return w.Load()
}

func newTemplatesCoverage(f *wordsFiles) *cobra.Command {
	return &cobra.Command{
		Use: "coverage", Short: "how much of the English each language says",
		Example: "  notifyctl templates coverage\n  notifyctl templates coverage -o json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			set, err := f.load()
			if err != nil {
				return err
			}
			t := table{head: []string{"LANGUAGE", "SAID", "OF", "SHARE", "MISSING", "STALE"}}
			list := set.Coverage()
			for _, c := range list {
				t.add(c.Locale, fmt.Sprint(c.Translated), fmt.Sprint(c.Texts), fmt.Sprintf("%d%%", c.Percent()), fmt.Sprint(len(c.Missing)), fmt.Sprint(len(c.Stale)))
			}
			return print(f.session, list, t)
		},
	}
}
