package ctl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/render"
)

func newLocales(s *session) *cobra.Command {
	c := &cobra.Command{
		Use: "locales", Short: "the words of messages: what is missing or old, to translators and back", GroupID: "authors",
		Long: `English is the source of all other languages. source.lock, beside the locale files, remembers of
which English each translation was made; stamp says that somebody has looked them over.`,
	}
	f := &wordsFiles{session: s}
	f.flags(c.PersistentFlags())
	c.AddCommand(newLocalesMissing(f), newLocalesStale(f), newLocalesStamp(f), newLocalesExport(f), newLocalesImport(f), newLocalesPseudo(f))
	return c
}

// textView is a text as the commands show it.
type textView struct {
	Locale string `json:"locale"`
	ID     string `json:"id"`
	Form   string `json:"form,omitempty"`
	Source string `json:"source"`
	Text   string `json:"text,omitempty"`
}

func newLocalesMissing(f *wordsFiles) *cobra.Command {
	return f.listing(&cobra.Command{
		Use: "missing [LOCALE…]", Short: "list the texts and plural forms that a language lacks",
		Long: "missing exits with 1 where a language lacks something.", Example: "  notifyctl locales missing\n  notifyctl locales missing ru -o json",
	}, func(t render.Text) bool { return t.Said == "" })
}

func newLocalesStale(f *wordsFiles) *cobra.Command {
	return f.listing(&cobra.Command{
		Use: "stale [LOCALE…]", Short: "list the texts that were made of an older English",
		Long: "stale exits with 1 where a language has some. Once they are looked over: notifyctl locales stamp.", Example: "  notifyctl locales stale ru",
	}, func(t render.Text) bool { return t.Stale })
}

// listing is a command that lists texts of which something is true.
func (f *wordsFiles) listing(c *cobra.Command, wanted func(render.Text) bool) *cobra.Command {
	c.ValidArgs = render.Locales()
	c.RunE = func(_ *cobra.Command, args []string) error {
		set, err := f.load()
		if err != nil {
			return err
		}
		tags, err := localesOf(set, args)
		if err != nil {
			return err
		}
		var views []textView
		t := table{head: []string{"LOCALE", "ID", "ENGLISH"}}
		for _, tag := range tags {
			for _, x := range set.Texts(tag) {
				if wanted(x) {
					views = append(views, textView{tag, x.ID, x.Form, x.Source, x.Said})
					t.add(tag, strings.TrimSuffix(x.ID+"."+x.Form, "."), x.Source)
				}
			}
		}
		if len(views) == 0 && f.session.flags.output == "table" {
			fmt.Fprintf(f.Err, "%s: none\n", strings.Join(tags, ", "))
			return nil
		}
		if err := print(f.session, views, t); err != nil || len(views) == 0 {
			return err
		}
		return errFound
	}
	return c
}

// localesOf are the languages that were named, else all but the source.
func localesOf(set *render.Set, args []string) ([]string, error) {
	known := set.Locales()
	for _, tag := range args {
		if !slices.Contains(known, tag) {
			return nil, usagef("locale %q: want one of %s", tag, strings.Join(known, ", "))
		}
	}
	if len(args) > 0 {
		return args, nil
	}
	return slices.DeleteFunc(known, func(tag string) bool { return tag == render.English }), nil
}
