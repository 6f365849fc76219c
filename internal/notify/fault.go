package notify

import (
	"errors"
	"fmt"
	"time"
)

// Fault is what a failed send means.
type Fault int

// The faults. Each provider maps its protocol's answers to them, once, at its border.
const (
	Temporary     Fault = iota // try again; unknown errors land here
	Throttled                  // try again, not before RetryAfter; costs no attempt
	Rejected                   // this message will never be taken
	Unreachable                // this address is dead: stop using it
	Misconfigured              // our side is wrong: hold, and call a human; costs no attempt
	Unknown                    // perhaps sent: the answer was lost
)

// Faults lists all faults.
func Faults() []Fault {
	return []Fault{Temporary, Throttled, Rejected, Unreachable, Misconfigured, Unknown}
}

// String returns the fault's name as it stands in logs and metrics.
func (f Fault) String() string {
	switch f {
	case Throttled:
		return "throttled"
	case Rejected:
		return "rejected"
	case Unreachable:
		return "unreachable"
	case Misconfigured:
		return "misconfigured"
	case Unknown:
		return "unknown"
	case Temporary:
	}
	return "temporary"
}

// SendError is a provider's refusal, classified. Its text carries no token, password,
// address or link: it is stored and shown.
type SendError struct {
	Fault      Fault
	Provider   string
	Code       string        // the provider's own code: "550 5.1.1", "403", "21610"
	RetryAfter time.Duration // how long the provider asked us to wait; 0 if it did not say
	NewChat    string        // telegram: the group became this chat; the contact is to be updated
	Err        error
}

func (e *SendError) Error() string {
	if e.Code == "" {
		return fmt.Sprintf("%s: %s: %v", e.Provider, e.Fault, e.Err)
	}
	return fmt.Sprintf("%s: %s (%s): %v", e.Provider, e.Fault, e.Code, e.Err)
}

func (e *SendError) Unwrap() error { return e.Err }

// FaultOf returns the fault of err: that of the [SendError] in it, else Temporary.
func FaultOf(err error) Fault {
	if se, ok := errors.AsType[*SendError](err); ok {
		return se.Fault
	}
	return Temporary
}
