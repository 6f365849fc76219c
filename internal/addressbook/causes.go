package addressbook

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

// deadLife is how long an address stays dead by default: accounts come back, and providers
// err. Only those that say outright that the address is gone are believed for good.
const deadLife = 30 * 24 * time.Hour

// forGood are the codes after which an address never comes back by itself, by channel.
//
//	email     RFC 3463: bad mailbox, bad host, bad syntax, mailbox moved; RFC 7505: null MX
//	telegram  nothing: who blocked the bot may unblock it
//	sms       Twilio: not a number, no mobile, STOP (until START), a landline; SMPP: no such
//	          destination, and the receipt for an unknown subscriber; Infobip: the same
//	push      FCM HTTP v1: the token is gone, or another project's
func forGood() map[notify.Channel][]string {
	return map[notify.Channel][]string{
		notify.Email: {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"},
		notify.SMS: {
			"21211", "21217", "21610", "21614", "30006", "0x0b", "UNDELIV 001",
			"REJECTED_INVALID_DESTINATION", "EC_UNKNOWN_SUBSCRIBER",
		},
		notify.Push: {"UNREGISTERED", "SENDER_ID_MISMATCH"},
	}
}

// deadFor is how long an address is dead; 0 means until it is lifted or proves itself.
func deadFor(ch notify.Channel, code string) time.Duration {
	words := append(strings.Fields(code), strings.TrimSpace(code)) // "550 5.1.1": any of them
	for _, hard := range forGood()[ch] {
		if slices.Contains(words, hard) {
			return 0
		}
	}
	return deadLife
}

// reasonOf is what support reads.
func reasonOf(e *notify.SendError) string {
	return cmp.Or(strings.TrimSpace(e.Code), e.Fault.String())
}
