package push

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"

	"firebase.google.com/go/v4/errorutils"
	"firebase.google.com/go/v4/messaging"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
)

const (
	// quotaWait is what FCM asks for where it sends no Retry-After with a 429.
	quotaWait = time.Minute
	// strangersInRow is how many tokens of another project, without a success in between, say
	// that it is our credentials that are of another project.
	strangersInRow = 10
)

// refusal classifies the SDK's error at once and raw: its predicates don't look through
// wrapping.
func (s *Sender) refusal(err error, ex *exchange) error {
	if ex.err != nil {
		return ex.err
	}
	if ex.answer.Status == 0 { // it never came to an exchange: the SDK's own validation
		return channels.Refused(provider, notify.Rejected, "invalid", err.Error(), ex.hide...)
	}
	if ex.answer.OK() { // accepted, and the answer's body is not to be read
		return channels.Lost(provider, err, true, ex.hide...)
	}
	f, code := s.fault(err, ex.answer.Status)
	se := channels.Refused(provider, f, code, err.Error(), ex.hide...)
	if f == notify.Throttled { // of an outage, the breaker knows when to come back
		se.RetryAfter = cmp.Or(channels.RetryAfter(ex.answer.Header, time.Now()), quotaWait)
	}
	return se
}

// fault is the table of FCM's error codes
// (firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode).
func (s *Sender) fault(err error, status int) (f notify.Fault, code string) {
	switch {
	case messaging.IsUnregistered(err):
		return notify.Unreachable, "UNREGISTERED"
	case messaging.IsSenderIDMismatch(err):
		return s.stranger(), "SENDER_ID_MISMATCH"
	case messaging.IsInvalidArgument(err) || errorutils.IsInvalidArgument(err):
		return badArgument(err), "INVALID_ARGUMENT"
	case messaging.IsQuotaExceeded(err) || status == http.StatusTooManyRequests:
		return notify.Throttled, "QUOTA_EXCEEDED"
	case messaging.IsThirdPartyAuthError(err):
		return notify.Misconfigured, "THIRD_PARTY_AUTH_ERROR"
	case messaging.IsUnavailable(err):
		return notify.Temporary, "UNAVAILABLE"
	case messaging.IsInternal(err):
		return notify.Temporary, "INTERNAL"
	}
	return channels.StatusFault(status), strconv.Itoa(status)
}

// stranger judges a token that belongs to another project: it is dead for us, unless nothing
// but such tokens comes. Then killing them all would be the greater harm.
func (s *Sender) stranger() notify.Fault {
	if s.strangers.Add(1) > strangersInRow {
		return notify.Misconfigured
	}
	return notify.Unreachable
}

// badArgument tells a bad token from a bad message: the code is the same, the words differ.
func badArgument(err error) notify.Fault {
	if strings.Contains(err.Error(), "registration token is not a valid") {
		return notify.Unreachable
	}
	return notify.Rejected
}
