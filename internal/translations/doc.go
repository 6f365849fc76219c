// Package translations takes texts to translators and back: as CSV for a spreadsheet, as PO
// for their tools. What comes back is written into the locale file line by line, so that its
// order and comments stay.
//
// Each plural form is an entry of its own: languages have different ones, and a form that
// one tool numbers another numbers otherwise.
package translations

import (
	"fmt"
	"io"

	"github.com/vondi-global/notifications/internal/render"
)

// Format is how a file of texts is written.
type Format string

// The formats.
const (
	CSV Format = "csv"
	PO  Format = "po"
)

// ParseFormat reads a format's name or a file's extension.
func ParseFormat(s string) (Format, error) {
	switch s {
	case "csv", ".csv":
		return CSV, nil
	case "po", ".po", ".pot":
		return PO, nil
	}
	return "", fmt.Errorf("format %q: want csv or po", s)
}

// Write writes the texts of a language.
func (f Format) Write(w io.Writer, locale string, texts []render.Text) error {
	if f == PO {
		return writePO(w, locale, texts)
	}
	return writeCSV(w, texts)
}

// Read reads texts: their ids, forms, sources and what is said for them.
func (f Format) Read(r io.Reader) ([]render.Text, error) {
	if f == PO {
		return readPO(r)
	}
	return readCSV(r)
}

// state says what a translator has to do.
func state(t render.Text) string {
	switch {
	case t.Said == "":
		return "missing"
	case t.Stale:
		return "stale"
	}
	return ""
}

// note helps with a plural form.
func note(t render.Text) string {
	if t.Form == "" {
		return ""
	}
	return fmt.Sprintf("plural form %q of {{.%s}}", t.Form, t.Count)
}
