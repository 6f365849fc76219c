package streams

import (
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// Decode reads an entry in any of the shapes that producers use: flat fields, the
// envelope of the passport's section 10.1 as fields, either of them as JSON in one field,
// or a CloudEvent 1.0. Its error is an [*Unreadable]. The catalogue is not asked here,
// except whether user_id is the payload's own field; see [eventtypes.Check].
func Decode(source, stream string, m redis.XMessage) (notify.Event, error) {
	return decode(notify.Position{Source: source, Stream: stream, Entry: m.ID}, m.Values, time.Now())
}

func decode(at notify.Position, values map[string]any, now time.Time) (notify.Event, error) {
	doc, err := open(values)
	if err != nil {
		return notify.Event{}, err
	}
	head, payload, err := doc.split()
	if err != nil {
		return notify.Event{}, err
	}
	e := notify.Event{Source: at, Type: head.text("type"), Trace: head.trace()}
	if e.Type == "" {
		return notify.Event{}, unreadable(ReasonNoType, `no field "type" says what happened; want one such as order.confirmed`)
	}
	e.Occurred = occurred(head, payload)
	e.Time = written(at.Entry, e.Occurred, now)
	e.ID = eventID(head, payload, e)
	e.Wishes = wishes(head, payload, e.Type)
	e.Data = payload.without(headFields).json()
	return e, nil
}

// occurred is the producer's own time.
func occurred(head, payload document) time.Time {
	for _, s := range []string{head.text("timestamp"), head.text("time"), payload.text("timestamp")} {
		if s == "" {
			continue
		}
		if t, err := eventtypes.ParseTime(s); err == nil {
			return t
		}
	}
	return time.Time{}
}

// written is the entry's own time: that of its id, by the Redis server's clock. The
// producer's timestamp may be a copied example or a wrong clock, and counts only where the
// id was given by hand and names no time.
func written(entry string, occurred, now time.Time) time.Time {
	if t, ok := idTime(entry, now); ok {
		return t
	}
	if !occurred.IsZero() {
		return occurred
	}
	return now.UTC()
}
