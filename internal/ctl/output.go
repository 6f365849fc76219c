package ctl

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// table is rows for people. Its last column may be as long as it likes.
type table struct {
	head []string
	rows [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// print writes items in the format that was asked for: t for people, items for programs.
func print[T any](s *session, items []T, t table) error {
	switch s.flags.output {
	case "table":
		return t.write(s.Out)
	case "json":
		if items == nil {
			items = []T{}
		}
		return writeJSON(s.Out, items, "  ")
	case "jsonl":
		for _, it := range items {
			if err := writeJSON(s.Out, it, ""); err != nil {
				return err
			}
		}
		return nil
	case "yaml":
		return writeYAML(s.Out, items)
	}
	return usagef("output %q: want table, json, jsonl or yaml", s.flags.output)
}

// printOne writes one thing: text makes its form for people.
func printOne(s *session, item any, text func(w io.Writer) error) error {
	switch s.flags.output {
	case "table":
		return text(s.Out)
	case "json":
		return writeJSON(s.Out, item, "  ")
	case "jsonl":
		return writeJSON(s.Out, item, "")
	case "yaml":
		return writeYAML(s.Out, item)
	}
	return usagef("output %q: want table, json, jsonl or yaml", s.flags.output)
}

func writeJSON(w io.Writer, v any, indent string) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	return enc.Encode(v)
}

// writeYAML goes through JSON, so that both have the same names.
func writeYAML(w io.Writer, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var plain any
	if err := json.Unmarshal(b, &plain); err != nil {
		return err
	}
	enc := yaml.NewEncoder(w)
	enc.SetIndent(2)
	if err := enc.Encode(plain); err != nil {
		return err
	}
	return enc.Close()
}

func (t table) write(w io.Writer) error {
	widths := make([]int, len(t.head))
	for _, row := range append([][]string{t.head}, t.rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, row := range append([][]string{t.head}, t.rows...) {
		var line strings.Builder
		for i, cell := range row {
			if i == len(row)-1 {
				line.WriteString(cell)
				break
			}
			fmt.Fprintf(&line, "%s%s", cell, strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
