package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/packed"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

// eventVersion is that of the packed form in which events are kept.
const eventVersion = 1

// ErrNoEvent says that an event's record is gone: its life has ended, or Redis lost it.
var ErrNoEvent = errors.New("event not known")

// Event reads an event back, whole. Its error is [ErrNoEvent], or wraps
// [notify.ErrUnavailable] where Redis did not answer or the record is sealed with a key that
// is not there.
func (l *Ledger) Event(ctx context.Context, id string) (notify.Event, error) {
	record, err := l.pipe.Get(ctx, rediskeys.Event(id)).Result()
	switch {
	case errors.Is(err, redis.Nil):
		return l.open(id, "")
	case err != nil:
		return notify.Event{}, fmt.Errorf("event: %w: %w", notify.ErrUnavailable, err)
	}
	event, _, err := sealedEvent(record)
	if err != nil {
		return notify.Event{}, err
	}
	return l.open(id, event)
}

// open reads a sealed event, which is empty where there is none.
func (l *Ledger) open(id, sealed string) (e notify.Event, err error) {
	if sealed == "" {
		return e, fmt.Errorf("event %s: %w", notify.Printable(id, 64), ErrNoEvent)
	}
	text, err := l.cfg.Sealer.Open([]byte(sealed))
	if err != nil {
		return e, fmt.Errorf("event: %w: %w", notify.ErrUnavailable, err)
	}
	if e, err = decodeEvent(text); err != nil {
		return e, fmt.Errorf("event: %w", err)
	}
	if _, err := eventtypes.Check(&e); err != nil {
		return e, fmt.Errorf("event: %w", err)
	}
	return e, nil
}

// encodeEvent packs an event; its payload, which is JSON, stands behind it as it is.
func encodeEvent(e notify.Event) []byte {
	channels := make([]string, len(e.Wishes.Channels))
	for i, ch := range e.Wishes.Channels {
		channels[i] = string(ch)
	}
	w := append(make(packed.Writer, 0, 256+len(e.Data)), eventVersion)
	w.Text(e.ID, e.Type, e.Source.Source, e.Source.Stream, e.Source.Entry, e.Trace)
	w.Text(e.Wishes.UserID, e.Wishes.Locale, string(e.Wishes.Priority), strings.Join(channels, ","), string(e.Wishes.Metadata))
	w.Time(e.Time)
	w.Time(e.Occurred)
	return append(w, e.Data...)
}

// decodeEvent reads what [encodeEvent] wrote. What a newer release wrote waits for a newer
// pod.
func decodeEvent(b []byte) (e notify.Event, err error) {
	if len(b) == 0 || b[0] != eventVersion {
		return e, fmt.Errorf("%w: kept in another version's form", notify.ErrUnavailable)
	}
	var priority, channels, metadata string
	r := packed.Read(b[1:])
	r.Text(&e.ID, &e.Type, &e.Source.Source, &e.Source.Stream, &e.Source.Entry, &e.Trace)
	r.Text(&e.Wishes.UserID, &e.Wishes.Locale, &priority, &channels, &metadata)
	e.Time, e.Occurred = r.Time(), r.Time()
	data, ok := r.Rest()
	if !ok {
		return e, errors.New("its record is broken")
	}
	e.Data, e.Wishes.Priority = data, notify.Priority(priority)
	for _, ch := range list(channels) {
		e.Wishes.Channels = append(e.Wishes.Channels, notify.Channel(ch))
	}
	if metadata != "" {
		e.Wishes.Metadata = []byte(metadata)
	}
	return e, nil
}
