package ledger

import (
	"fmt"
	"strings"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/packed"
)

// eventVersion is that of the packed form in which events are kept.
const eventVersion = 1

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
		return e, fmt.Errorf("event: its record is broken")
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
