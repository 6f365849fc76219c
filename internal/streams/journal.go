package streams

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// idFields are the payload fields that a log line may show: names of things, never of
// people's data.
var idFields = []string{
	"order_id", "payment_id", "shipment_id", "parcel_id", "task_id", "listing_id", "storefront_id",
	"warehouse_id", "pvz_id", "handover_id", "shift_id", "partner_id", "application_id", "user_id",
}

// logProcessing writes the passport's line (section 13.3): "Processing order confirmed event".
func (r *Reader) logProcessing(e notify.Event) {
	line := r.log.Info()
	if !line.Enabled() {
		return
	}
	line = line.Str("stream", e.Source.Stream).Str("event_type", e.Type).
		Str("message_id", e.Source.Entry).Str("event_id", e.ID)
	if id := e.TraceID(); id != "" {
		line = line.Str("trace_id", id)
	}
	if t, ok := eventtypes.Lookup(e.Type); ok {
		for _, f := range idFields {
			line = withID(line, f, t.Payload.Text(e.Payload, f))
		}
	}
	line.Msg("Processing " + strings.Map(spaced, e.Type) + " event")
}

func spaced(r rune) rune {
	if r == '.' || r == '_' {
		return ' '
	}
	return r
}

// withID adds an id, as a number where it is one. What doesn't look like an id stays out.
func withID(line *zerolog.Event, name, id string) *zerolog.Event {
	if !isPlainID(id) {
		return line
	}
	if n, err := strconv.ParseInt(id, 10, 64); err == nil {
		return line.Int64(name, n)
	}
	return line.Str(name, id)
}

func (r *Reader) logFailed(e entry, status string) {
	r.log.Error().Err(e.err).Str("stream", e.stream).Str("message_id", e.msg.ID).
		Str("event_type", e.event.Type).Int64("tries", e.tries).Str("status", status).
		Msg("Failed to process message")
}

// logIDs adds the ids among the fields of an event that is being published.
func logIDs(line *zerolog.Event, fields map[string]json.RawMessage) *zerolog.Event {
	for _, f := range idFields {
		line = withID(line, f, text(fields[f]))
	}
	return line
}
