package translations

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/vondi-global/notifications/internal/render"
)

// columns are those of the CSV file. Others, and another order, are the translator's affair.
func columns() []string { return []string{"id", "form", "source", "text", "state", "note"} }

func writeCSV(w io.Writer, texts []render.Text) error {
	out := csv.NewWriter(w)
	if err := out.Write(columns()); err != nil {
		return err
	}
	for _, t := range texts {
		if err := out.Write([]string{t.ID, t.Form, t.Source, t.Said, state(t), note(t)}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// byteOrderMark stands in front of what Excel saves as UTF-8.
const byteOrderMark = "\ufeff"

func readCSV(r io.Reader) (texts []render.Text, err error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord = -1
	head, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("line 1: found no line of columns, want %s", strings.Join(columns(), ","))
	}
	head[0] = strings.TrimPrefix(head[0], byteOrderMark)
	for _, name := range []string{"id", "source", "text"} {
		if !slices.Contains(head, name) {
			return nil, fmt.Errorf("line 1: found no column %q, want %s", name, strings.Join(columns(), ","))
		}
	}
	for {
		record, err := in.Read()
		if err == io.EOF {
			return texts, nil
		}
		if err != nil {
			return nil, err // it names the line
		}
		cell := func(name string) string {
			if i := slices.Index(head, name); i >= 0 && i < len(record) {
				return record[i]
			}
			return ""
		}
		texts = append(texts, render.Text{ID: cell("id"), Form: cell("form"), Source: cell("source"), Said: cell("text")})
	}
}
