package notify

import "time"

// ClaimState is what the ledger answers to a worker that wants to send a delivery.
type ClaimState int

// The answers.
const (
	Claimed    ClaimState = iota // nobody has tried: go
	Ambiguous                    // somebody tried and never said how it ended: go, flagged maybe_duplicate
	Settled                      // sent, failed or skipped already: do nothing
	Busy                         // somebody is at it now: come back later
	Superseded                   // a newer event has made it pointless: see [Delivery.Topic]
)

// Claim is the ledger's answer with what goes with it.
type Claim struct {
	State ClaimState
	After time.Duration // Busy: when to come back

	// Event is what the claimed delivery tells of, read in the same breath. EventErr is why it
	// can't be had: it is gone, or, where it wraps [ErrUnavailable], not to be read yet.
	Event    Event
	EventErr error
}
