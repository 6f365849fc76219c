package jobs

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

// A payload is a version, flags, and fields in a fixed order: strings with their lengths,
// times in milliseconds. It is about a third of the same in JSON, and Redis holds it once
// for each waiting job. The delivery's id is the job's, and its lane the queue's name.
const payloadVersion = 1

const (
	flagGuest = 1 << iota
	flagMandatory
	flagOther
	flagUnless
)

var (
	errVersion = errors.New("payload of another version")
	errPayload = errors.New("broken payload")
)

type writer []byte

func (w *writer) text(all ...string) {
	for _, s := range all {
		*w = binary.AppendUvarint(*w, uint64(len(s)))
		*w = append(*w, s...)
	}
}

func (w *writer) int(n int64) { *w = binary.AppendVarint(*w, n) }

func (w *writer) time(t time.Time) {
	if t.IsZero() {
		w.int(0)
		return
	}
	w.int(t.UnixMilli())
}

// reader reads what a [writer] wrote; the first broken field spoils the rest.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) text(all ...*string) {
	for _, s := range all {
		n, used := binary.Uvarint(r.b)
		if r.bad = r.bad || used <= 0 || n > uint64(len(r.b)-used); r.bad {
			return
		}
		*s = string(r.b[used : used+int(n)])
		r.b = r.b[used+int(n):]
	}
}

func (r *reader) int() int64 {
	n, used := binary.Varint(r.b)
	if r.bad = r.bad || used <= 0; r.bad {
		return 0
	}
	r.b = r.b[used:]
	return n
}

func (r *reader) time() time.Time {
	if ms := r.int(); ms != 0 {
		return time.UnixMilli(ms).UTC()
	}
	return time.Time{}
}

// open checks the version and gives the flags.
func open(b []byte) (*reader, byte, error) {
	if len(b) < 2 {
		return nil, 0, errPayload
	}
	if b[0] != payloadVersion {
		return nil, 0, fmt.Errorf("%w: %d", errVersion, b[0])
	}
	return &reader{b: b[2:]}, b[1], nil
}

func (r *reader) end() error {
	if r.bad || len(r.b) > 0 {
		return errPayload
	}
	return nil
}

func encodeDelivery(d notify.Delivery) ([]byte, error) {
	var flags byte
	var other string
	if d.To.Guest {
		flags |= flagGuest
	}
	if d.Mandatory {
		flags |= flagMandatory
	}
	if d.To.Other != nil {
		b, err := json.Marshal(d.To.Other)
		if err != nil {
			return nil, err
		}
		flags, other = flags|flagOther, string(b)
	}
	if len(d.Unless) > 0 {
		flags |= flagUnless
	}
	w := append(make(writer, 0, 256), payloadVersion, flags)
	e := d.Event
	w.text(e.ID, e.Type, e.Source.Source, e.Source.Stream, e.Source.Entry)
	w.time(e.Time)
	w.text(d.To.UserID, d.To.Role, d.Device, d.Message, d.Locale, d.Topic, d.ResendOf, d.Actor, d.Note, other)
	w.time(d.Expires)
	if len(d.Unless) > 0 {
		w.text(strings.Join(d.Unless, " "))
	}
	return w, nil
}

// decodeDelivery reads a delivery whose event has its id, type, time and position only.
func decodeDelivery(id, queue string, payload []byte) (notify.Delivery, error) {
	d := notify.Delivery{ID: id}
	d.Channel, d.Priority, _ = Lane(queue)
	r, flags, err := open(payload)
	if err != nil {
		return d, err
	}
	e, other := &d.Event, ""
	r.text(&e.ID, &e.Type, &e.Source.Source, &e.Source.Stream, &e.Source.Entry)
	e.Time = r.time()
	r.text(&d.To.UserID, &d.To.Role, &d.Device, &d.Message, &d.Locale, &d.Topic, &d.ResendOf, &d.Actor, &d.Note, &other)
	d.Expires = r.time()
	d.To.Guest, d.Mandatory = flags&flagGuest != 0, flags&flagMandatory != 0
	if flags&flagOther != 0 && json.Unmarshal([]byte(other), &d.To.Other) != nil {
		return d, errPayload
	}
	if flags&flagUnless != 0 {
		var unless string
		r.text(&unless)
		d.Unless = strings.Fields(unless)
	}
	return d, r.end()
}

func encodeResume(eventID string, step int) []byte {
	w := writer{payloadVersion, 0}
	w.text(eventID)
	w.int(int64(step))
	return w
}

func decodeResume(payload []byte) (eventID string, step int, err error) {
	r, _, err := open(payload)
	if err != nil {
		return "", 0, err
	}
	r.text(&eventID)
	step = int(r.int())
	return eventID, step, r.end()
}

func encodeBroadcast(b notify.Broadcast) []byte {
	w := writer{payloadVersion, 0}
	w.text(b.ID, b.Event.ID, b.Event.Type, b.Role, b.Audience)
	w.time(b.Event.Time)
	w.int(b.Size)
	return w
}

func decodeBroadcast(payload []byte) (b notify.Broadcast, err error) {
	r, _, err := open(payload)
	if err != nil {
		return b, err
	}
	r.text(&b.ID, &b.Event.ID, &b.Event.Type, &b.Role, &b.Audience)
	b.Event.Time = r.time()
	b.Size = r.int()
	return b, r.end()
}
