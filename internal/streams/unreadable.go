package streams

import (
	"errors"
	"fmt"

	"github.com/vondi-global/notifications/internal/eventtypes"
)

// Reasons why an entry is set aside.
const (
	ReasonNoFields       = "no_fields"       // the entry is empty: it was deleted while it was pending
	ReasonTooLarge       = "too_large"       // larger than Config.MaxEntryBytes
	ReasonBrokenJSON     = "broken_json"     // a field that should hold a JSON object doesn't
	ReasonNoType         = "no_type"         // nothing says what happened
	ReasonUnknownType    = "unknown_type"    // the catalogue doesn't have the type
	ReasonInvalidPayload = "invalid_payload" // the payload breaks the rules of its type
	ReasonDispatchFailed = "dispatch_failed" // it can be read, but its dispatch failed too often
)

// Unreadable says that an entry can't be read, now or ever, and why.
type Unreadable struct {
	Reason string // one of the Reason constants
	Err    error  // no personal data
}

func (u *Unreadable) Error() string { return fmt.Sprintf("%s: %v", u.Reason, u.Err) }

func (u *Unreadable) Unwrap() error { return u.Err }

func unreadable(reason, format string, args ...any) *Unreadable {
	return &Unreadable{Reason: reason, Err: fmt.Errorf(format, args...)}
}

// refused names the reason of a failed check.
func refused(err error) *Unreadable {
	if _, ok := errors.AsType[*eventtypes.UnknownType](err); ok {
		return &Unreadable{Reason: ReasonUnknownType, Err: err}
	}
	return &Unreadable{Reason: ReasonInvalidPayload, Err: err}
}
