package channels

import (
	"regexp"

	"github.com/vondi-global/notifications/internal/notify"
)

var e164 = regexp.MustCompile(`^\+[1-9]\d{6,14}$`)

// Number returns the digits of a phone number with its plus (E.164). Anything else can't be
// dialled by anyone: the address is Unreachable, and no request is made for it.
func Number(provider string, to notify.Address) (string, error) {
	if !e164.MatchString(to.Value) {
		return "", Refused(provider, notify.Unreachable, "", "the number is not in the form +381601234567 (E.164)", to.Value)
	}
	return to.Value, nil
}
