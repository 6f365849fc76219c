package notify

import (
	"encoding/json"
	"strings"
	"time"
)

// Event is something that happened on the marketplace, as one stream entry told it.
type Event struct {
	ID       string          `json:"id"`                // the producer's own id, else derived from Source
	Type     string          `json:"type"`              // "order.confirmed"
	Time     time.Time       `json:"time"`              // when the entry was written, by the Redis server's clock; age and life count from it
	Occurred time.Time       `json:"occurred,omitzero"` // the producer's own timestamp, for the words; zero if it gave none
	Source   Position        `json:"source"`            // where it was read
	Data     json.RawMessage `json:"data"`              // the payload: a JSON object shaped by Type, unknown fields included
	Wishes   Wishes          `json:"wishes,omitzero"`   // what the producer asked for
	Trace    string          `json:"trace,omitempty"`   // W3C traceparent, if any

	// Payload is Data as the catalogue decoded it: a pointer to the type's payload struct.
	// eventtypes.Check sets it, once, so that learning, routing and rendering share it.
	Payload any `json:"-"`
}

// TraceID is the trace's id, 32 hexadecimal digits, or nothing.
func (e Event) TraceID() string {
	if len(e.Trace) != len("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01") {
		return ""
	}
	return e.Trace[3:35]
}

// Sampled says whether somebody keeps the trace: the lowest bit of its flags (W3C Trace
// Context, section 3.2.2.5.1).
func (e Event) Sampled() bool {
	return e.TraceID() != "" && strings.IndexByte("13579bdf", e.Trace[len(e.Trace)-1]) >= 0
}

// Position names one entry of one stream on one source Redis.
type Position struct {
	Source string `json:"source"` // "listings", "wms" …: the name in the configuration
	Stream string `json:"stream"`
	Entry  string `json:"entry"` // the entry id, "1734825600000-0"
}

// Wishes are the fields of the passport's section 10.5 that a producer may set on any type.
type Wishes struct {
	UserID   string          `json:"user_id,omitempty"`  // tell this person, alone
	Channels []Channel       `json:"channels,omitempty"` // instead of the type's channels
	Locale   string          `json:"locale,omitempty"`   // wins over the contact's
	Priority Priority        `json:"priority,omitempty"`
	Metadata json.RawMessage `json:"metadata,omitempty"` // reaches the templates
}
