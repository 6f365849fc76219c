package ctl

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/internal/translations"
)

// lockFile is where stamps are kept.
const lockFile = "source.lock"

func newLocalesStamp(f *wordsFiles) *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use: "stamp LOCALE [MESSAGE…]", Short: "say that translations fit the English as it is now",
		Long:    "stamp writes source.lock. A message is what stands in brackets in the locale file, without its part: order.created, order.created.seller, common, values.",
		Example: "  notifyctl locales stamp ru order.shipped order.delivered\n  notifyctl locales stamp sr-Cyrl --all",
		Args:    cobra.MinimumNArgs(1), ValidArgs: render.Locales(),
	}
	c.Flags().BoolVar(&all, "all", false, "all messages of the language")
	c.RunE = func(_ *cobra.Command, args []string) error {
		set, err := f.load()
		if err != nil {
			return err
		}
		if all == (len(args) > 1) {
			return usagef("say which messages you have looked over, or --all")
		}
		if _, err := localesOf(set, args[:1]); err != nil {
			return err
		}
		if err := knownUnits(set, args[0], args[1:]); err != nil {
			return err
		}
		return f.stamp(set, args[0], args[1:]...)
	}
	return c
}

func knownUnits(set *render.Set, locale string, units []string) error {
	texts := set.Texts(locale)
	for _, u := range units {
		if !slices.ContainsFunc(texts, func(t render.Text) bool { return t.Unit() == u }) {
			return usagef("message %q: want one of %s", u, filepath.Join("locales", render.English+".toml"))
		}
	}
	return nil
}

// stamp writes the lock. No units are all.
func (f *wordsFiles) stamp(set *render.Set, locale string, units ...string) error {
	if err := f.writable(); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(f.locales, lockFile), set.Stamp(locale, units...), 0o644)
}

func (f *wordsFiles) writable() error {
	if f.locales == "" {
		return usagef("the locales that are built in can't be changed: say where yours are with --locales")
	}
	return nil
}

func newLocalesPseudo(f *wordsFiles) *cobra.Command {
	var out string
	c := &cobra.Command{
		Use: "pseudo", Short: "write the pseudo-language: English that shows what isn't translated, and what is cut",
		Long: `pseudo writes an en.toml in which each text has accents, brackets and a third more length. In
a preview of it, words without brackets stand in a template instead of a locale, and a text
without its last bracket was cut.`,
		Example: "  notifyctl locales pseudo --out /tmp/pseudo && notifyctl templates preview --locales /tmp/pseudo",
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return f.pseudo(out) },
	}
	c.Flags().StringVar(&out, "out", "", "directory to write en.toml into; standard output otherwise")
	return c
}

func (f *wordsFiles) pseudo(dir string) error {
	set, err := f.load()
	if err != nil {
		return err
	}
	words := translations.Into("# The pseudo-language. Made by notifyctl locales pseudo.\n", translations.PseudoTexts(set.Texts(render.English)))
	if dir == "" {
		_, err := fmt.Fprint(f.Out, words)
		return err
	}
	if f.locales != "" && sameDir(dir, f.locales) {
		return usagef("%s has the English: want another directory", dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, render.English+".toml"), []byte(words), 0o644)
}

func sameDir(a, b string) bool {
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(x, y)
}

// unitsOf lists the messages whose texts are all among these.
func unitsOf(all, some []render.Text) (units []string) {
	partly := map[string]bool{}
	for _, t := range all {
		if t.Said != "" && !slices.ContainsFunc(some, func(s render.Text) bool { return s.ID == t.ID && s.Form == t.Form && s.Source == t.Source }) {
			partly[t.Unit()] = true
		}
	}
	for _, t := range some {
		if !partly[t.Unit()] && !slices.Contains(units, t.Unit()) {
			units = append(units, t.Unit())
		}
	}
	slices.SortFunc(units, strings.Compare)
	return units
}
