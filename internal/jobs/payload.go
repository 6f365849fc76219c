package jobs

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/packed"
)

// A payload is a version, flags, and a packed record. Redis holds it once for each waiting
// job. The delivery's id is the job's, and its lane the queue's name.
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

// open checks the version and gives the flags.
func open(b []byte) (*packed.Reader, byte, error) {
	if len(b) < 2 {
		return nil, 0, errPayload
	}
	if b[0] != payloadVersion {
		return nil, 0, fmt.Errorf("%w: %d", errVersion, b[0])
	}
	return packed.Read(b[2:]), b[1], nil
}

func end(r *packed.Reader) error {
	if rest, ok := r.Rest(); !ok || len(rest) > 0 {
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
	w := append(make(packed.Writer, 0, 256), payloadVersion, flags)
	e := d.Event
	w.Text(e.ID, e.Type, e.Source.Source, e.Source.Stream, e.Source.Entry)
	w.Time(e.Time)
	w.Text(d.To.UserID, d.To.Role, d.Device, d.Message, d.Locale, d.Topic, d.ResendOf, d.Actor, d.Note, other)
	w.Time(d.Expires)
	if len(d.Unless) > 0 {
		w.Text(strings.Join(d.Unless, " "))
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
	r.Text(&e.ID, &e.Type, &e.Source.Source, &e.Source.Stream, &e.Source.Entry)
	e.Time = r.Time()
	r.Text(&d.To.UserID, &d.To.Role, &d.Device, &d.Message, &d.Locale, &d.Topic, &d.ResendOf, &d.Actor, &d.Note, &other)
	d.Expires = r.Time()
	d.To.Guest, d.Mandatory = flags&flagGuest != 0, flags&flagMandatory != 0
	if flags&flagOther != 0 && json.Unmarshal([]byte(other), &d.To.Other) != nil {
		return d, errPayload
	}
	if flags&flagUnless != 0 {
		var unless string
		r.Text(&unless)
		d.Unless = strings.Fields(unless)
	}
	return d, end(r)
}

func encodeResume(eventID string, step int) []byte {
	w := packed.Writer{payloadVersion, 0}
	w.Text(eventID)
	w.Int(int64(step))
	return w
}

func decodeResume(payload []byte) (eventID string, step int, err error) {
	r, _, err := open(payload)
	if err != nil {
		return "", 0, err
	}
	r.Text(&eventID)
	step = int(r.Int())
	return eventID, step, end(r)
}

func encodeBroadcast(b notify.Broadcast) []byte {
	w := packed.Writer{payloadVersion, 0}
	w.Text(b.ID, b.Event.ID, b.Event.Type, b.Role, b.Audience)
	w.Time(b.Event.Time)
	w.Int(b.Size)
	return w
}

func decodeBroadcast(payload []byte) (b notify.Broadcast, err error) {
	r, _, err := open(payload)
	if err != nil {
		return b, err
	}
	r.Text(&b.ID, &b.Event.ID, &b.Event.Type, &b.Role, &b.Audience)
	b.Event.Time = r.Time()
	b.Size = r.Int()
	return b, end(r)
}
