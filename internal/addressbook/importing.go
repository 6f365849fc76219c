package addressbook

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/vondi-global/notifications/internal/notify"
)

// Format is how people are written in a file.
type Format string

// The formats.
const (
	JSONLines Format = "jsonl" // an object in each line
	CSV       Format = "csv"   // a header, then a person in each line
)

// ParseFormat reads a format's name.
func ParseFormat(s string) (Format, error) {
	switch f := Format(strings.ToLower(strings.TrimPrefix(s, "."))); f {
	case JSONLines, CSV:
		return f, nil
	}
	return "", fmt.Errorf("format %q: want jsonl or csv", notify.Printable(s, 40))
}

const (
	importBatch = 500     // people written in one round trip
	maxLine     = 1 << 20 // bytes; a person is a thousandth of it
)

// Import merges people into the book, line by line: what a line doesn't say stays as it
// is. A bad line goes to bad with its number, and stops nothing. written counts the people
// that are in the book, also when an error of Redis or of the reader ends the import;
// importing the file again is safe.
func (b *Book) Import(ctx context.Context, r io.Reader, f Format, bad func(line int, err error)) (written int, err error) {
	var w writes
	people := 0
	flush := func() error {
		if _, err := b.commit(ctx, w); err != nil {
			return err
		}
		written += people
		w, people = writes{}, 0
		return nil
	}
	err = readRecords(r, f, func(line int, rec record, err error) error {
		if err != nil {
			bad(line, err)
			return nil
		}
		if err := b.add(&w, rec); err != nil {
			bad(line, err)
			return nil
		}
		if people++; people < importBatch {
			return nil
		}
		return flush()
	})
	return written, errors.Join(err, flush())
}

func (b *Book) add(w *writes, rec record) error {
	c, err := b.ready(rec.contact())
	if err != nil {
		return err
	}
	at := stampAt(b.now())
	w.merge(at, c)
	for _, a := range rec.Audiences {
		w.member(at, a, c.UserID, joins)
	}
	return nil
}

// readRecords gives each line to one: a checked record, or what is wrong with it. It ends
// at the end of the file, or at an error of the reader or of one.
func readRecords(r io.Reader, f Format, one func(line int, rec record, err error) error) error {
	lines := &lineReader{r: bufio.NewReaderSize(r, 64<<10)}
	parse := func(line string) (record, error) { return parseRecord([]byte(line), true) }
	if f == CSV {
		header, err := lines.next()
		if errors.Is(err, io.EOF) {
			return errors.New("header: the file is empty")
		}
		if err != nil {
			return err
		}
		table, err := parseHeader(header)
		if err != nil {
			return err
		}
		parse = table.parse
	}
	for {
		line, err := lines.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, errLongLine):
			err = one(lines.n, record{}, err)
		case err != nil:
			return err
		default:
			rec, bad := readRecord(line, parse)
			err = one(lines.n, rec, bad)
		}
		if err != nil {
			return err
		}
	}
}

func readRecord(line string, parse func(line string) (record, error)) (record, error) {
	if !utf8.ValidString(line) {
		return record{}, errNoUTF8
	}
	rec, err := parse(line)
	if err != nil {
		return record{}, err
	}
	return rec.check()
}

var (
	errLongLine = fmt.Errorf("the line is longer than %d bytes", maxLine)
	errNoUTF8   = errors.New("the line is not UTF-8: save the file as UTF-8")
)

// lineReader yields the lines that aren't empty, however long the file.
type lineReader struct {
	r *bufio.Reader
	n int // number of the line that was read last
}

// next returns the next line. After [errLongLine] it goes on behind that line.
func (l *lineReader) next() (string, error) {
	for {
		line, err := l.read()
		if l.n == 1 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf")) // the mark that spreadsheets put first
		}
		if line = bytes.TrimSpace(line); len(line) > 0 || err != nil {
			return string(line), err
		}
	}
}

func (l *lineReader) read() (line []byte, err error) {
	l.n++
	for {
		part, err := l.r.ReadSlice('\n')
		if len(line) <= maxLine {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(line) == 0, err != nil && !errors.Is(err, io.EOF):
			return nil, err
		case len(line) > maxLine:
			return nil, errLongLine
		}
		return line, nil
	}
}
