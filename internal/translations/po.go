package translations

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/vondi-global/notifications/internal/render"
)

// A PO entry's context is the id, behind "|" the plural form.

func writePO(w io.Writer, locale string, texts []render.Text) error {
	var b strings.Builder
	fmt.Fprintf(&b, "msgid \"\"\nmsgstr \"\"\n\"Language: %s\\n\"\n\"MIME-Version: 1.0\\n\"\n\"Content-Type: text/plain; charset=UTF-8\\n\"\n\"Content-Transfer-Encoding: 8bit\\n\"\n",
		strings.ReplaceAll(locale, "-", "_"))
	for _, t := range texts {
		b.WriteString("\n")
		if n := note(t); n != "" {
			fmt.Fprintf(&b, "#. %s\n", n)
		}
		if t.Stale && t.Said != "" {
			b.WriteString("#, fuzzy\n")
		}
		context := t.ID
		if t.Form != "" {
			context += "|" + t.Form
		}
		fmt.Fprintf(&b, "msgctxt %s\nmsgid %s\nmsgstr %s\n", quoted(context), quoted(t.Source), quoted(t.Said))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// poReader takes a PO file apart, line by line.
type poReader struct {
	texts  []render.Text
	fields map[string]string
	last   string // the field that a line of text alone goes on with
	fuzzy  bool
}

func readPO(r io.Reader) ([]render.Text, error) {
	p := &poReader{fields: map[string]string{}}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), byteOrderMark))
		if err := p.line(line); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	p.end()
	return p.texts, lines.Err()
}

func (p *poReader) line(line string) error {
	switch {
	case line == "":
		p.end()
		return nil
	case strings.HasPrefix(line, "#"):
		p.fuzzy = p.fuzzy || strings.HasPrefix(line, "#,") && strings.Contains(line, "fuzzy")
		return nil
	case strings.HasPrefix(line, `"`):
		return p.add(p.last, line)
	}
	name, text, ok := strings.Cut(line, " ")
	if !ok || name != "msgctxt" && name != "msgid" && name != "msgstr" {
		return fmt.Errorf("found %q, want msgctxt, msgid or msgstr with a text: plural forms are entries of their own here", name)
	}
	if _, twice := p.fields[name]; twice {
		p.end()
	}
	p.last = name
	return p.add(name, strings.TrimSpace(text))
}

func (p *poReader) add(name, text string) error {
	s, ok := unquoted(text)
	if !ok || name == "" {
		return fmt.Errorf("found a text that isn't in quotes, want \"…\"")
	}
	p.fields[name] += s
	return nil
}

// end finishes an entry. The header has no context. A fuzzy entry is one that nobody has
// looked over yet: it counts as missing.
func (p *poReader) end() {
	if id, form, _ := strings.Cut(p.fields["msgctxt"], "|"); id != "" {
		t := render.Text{ID: id, Form: form, Source: p.fields["msgid"], Said: p.fields["msgstr"]}
		if p.fuzzy {
			t.Said = ""
		}
		p.texts = append(p.texts, t)
	}
	p.fields, p.last, p.fuzzy = map[string]string{}, "", false
}

var (
	escapes   = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`)
	unescapes = strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\n`, "\n", `\t`, "\t")
)

// quoted writes a text as PO and TOML both have it.
func quoted(s string) string { return `"` + escapes.Replace(s) + `"` }

func unquoted(s string) (string, bool) {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return "", false
	}
	return unescapes.Replace(s[1 : len(s)-1]), true
}
