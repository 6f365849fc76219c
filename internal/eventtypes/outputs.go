package eventtypes

import "github.com/vondi-global/notifications/internal/notify"

// The streams that we write ourselves.
const (
	streamLog      = "notifications:events"
	streamContacts = "notifications:contacts"
)

// Logged is what became of one attempt at a delivery: an entry of the delivery log, flat,
// beside type, timestamp and version. Empty fields are left out.
type Logged struct {
	DeliveryID        ID   `json:"delivery_id" example:"k3v5q2m7x4a6c8e2g4i6k8m2o4"`
	EventID           ID   `json:"event_id" example:"b7d2f4h6j2l4n6p2r4t6v2x4z6"`
	EventType         Text `json:"event_type" example:"order.confirmed"`
	Source            Text `json:"source,omitempty" example:"listings"`
	Stream            Text `json:"stream,omitempty" example:"listings:events:orders"`
	EntryID           ID   `json:"entry_id,omitempty" example:"1734825600000-0"`
	UserID            ID   `json:"user_id,omitempty" example:"890" doc:"whom it was for; absent for a guest"`
	Role              Text `json:"role,omitempty" example:"buyer" doc:"as what they were told"`
	Channel           Text `json:"channel,omitempty" example:"telegram"`
	Locale            Text `json:"locale,omitempty" example:"sr-Latn" doc:"language of the words"`
	Priority          Text `json:"priority,omitempty" example:"high"`
	Message           Text `json:"message,omitempty" example:"order.confirmed"`
	Words             Text `json:"words,omitempty" example:"3f9c0a7e" doc:"version of the files that the message was made of"`
	Provider          Text `json:"provider,omitempty" example:"telegram" doc:"who took the message, or refused it"`
	ProviderMessageID ID   `json:"provider_message_id,omitempty" example:"4711"`
	Attempt           Int  `json:"attempt,omitempty" example:"1"`
	Parts             Int  `json:"parts,omitempty" example:"1"`
	Reason            Text `json:"reason,omitempty" example:"muted" doc:"one word that says why"`
	Detail            Text `json:"detail,omitempty" example:"order/telegram"`
	Error             Text `json:"error,omitempty" example:"smtp: temporary (451 4.7.1): try again later"`
	LatencyMS         Int  `json:"latency_ms,omitempty" example:"840"`
	MaybeDuplicate    Flag `json:"maybe_duplicate,omitempty" example:"true"`
	ResendOf          ID   `json:"resend_of,omitempty" example:"a2c4e6g2i4k6m2o4q6s2u4w6y2"`
	Actor             Text `json:"actor,omitempty" example:"support.milica"`
	Note              Text `json:"note,omitempty" example:"the buyer asked for it again"`
	NextAt            Time `json:"next_at,omitzero" example:"1734825660"`
	TraceID           Text `json:"trace_id,omitempty" example:"0af7651916cd43dd8448eb211c80319c" doc:"the trace of the event's dispatch, or its producer's"`
}

// Replayed is an operator's replay: an entry of the delivery log that is about no delivery.
type Replayed struct {
	DeliveryID ID   `json:"delivery_id" example:"m3k5m7o2q4s6u2w4y6a3c5e7g2" doc:"an id of its own; there is no delivery"`
	EventID    ID   `json:"event_id,omitempty" example:"b7d2f4h6j2l4n6p2r4t6v2x4z6" doc:"where it was a single event"`
	EventType  Text `json:"event_type,omitempty" example:"payment.failed" doc:"where only such events were replayed"`
	Source     Text `json:"source,omitempty" example:"listings"`
	Stream     Text `json:"stream,omitempty" example:"listings:events:orders"`
	EntryID    ID   `json:"entry_id,omitempty" example:"1734825600000-0"`
	Detail     Text `json:"detail,omitempty" example:"1734825600000-0 to 1734829200000" doc:"which entries"`
	Actor      Text `json:"actor" example:"support.milica"`
	Note       Text `json:"note,omitempty" example:"ticket 77"`
}

// ContactUnreachable tells the users' service of an address that is dead. It names the
// person and the channel; the address itself only those recognise who have it.
type ContactUnreachable struct {
	UserID     ID   `json:"user_id" example:"890"`
	Channel    Text `json:"channel" example:"email"`
	AddressKey ID   `json:"address_key" example:"email:9f86d081884c7d65"`
	Reason     Text `json:"reason" example:"550 5.1.1" doc:"what the provider said"`
	Provider   Text `json:"provider,omitempty" example:"smtp" doc:"who said it"`
	Until      Time `json:"until,omitzero" example:"2025-12-29T00:00:00Z" doc:"when it is tried again; absent: not before somebody lifts it"`
}

// Outputs is what we publish ourselves. These types are not read: they are no part of
// [Catalogue], and [Check] doesn't know them. Their entries are flat.
func Outputs() []*Type {
	about := map[notify.Status]string{
		notify.Sent:           "A provider has accepted the message.",
		notify.Retried:        "An attempt failed; another follows.",
		notify.Failed:         "The delivery was given up and set aside.",
		notify.Skipped:        "A rule says that the message isn't sent; reason names it.",
		notify.Suppressed:     "The address is dead, or the message was sent before.",
		notify.DeliveredState: "The provider says that the message arrived.",
		notify.Bounced:        "The provider says that the message did not arrive.",
		notify.Revealed:       "An operator has looked at the address of a delivery; actor and note say who, and why.",
		notify.Replayed:       "An operator has let entries of a stream come through the door again; detail says which, actor and note who, and why.",
	}
	var types []*Type
	for _, s := range notify.Statuses() {
		payload := of[Logged]()
		if s == notify.Replayed {
			payload = of[Replayed]()
		}
		types = append(types, &Type{
			Name: EventType("notification." + s), About: about[s], Stream: streamLog, Payload: payload, Entity: "delivery_id",
		})
	}
	return append(types, &Type{
		Name: "contact.unreachable", About: "An address of a person is dead and not used any more.", Stream: streamContacts,
		Payload: of[ContactUnreachable](), Entity: "user_id",
	})
}
