package channels

import (
	"context"
	"errors"
)

// ErrSignature says that a callback is not from the provider that it claims to be from.
var ErrSignature = errors.New("the callback's signature does not match")

// FeedbackKind is what a provider tells afterwards.
type FeedbackKind string

// The kinds.
const (
	Delivered  FeedbackKind = "delivered"  // it has arrived
	Bounced    FeedbackKind = "bounced"    // it has not, and won't
	Complained FeedbackKind = "complained" // the person called it spam
	Stopped    FeedbackKind = "stopped"    // the person wants no more: they answered STOP
)

// Feedback is what a provider tells of a message after it has taken it, or of a person who
// wants no more. It comes by webhook, by a bounce message or over the provider's own link,
// perhaps twice and in any order.
type Feedback struct {
	Provider   string
	MessageID  string // that of the receipt; empty for Stopped
	DeliveryID string // the delivery's id, where the protocol carries it back
	Kind       FeedbackKind
	Hard       bool   // Bounced: the address is dead, not only away or full
	Code       string // the provider's own code
	From       string // the person's address, where only that is known; personal
}

// Listener takes feedback. An error makes the provider tell it again, where the protocol
// can do that.
type Listener interface {
	Feedback(ctx context.Context, f []Feedback) error
}
