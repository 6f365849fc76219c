package twilio

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
)

// queueFull is how long to wait where Twilio says that a queue is full but not until when.
const queueFull = 5 * time.Second

// fault is what an error code means (www.twilio.com/docs/api/errors). ok is false where the
// HTTP status says as much as the code.
func fault(code int) (f notify.Fault, ok bool) {
	switch code {
	case 20003, 20005, 20404, // credentials, inactive account, no such account
		21212, 21603, 21606, 21612, 21659, 21660, // the sender is not valid, not ours, not able
		21267, 21408, // alphanumeric senders, the region: not enabled
		21608,               // trial account
		21609, 21701, 21703, // callback or messaging service
		30002: // suspended
		return notify.Misconfigured, true
	case 20429, 21611, 30001, 63038: // too many requests, the sender's queue is full, daily limit
		return notify.Throttled, true
	case 21211, 21214, 21217, 21614, // not valid, not reachable, not mobile
		21610: // they have sent STOP
		return notify.Unreachable, true
	case 21602, 21604, 21617, 21619, 30007: // no text, too long, filtered
		return notify.Rejected, true
	}
	return 0, false
}

// Stopped is the code of a recipient who has answered STOP to the sender.
const Stopped = "21610"

func refusal(a channels.Answer, hide []string) error {
	var e struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	}
	_ = json.Unmarshal(a.Body, &e) // a proxy's HTML: the status is all there is
	f, known := fault(e.Code)
	if !known {
		f = channels.StatusFault(a.Status)
	}
	code := strconv.Itoa(e.Code)
	if e.Code == 0 {
		code, e.Message = strconv.Itoa(a.Status), "an answer that is not Twilio's"
	}
	se := channels.Refused(provider, f, code, e.Message, hide...)
	if f == notify.Throttled {
		se.RetryAfter = channels.RetryAfter(a.Header, time.Now())
		if se.RetryAfter == 0 && a.Status != 429 {
			se.RetryAfter = queueFull
		}
	}
	return se
}
