package ctl

import (
	"cmp"
	"strings"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/streams"
)

// reasons are the words for support staff: what each reason means, and what can be done.
var reasons = map[string]string{
	notify.ReasonSilent:      "this type of event tells nobody by default",
	notify.ReasonNoRecipient: "nobody is known in that role",
	notify.ReasonNoAddress:   "the person has no address for this channel",
	notify.ReasonUnverified:  "the address is not verified",
	notify.ReasonMuted:       "the person has turned these messages off",
	notify.ReasonBanned:      "the account is banned: only mandatory messages go out",
	notify.ReasonUnreachable: "the address is known to be dead",
	notify.ReasonChannelOff:  "the channel is not configured",
	notify.ReasonTooOld:      "the event was too old when it was read",
	notify.ReasonExpired:     "it was too late: the message was no longer worth sending",
	notify.ReasonSuperseded:  "a newer event made it pointless",
	notify.ReasonCondition:   "the type's own condition does not hold",
	notify.ReasonCovered:     "another channel had reached the person, so this one was not needed",
	notify.ReasonDuplicate:   "it had been settled before; the repetition was not sent",
	notify.ReasonAmbiguous:   "it may have gone out, its answer was lost, and this type is rather not sent twice",
	notify.ReasonRejected:    "the provider will never take this message",
	notify.ReasonExhausted:   "the provider failed too often; no more attempts",
	notify.ReasonCrashed:     "the daemon ended during the last attempt",
	notify.ReasonRender:      "the words could not be made: a template or a translation is broken",
	notify.ReasonEventLost:   "the event's record is gone, so there was nothing to write about",
	notify.ReasonCancelled:   "an operator cancelled it",
	notify.ReasonForgotten:   "the person was erased from the address book",

	notify.Temporary.String():     "the provider had trouble",
	notify.Throttled.String():     "the provider asked to slow down",
	notify.Misconfigured.String(): "our own settings for this provider are wrong; an operator has to put that right",
	notify.Unknown.String():       "the provider's answer was lost: it may have gone out",

	streams.ReasonNoFields:       "the entry was deleted before it could be read",
	streams.ReasonTooLarge:       "the entry is too large",
	streams.ReasonBrokenJSON:     "the entry's JSON is broken",
	streams.ReasonNoType:         "the entry does not say what happened",
	streams.ReasonUnknownType:    "nobody knows this type of event",
	streams.ReasonInvalidPayload: "the payload breaks the rules of its type",
	streams.ReasonDispatchFailed: "it could not be processed, several times",
}

// reasonWords says a reason in plain words, with its detail.
func reasonWords(reason, detail string) string {
	words := reasons[reason]
	if words == "" {
		words = strings.ReplaceAll(reason, "_", " ")
	}
	switch reason {
	case notify.ReasonNoAddress, notify.ReasonChannelOff, notify.ReasonNoRecipient: // the detail says the same
		return words
	case notify.ReasonCondition:
		return cmp.Or(detail, words)
	}
	if detail != "" {
		words += " (" + detail + ")"
	}
	return words
}

// stateWords are the first words about a delivery.
func stateWords(state string) string {
	switch state {
	case "planned":
		return "not sent yet"
	case "waiting":
		return "not sent yet"
	case "sending":
		return "being sent"
	case "skipped", "suppressed":
		return "not sent"
	}
	return state
}
