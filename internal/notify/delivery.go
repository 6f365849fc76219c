package notify

import (
	"crypto/sha256"
	"encoding/base32"
	"time"
)

// Delivery is one event, to one recipient, by one channel (and, for push, to one device).
type Delivery struct {
	ID       string    // see [DeliveryID]; it is also the task's id
	Event    Event     // whole in memory; a job carries only its id
	To       Recipient // who; the address is looked up when the message is sent
	Channel  Channel
	Device   string // push: [PushToken.Device]; empty elsewhere
	Message  string // key of the words: "order.created", "order.created.seller"
	Locale   string // the language it was planned in: "sr-Latn"
	Priority Priority
	Expires  time.Time // not worth sending after this

	// Topic is what the message is about: "order_id:12345/order.shipped". A newer event
	// whose plan supersedes the topic makes the delivery pointless; empty: nothing does.
	Topic string

	// NotBefore and Unless make the delivery a fallback: it is looked at then, and made only
	// if none of those deliveries was sent.
	NotBefore time.Time
	Unless    []string

	Mandatory bool   // can't be muted by preferences or quiet hours
	ResendOf  string // the delivery that an operator repeats by this one
	Actor     string // who asked for it, where a person did
	Note      string // the operator's reason
}

// Recipient says who is told and as what.
type Recipient struct {
	UserID string   `json:"user_id,omitempty"` // empty for a guest
	Role   string   `json:"role"`              // "buyer", "seller", "admin" …
	Guest  bool     `json:"guest,omitempty"`   // not a user yet: the address stands in the event's payload
	Other  *Address `json:"other,omitempty"`   // a resend's other address, for this once
}

// Ref identifies the recipient inside a delivery id without naming an address.
func (r Recipient) Ref() string {
	if r.UserID != "" {
		return "user:" + r.UserID
	}
	return "guest:" + r.Role
}

var deliveryEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// DeliveryID derives the id of a delivery. The same event to the same recipient by the
// same channel with the same words is the same delivery, whoever computes it and
// whenever. 26 characters, no personal data, no "/".
func DeliveryID(eventID string, to Recipient, ch Channel, message, device string) string {
	var room [192]byte
	b := append(room[:0], eventID...)
	if b = append(b, '|'); to.UserID != "" { // as [Recipient.Ref], without a text of its own: there is one for each delivery
		b = append(append(b, "user:"...), to.UserID...)
	} else {
		b = append(append(b, "guest:"...), to.Role...)
	}
	for _, s := range [...]string{string(ch), message, device} {
		b = append(append(b, '|'), s...)
	}
	sum := sha256.Sum256(b)
	var text [32]byte
	deliveryEncoding.Encode(text[:], sum[:20])
	return string(text[:26])
}

// Plan is what routing makes of an event: what to send, what not and why, and whom it
// could not find yet.
type Plan struct {
	Send      []Delivery
	Skip      []Outcome   // and why
	Missing   []string    // roles in which nobody is known yet: a later event may bring them
	Broadcast []Broadcast // audiences too large to plan at once

	// Supersedes are the topics that this event makes pointless; see [Delivery.Topic].
	Supersedes []string

	// Fallback is what may have to be sent later, if nothing else worked.
	Fallback []Fallback
}

// Fallback is a delivery that is made only if none of others was sent in time.
type Fallback struct {
	Delivery Delivery
	Unless   []string  // ids of the deliveries of which one is enough
	At       time.Time // when it is decided
}

// Broadcast is an audience that is paged through by a job of its own.
type Broadcast struct {
	ID       string // derived from the event and the role
	Event    Event
	Role     string
	Audience string // address book key of the audience, "listing:100:watchers"
	Size     int64  // members when it was planned
}

// Attempt counts the tries of a delivery.
type Attempt struct {
	Number int // 1 for the first
}

// Planned is an event with its plan, as the ledger keeps it before anything is enqueued.
type Planned struct {
	Event   Event
	Plan    Plan
	Expires time.Time // the ledger may forget the event some time after this
}
