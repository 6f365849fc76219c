package ctl

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/internal/translations"
)

func newLocalesExport(f *wordsFiles) *cobra.Command {
	var format string
	var todo bool
	c := &cobra.Command{
		Use: "export LOCALE [FILE]", Short: "write a language's texts for translators, as CSV or PO",
		Long: `Each plural form is an entry of its own. In CSV the column state says "missing" or "stale"; in
PO what is stale is fuzzy. Without a FILE they go to standard output.`,
		Example: "  notifyctl locales export ru ru.csv\n  notifyctl locales export ru ru.po --todo",
		Args:    cobra.RangeArgs(1, 2), ValidArgs: render.Locales(),
		RunE: func(_ *cobra.Command, args []string) error {
			as, err := translations.ParseFormat(cmp.Or(format, filepath.Ext(strings.Join(args[1:], "")), "csv"))
			if err != nil {
				return usageError{err}
			}
			return f.exportTexts(args[0], strings.Join(args[1:], ""), as, todo)
		},
	}
	c.Flags().StringVar(&format, "format", "", "csv or po; the file's extension says it otherwise")
	c.Flags().BoolVar(&todo, "todo", false, "only what is missing or stale")
	return c
}

func (f *wordsFiles) exportTexts(locale, file string, as translations.Format, todo bool) error {
	set, err := f.load()
	if err != nil {
		return err
	}
	if _, err := localesOf(set, []string{locale}); err != nil {
		return err
	}
	texts := set.Texts(locale)
	if todo {
		texts = slices.DeleteFunc(texts, func(t render.Text) bool { return t.Said != "" && !t.Stale })
	}
	if file == "" {
		return as.Write(f.Out, locale, texts)
	}
	var b bytes.Buffer
	if err := as.Write(&b, locale, texts); err != nil {
		return err
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}

func newLocalesImport(f *wordsFiles) *cobra.Command {
	var format string
	var dry bool
	c := &cobra.Command{
		Use: "import LOCALE FILE|-", Short: "write what translators sent back into the locale file",
		Long: `import changes the lines of the locale file and leaves the rest alone. The result is linted
first: with a new error in the language nothing is written. Messages that came back whole, made of
the English as it is now, are stamped.`,
		Example: "  notifyctl locales import ru ru.csv\n  notifyctl locales import ru ru.po --dry-run",
		Args:    cobra.ExactArgs(2), ValidArgs: render.Locales(),
		RunE: func(_ *cobra.Command, args []string) error {
			as, err := translations.ParseFormat(cmp.Or(format, filepath.Ext(args[1]), "csv"))
			if err != nil {
				return usageError{err}
			}
			in, done, err := f.input(args[1])
			if err != nil {
				return err
			}
			defer done()
			texts, err := as.Read(in)
			if err != nil {
				return fmt.Errorf("%s: %w", fileName(args[1]), err)
			}
			return f.importTexts(args[0], texts, dry)
		},
	}
	c.Flags().StringVar(&format, "format", "", "csv or po; the file's extension says it otherwise")
	c.Flags().BoolVar(&dry, "dry-run", false, "say what would change and write nothing")
	return c
}

func (f *wordsFiles) importTexts(locale string, came []render.Text, dry bool) error {
	w, err := f.watcher()
	if err != nil {
		return err
	}
	set, err := w.Load()
	if err != nil {
		return err
	}
	if _, err := localesOf(set, []string{locale}); err != nil {
		return err
	}
	if err := f.writable(); err != nil {
		return err
	}
	texts, err := known(set, locale, came)
	if err != nil {
		return err
	}
	name := locale + ".toml"
	src, err := fs.ReadFile(w.Locales, name)
	if err != nil {
		return err
	}
	words := []byte(translations.Into(string(src), texts))
	w.Locales = changedFile{w.Locales, name, words}
	after, err := f.acceptable(w, name, set)
	if err != nil {
		return err
	}
	fmt.Fprintf(f.Err, "%s: %s\n", name, plural(len(texts), "change"))
	if dry || len(texts) == 0 && len(came) == 0 {
		return nil
	}
	if err := os.WriteFile(filepath.Join(f.locales, name), words, 0o644); err != nil {
		return err
	}
	if units := unitsOf(after.Texts(locale), came); len(units) > 0 && locale != render.English {
		return f.stamp(after, locale, units...)
	}
	return nil
}

// known are the texts that differ from what the language says. A text that the English
// doesn't have stops the import: it would get lost.
func known(set *render.Set, locale string, came []render.Text) (changed []render.Text, err error) {
	have := map[[2]string]render.Text{}
	for _, t := range set.Texts(locale) {
		have[[2]string{t.ID, t.Form}] = t
	}
	for _, t := range came {
		was, ok := have[[2]string{t.ID, t.Form}]
		if !ok {
			return nil, fmt.Errorf("found %s, which the English or the language doesn't have", strings.TrimSuffix(t.ID+" "+t.Form, " "))
		}
		if t.Said != "" && t.Said != was.Said {
			t.Count = was.Count
			changed = append(changed, t)
		}
	}
	return changed, nil
}

// acceptable lints what would be written. Errors that were there before are no reason to
// refuse it: translations come in parts.
func (f *wordsFiles) acceptable(w *render.Watcher, name string, was *render.Set) (*render.Set, error) {
	set, err := w.Load()
	if err != nil {
		return nil, err
	}
	old := map[string]bool{}
	for _, x := range render.Lint(was) {
		old[x.What] = true
	}
	bad := slices.DeleteFunc(render.Errors(render.Lint(set)), func(x render.Finding) bool { return x.File != "locales/"+name || old[x.What] })
	if len(bad) == 0 {
		return set, nil
	}
	if err := f.printLint(bad); err != nil {
		return nil, err
	}
	fmt.Fprintf(f.Err, "%s: nothing was written: %s\n", name, plural(len(bad), "error"))
	return nil, errFound
}

// changedFile is a directory in which one file has other contents.
type changedFile struct {
	fs.FS
	name string
	data []byte
}

// ReadFile is fs.ReadFileFS.
func (c changedFile) ReadFile(name string) ([]byte, error) {
	if name == c.name {
		return c.data, nil
	}
	return fs.ReadFile(c.FS, name)
}
