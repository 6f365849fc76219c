package infobip

import (
	"cmp"
	"encoding/json"
	"strconv"
	"time"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/sms"
)

// status is what Infobip says of one message, at once and in reports.
type status struct {
	Group string `json:"groupName"` // PENDING, UNDELIVERABLE, DELIVERED, EXPIRED, REJECTED
	ID    int    `json:"id"`
	Name  string `json:"name"`
}

// duplicate is the status of a message id that was taken before.
const duplicate = "REJECTED_DUPLICATE_MESSAGE_ID"

// verdict reads the status that a 200 carries for the one message.
func verdict(a channels.Answer, m notify.Message, hide []string) (notify.Receipt, error) {
	var r struct {
		Messages []struct {
			ID      string `json:"messageId"`
			Status  status `json:"status"`
			Details struct {
				Count int `json:"messageCount"`
			} `json:"details"`
		} `json:"messages"`
	}
	_ = json.Unmarshal(a.Body, &r) // a 200 without a status is an acceptance
	receipt := notify.Receipt{Provider: provider, ID: m.Delivery}
	if len(r.Messages) > 0 {
		got := r.Messages[0]
		receipt.ID, receipt.Parts = cmp.Or(got.ID, m.Delivery), got.Details.Count
		if f, refused := rejected(got.Status); refused {
			return notify.Receipt{}, notAccepted(f, got.Status, hide)
		}
	}
	if receipt.Parts == 0 {
		receipt.Parts, _ = sms.Count(m.Text)
	}
	return receipt, nil
}

// floodWait is when a number that got too many messages may get the next one: the filter
// counts by the hour.
const floodWait = 15 * time.Minute

func notAccepted(f notify.Fault, s status, hide []string) error {
	se := channels.Refused(provider, f, s.Name, "the message was refused", hide...)
	if s.Name == "REJECTED_FLOODING_FILTER" {
		se.RetryAfter = floodWait
	}
	return se
}

// rejected says what a status of the groups REJECTED and UNDELIVERABLE means
// (www.infobip.com/docs/essentials/api-essentials/response-status-and-error-codes).
func rejected(s status) (f notify.Fault, refused bool) {
	if s.Group != "REJECTED" && s.Group != "UNDELIVERABLE" || s.Name == duplicate {
		return 0, false
	}
	switch s.Name {
	case "REJECTED_DESTINATION", "REJECTED_INVALID_DESTINATION", "REJECTED_DESTINATION_BLOCKLISTED", "REJECTED_PREFIX_MISSING",
		"REJECTED_DND", "MISSING_TO":
		return notify.Unreachable, true
	case "REJECTED_NOT_ENOUGH_CREDITS", "REJECTED_PREPAID_PACKAGE_EXPIRED", "REJECTED_SENDER", "REJECTED_SOURCE",
		"REJECTED_NETWORK", "REJECTED_ROUTE_NOT_AVAILABLE",
		"REJECTED_DESTINATION_NOT_REGISTERED": // a trial account, which may send to one number only
		return notify.Misconfigured, true
	case "REJECTED_SYSTEM_ERROR", "UNDELIVERABLE_NOT_SENT", "UNDELIVERABLE_REJECTED_PLATFORM",
		"REJECTED_FLOODING_FILTER": // 20 messages an hour to one number: of that number only, so it must not throttle the others
		return notify.Temporary, true
	}
	return notify.Rejected, true
}

// refusal reads the error envelope of v3, or the older one that the gateway still speaks.
func refusal(a channels.Answer, hide []string) error {
	var e struct {
		Code        string `json:"errorCode"`
		Description string `json:"description"`
		Request     struct {
			Service struct {
				ID   string `json:"messageId"`
				Text string `json:"text"`
			} `json:"serviceException"`
		} `json:"requestError"`
	}
	_ = json.Unmarshal(a.Body, &e)
	code := cmp.Or(e.Code, e.Request.Service.ID, strconv.Itoa(a.Status))
	text := cmp.Or(e.Description, e.Request.Service.Text, "an answer that is not Infobip's")
	se := channels.Refused(provider, channels.StatusFault(a.Status), code, text, hide...)
	if se.Fault == notify.Throttled {
		se.RetryAfter = channels.RetryAfter(a.Header, time.Now())
	}
	return se
}
