package notify

import "time"

// Status is what became of a delivery, or of one attempt at it.
type Status string

// The statuses. In the delivery log each stands as "notification.<status>".
const (
	Sent           Status = "sent"       // a provider accepted it
	Retried        Status = "retried"    // an attempt failed; another follows
	Failed         Status = "failed"     // given up, and set aside in the dead letters
	Skipped        Status = "skipped"    // a rule says no: see Reason
	Suppressed     Status = "suppressed" // the address is dead, or it was sent before
	DeliveredState Status = "delivered"  // the provider says that it arrived
	Bounced        Status = "bounced"    // the provider says that it did not
)

// What an operator (Actor) did stands in the log, too. It is no outcome and changes nothing.
const (
	Revealed Status = "revealed" // looked at the address of a delivery
	Replayed Status = "replayed" // let entries of a stream come through the door again; Detail says which
)

// IsOutcome says whether the status tells what became of a delivery, and not what somebody
// did or what a provider said later.
func (s Status) IsOutcome() bool {
	switch s {
	case Sent, Retried, Failed, Skipped, Suppressed:
		return true
	case DeliveredState, Bounced, Revealed, Replayed:
	}
	return false
}

// Statuses lists all statuses that the delivery log knows.
func Statuses() []Status {
	return []Status{Sent, Retried, Failed, Skipped, Suppressed, DeliveredState, Bounced, Revealed, Replayed}
}

// Reasons of skips, suppressions and failures. They are stored, counted and shown; the
// words for support staff stand in notifyctl.
const (
	ReasonSilent      = "silent"       // the type tells nobody by default
	ReasonNoRecipient = "no_recipient" // nobody is known in that role, and nobody came in time
	ReasonNoAddress   = "no_address"   // the person has no address for the channel
	ReasonUnverified  = "unverified"   // the address is not verified and the type needs that
	ReasonMuted       = "muted"        // a preference of the person; Detail names it
	ReasonBanned      = "banned"       // only mandatory messages for this person
	ReasonUnreachable = "unreachable"  // the address is known to be dead; Detail says since when
	ReasonChannelOff  = "channel_off"  // the channel isn't configured
	ReasonTooOld      = "too_old"      // the entry was older than the maximum age when it was read
	ReasonExpired     = "expired"      // its life ended before it could be sent
	ReasonSuperseded  = "superseded"   // a newer event made it pointless
	ReasonCondition   = "condition"    // the type's own condition does not hold (the price rose)
	ReasonDuplicate   = "duplicate_suppressed"
	ReasonAmbiguous   = "ambiguous_dropped" // perhaps sent, and the type says rather not twice
	ReasonRejected    = "rejected"
	ReasonExhausted   = "attempts_exhausted"
	ReasonCrashed     = "crashed"    // the worker died on the last attempt
	ReasonRender      = "render"     // the words could not be made
	ReasonEventLost   = "event_lost" // the event's record is gone
	ReasonCancelled   = "cancelled"  // an operator cancelled it
	ReasonForgotten   = "forgotten"  // the person was erased
	ReasonCovered     = "covered"    // a fallback that wasn't needed: another channel had a success
)

// Reasons lists them all.
func Reasons() []string {
	return []string{
		ReasonSilent, ReasonNoRecipient, ReasonNoAddress, ReasonUnverified, ReasonMuted, ReasonBanned,
		ReasonUnreachable, ReasonChannelOff, ReasonTooOld, ReasonExpired, ReasonSuperseded, ReasonCondition,
		ReasonDuplicate, ReasonAmbiguous, ReasonRejected, ReasonExhausted, ReasonCrashed, ReasonRender,
		ReasonEventLost, ReasonCancelled, ReasonForgotten, ReasonCovered,
	}
}

// Outcome is one entry of the delivery log.
type Outcome struct {
	Status    Status
	Time      time.Time // when it was decided
	Delivery  Delivery  // ID may be empty where no delivery was planned (a role without people)
	Reason    string    // one of the Reason constants, or a fault's name
	Detail    string    // which preference, which rule; no personal data
	Error     string    // sanitised text of the error
	Provider  string
	MessageID string // the provider's id
	Attempt   int
	Parts     int    // sms segments
	Words     string // version of the words of the message; empty where none was made

	// MaybeDuplicate says that an earlier attempt may have been accepted.
	MaybeDuplicate bool
	// Unsent says that the provider certainly did not take this attempt, so that the
	// next one is free to go at once.
	Unsent bool
	// NextAt says when a retried delivery is tried again.
	NextAt time.Time
}

// Latency is the time from the entry's own time to this outcome.
func (o Outcome) Latency() time.Duration {
	if o.Delivery.Event.Time.IsZero() {
		return 0
	}
	return max(0, o.Time.Sub(o.Delivery.Event.Time))
}
