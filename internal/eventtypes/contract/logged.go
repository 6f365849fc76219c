package contract

import (
	"encoding/json"

	"github.com/vondi-global/notifications/internal/eventtypes"
)

// about is what all examples of the delivery log tell of: one message to a buyer.
const about = `"delivery_id":"k3v5q2m7x4a6c8e2g4i6k8m2o4","event_id":"b7d2f4h6j2l4n6p2r4t6v2x4z6","event_type":"order.confirmed",` +
	`"source":"listings","stream":"listings:events:orders","entry_id":"1734825600000-0","user_id":"890","role":"buyer",` +
	`"channel":"telegram","locale":"sr-Latn","priority":"high","message":"order.confirmed"`

// stories are what the examples have beside it. A full set of fields would tell of a
// message that was sent and muted at once.
var stories = map[eventtypes.EventType]string{
	"notification.sent":       about + `,"provider":"telegram","provider_message_id":"4711","attempt":"1","words":"3f9c0a7e","latency_ms":"840","trace_id":"0af7651916cd43dd8448eb211c80319c"`,
	"notification.retried":    about + `,"provider":"telegram","attempt":"1","reason":"throttled","error":"telegram: throttled (429): Too Many Requests","latency_ms":"910","next_at":"1734825612"`,
	"notification.failed":     about + `,"provider":"telegram","attempt":"1","reason":"rejected","error":"telegram: rejected (400): message is too long","latency_ms":"870"`,
	"notification.skipped":    about + `,"reason":"muted","detail":"order/telegram","latency_ms":"35"`,
	"notification.suppressed": about + `,"reason":"unreachable","detail":"since 2025-12-01","latency_ms":"35"`,
	"notification.delivered":  about + `,"provider":"telegram","provider_message_id":"4711","latency_ms":"2100"`,
	"notification.bounced":    about + `,"provider":"telegram","provider_message_id":"4711","reason":"rejected","latency_ms":"61000"`,
	"notification.revealed":   about + `,"actor":"support.milica","note":"ticket 77"`,
	"notification.replayed":   `"delivery_id":"m3k5m7o2q4s6u2w4y6a3c5e7g2","source":"listings","stream":"listings:events:orders","detail":"1734825600000-0 to 1734829200000","actor":"support.milica","note":"ticket 77"`,
	"contact.unreachable":     `"user_id":"890","channel":"email","address_key":"email:9f86d081884c7d65","reason":"550 5.1.1","provider":"smtp","until":"2025-12-29T00:00:00Z"`,
}

// logged is an example of an entry that we write: flat, and all its values are strings.
func logged(t *eventtypes.Type) json.RawMessage {
	return json.RawMessage(`{"type":"` + string(t.Name) + `","timestamp":"1734825601","version":"1.0",` + stories[t.Name] + `}`)
}
