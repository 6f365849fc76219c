// Package packed writes small records in a compact form: fields in a fixed order, texts with
// their lengths, numbers as varints, times in milliseconds. There is a record for each waiting
// job and each kept event; as JSON they would be three times as large and ten times as slow.
package packed

import (
	"encoding/binary"
	"time"
)

// Writer is a record being written.
type Writer []byte

// Text adds texts.
func (w *Writer) Text(all ...string) {
	for _, s := range all {
		*w = binary.AppendUvarint(*w, uint64(len(s)))
		*w = append(*w, s...)
	}
}

// Int adds a number.
func (w *Writer) Int(n int64) { *w = binary.AppendVarint(*w, n) }

// Time adds a time, to the millisecond.
func (w *Writer) Time(t time.Time) {
	if t.IsZero() {
		w.Int(0)
		return
	}
	w.Int(t.UnixMilli())
}

// Reader reads what a [Writer] wrote, in the same order. The first broken field spoils the
// rest, which reads as zeros.
type Reader struct {
	rest []byte
	bad  bool
}

// Read begins a record.
func Read(b []byte) *Reader { return &Reader{rest: b} }

// Text reads texts.
func (r *Reader) Text(all ...*string) {
	for _, s := range all {
		n, used := binary.Uvarint(r.rest)
		if r.bad = r.bad || used <= 0 || n > uint64(len(r.rest)-used); r.bad {
			return
		}
		*s = string(r.rest[used : used+int(n)])
		r.rest = r.rest[used+int(n):]
	}
}

// Int reads a number.
func (r *Reader) Int() int64 {
	n, used := binary.Varint(r.rest)
	if r.bad = r.bad || used <= 0; r.bad {
		return 0
	}
	r.rest = r.rest[used:]
	return n
}

// Time reads a time.
func (r *Reader) Time() time.Time {
	if ms := r.Int(); ms != 0 {
		return time.UnixMilli(ms).UTC()
	}
	return time.Time{}
}

// Rest is what has not been read. ok is false where a field was broken.
func (r *Reader) Rest() (rest []byte, ok bool) { return r.rest, !r.bad }
