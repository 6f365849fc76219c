package ctl

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vondi-global/notifications/internal/addressbook"
	"github.com/vondi-global/notifications/internal/notify"
)

func newContactsImport(s *session) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use: "import FILE|-", Short: "merge people from a CSV or JSON Lines file into the address book",
		Long: `What a line doesn't say stays as it is. A bad line is reported with its number and the rest
goes on; the exit code is 1 then. Importing a file again is safe.

JSON Lines: {"user_id":"890","name":"Ana","email":"ana@example.com","phone":"+381601234567",
"telegram_chat_id":"555","push_tokens":[{"token":"…","platform":"android"}],"locale":"sr",
"timezone":"Europe/Belgrade","audiences":["role:admin"]}
CSV: the same names in the first line.`,
		Example: "  notifyctl contacts import people.csv\n  zcat people.jsonl.gz | notifyctl contacts import - --format jsonl",
		Args:    cobra.ExactArgs(1),
	}
	yes := yesFlag(c)
	c.Flags().StringVar(&format, "format", "", "csv or jsonl; the file's extension says it otherwise")
	c.RunE = func(c *cobra.Command, args []string) error {
		f, err := addressbook.ParseFormat(cmp.Or(format, filepath.Ext(args[0]), "jsonl"))
		if err != nil {
			return usageError{err}
		}
		in, done, err := s.input(args[0])
		if err != nil {
			return err
		}
		defer done()
		p, err := s.platform(c.Context())
		if err != nil {
			return err
		}
		if err := s.askProtected("Import "+args[0], *yes); err != nil {
			return err
		}
		return s.importPeople(c.Context(), p, in, args[0], f)
	}
	return c
}

func (s *session) importPeople(ctx context.Context, p *platform, in io.Reader, name string, f addressbook.Format) error {
	bad := 0
	n, err := p.book.Import(ctx, in, f, func(line int, err error) {
		bad++
		fmt.Fprintf(s.Err, "%s:%d: %s\n", fileName(name), line, strings.ReplaceAll(err.Error(), "\n", "; "))
	})
	fmt.Fprintf(s.Err, "%s imported, %s\n", people(n), plural(bad, "bad line"))
	if err == nil && bad > 0 {
		return errFound
	}
	return err
}

func people(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}

// input opens a file that a command reads; - is standard input.
func (s *session) input(name string) (in io.Reader, done func(), err error) {
	if name == "-" {
		return s.In, func() {}, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, usageError{err}
	}
	return f, func() { _ = f.Close() }, nil // it was only read
}

// fileName is a file's name in messages.
func fileName(name string) string {
	if name == "-" {
		return "stdin"
	}
	return name
}

func newContactsExport(s *session) *cobra.Command {
	var format, reason string
	var reveal bool
	c := &cobra.Command{
		Use: "export [PERSON]", Short: "write everybody, or all about one person, as contacts import reads it",
		Long: `Names and addresses are masked. An export that is to be imported again, or given to the person,
needs --reveal; the log keeps who made it. JSON Lines carry all that is known; CSV leaves out
verifications, bans, preferences and dead addresses.`,
		Example: "  notifyctl contacts export --reveal --reason backup > people.jsonl\n  notifyctl contacts export 890 --reveal --reason 'the person asked'",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			f, err := addressbook.ParseFormat(format)
			if err != nil {
				return usageError{err}
			}
			return s.export(c.Context(), args, f, reveal, reason)
		},
	}
	c.Flags().StringVar(&format, "format", "jsonl", "csv or jsonl")
	c.Flags().BoolVar(&reveal, "reveal", false, "write addresses whole; the log keeps who did")
	c.Flags().StringVar(&reason, "reason", "", "why, for the log")
	return c
}

func (s *session) export(ctx context.Context, args []string, f addressbook.Format, reveal bool, reason string) error {
	p, err := s.platform(ctx)
	if err != nil {
		return err
	}
	seen := notify.Delivery{Message: "contacts export"}
	if len(args) > 0 {
		if seen.To.UserID, err = s.person(ctx, p, args[0], false); err != nil {
			return err
		}
	}
	if reveal {
		if err := s.recordReveal(ctx, p, []notify.Delivery{seen}, reason); err != nil {
			return err
		}
	}
	if len(args) > 0 {
		return p.book.ExportPerson(ctx, s.Out, seen.To.UserID, reveal)
	}
	n, err := p.book.Export(ctx, s.Out, f, reveal)
	fmt.Fprintf(s.Err, "%s exported\n", people(n))
	return err
}
