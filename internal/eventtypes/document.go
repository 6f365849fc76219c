package eventtypes

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/vondi-global/notifications/internal/notify"
)

// maxDocument bounds what CheckDocument reads: 64 MiB are a hundred thousand events.
const maxDocument = 64 << 20

// Finding is something wrong in a document, and where.
type Finding struct {
	Line  int    // of the document, from 1, where the event begins
	Event int    // which event of the document, from 1
	Type  string // of the event; empty where it could not be read
	Violation
}

func (f Finding) String() string {
	at := fmt.Sprintf("line %d: ", f.Line)
	if f.Type != "" {
		at += notify.Printable(f.Type, 80) + ": "
	}
	if f.Found == "" {
		return at + f.Want
	}
	return at + f.Violation.String()
}

// CheckDocument checks a document of events: one JSON object, an array of them, or JSON
// Lines. Decode reads one entry, in any of the shapes that producers use. It returns how
// many events there were and everything that is wrong with them; what can't be read is a
// finding, too, and doesn't stop the rest. The error is the reader's.
func CheckDocument(r io.Reader, decode func(entry json.RawMessage) (notify.Event, error)) (n int, findings []Finding, err error) {
	data, err := io.ReadAll(io.LimitReader(r, maxDocument+1))
	if err != nil {
		return 0, nil, err
	}
	if len(data) > maxDocument {
		return 0, nil, fmt.Errorf("the document is larger than %d MiB: check it in parts", maxDocument>>20)
	}
	line, last := 1, 0
	for at, entry := range entries(data) {
		line += bytes.Count(data[last:at], []byte("\n"))
		last = at
		n++
		f := Finding{Line: line, Event: n}
		findings = append(findings, f.of(entry, decode)...)
	}
	return n, findings, nil
}

// of are the findings of one entry; f says where it is. An entry that is no JSON is nil.
func (f Finding) of(entry json.RawMessage, decode func(json.RawMessage) (notify.Event, error)) []Finding {
	if entry == nil {
		f.Want = "not JSON: want an object, an array of objects, or an object a line"
		return []Finding{f}
	}
	e, err := decode(entry)
	if err != nil {
		f.Want = err.Error()
		return []Finding{f}
	}
	f.Type = e.Type
	_, err = Check(&e)
	if bad, ok := errors.AsType[*InvalidPayload](err); ok {
		return f.each(bad.Violations)
	}
	if err != nil {
		f.Type, f.Want = "", err.Error()
		return []Finding{f}
	}
	return nil
}

func (f Finding) each(violations []Violation) []Finding {
	list := make([]Finding, len(violations))
	for i, v := range violations {
		list[i] = f
		list[i].Violation = v
	}
	return list
}

// entries yields the entries of a document with the offsets at which they begin. What is
// no JSON is yielded as nil, and reading goes on with the next line.
func entries(data []byte) iter.Seq2[int, json.RawMessage] {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) && json.Valid(data) {
		return array(data)
	}
	return func(yield func(int, json.RawMessage) bool) {
		for at := skipSpace(data, 0); at < len(data); {
			entry, end := next(data, at)
			if !yield(at, entry) {
				return
			}
			at = skipSpace(data, end)
		}
	}
}

func array(data []byte) iter.Seq2[int, json.RawMessage] {
	return func(yield func(int, json.RawMessage) bool) {
		for _, entry := range elements(data) {
			if !yield(cap(data)-cap(entry), entry) { // an element is a part of data
				return
			}
		}
	}
}

func skipSpace(data []byte, at int) int {
	return len(data) - len(bytes.TrimLeft(data[at:], " \t\r\n"))
}

// next reads the JSON value that begins at an offset; nil where it is none.
func next(data []byte, at int) (entry json.RawMessage, end int) {
	d := json.NewDecoder(bytes.NewReader(data[at:]))
	if d.Decode(&entry) == nil {
		return entry, at + int(d.InputOffset())
	}
	line := bytes.IndexByte(data[at:], '\n')
	if line < 0 {
		return nil, len(data)
	}
	return nil, at + line
}
