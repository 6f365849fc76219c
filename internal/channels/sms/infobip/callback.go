package infobip

import (
	"cmp"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/secret"
)

// Callback reads what Infobip tells by webhook: delivery reports and messages from phones.
// Infobip signs nothing, so that the address which is given to it holds a key
// (…/callbacks/infobip?key=…), or Basic authentication is set up with it as the password.
func Callback(key secret.String) func(r *http.Request, body []byte) ([]channels.Feedback, error) {
	return func(r *http.Request, body []byte) ([]channels.Feedback, error) {
		_, password, _ := r.BasicAuth()
		if !equal(key, password) && !equal(key, r.URL.Query().Get("key")) {
			return nil, channels.ErrSignature
		}
		return Feedback(body)
	}
}

func equal(key secret.String, got string) bool {
	return !key.Empty() && subtle.ConstantTimeCompare([]byte(key.Reveal()), []byte(got)) == 1
}

// result is one delivery report, or one message from a phone: those have a text.
type result struct {
	MessageID string  `json:"messageId"`
	Status    *status `json:"status"`
	Error     struct {
		Group     string `json:"groupName"` // HANDSET_ERRORS, USER_ERRORS, OPERATOR_ERRORS
		Name      string `json:"name"`
		Permanent bool   `json:"permanent"`
	} `json:"error"`
	From    string `json:"from"`
	Text    string `json:"text"`
	Keyword string `json:"keyword"`
}

// Feedback reads the body of a delivery report or of messages from phones, several at once.
// What tells nothing (a state on the way, a text that isn't a STOP) is left out.
func Feedback(body []byte) ([]channels.Feedback, error) {
	var reports struct {
		Results []result `json:"results"`
	}
	if err := json.Unmarshal(body, &reports); err != nil {
		return nil, errors.New("infobip: the body is not a report")
	}
	var list []channels.Feedback
	for _, r := range reports.Results {
		if f, ok := r.feedback(); ok {
			list = append(list, f)
		}
	}
	return list, nil
}

func (r result) feedback() (f channels.Feedback, ok bool) {
	if r.Status == nil {
		stop := r.From != "" && (channels.IsStop(r.Text) || channels.IsStop(r.Keyword))
		return channels.Feedback{Provider: provider, Kind: channels.Stopped, From: "+" + strings.TrimPrefix(r.From, "+")}, stop
	}
	f = channels.Feedback{Provider: provider, MessageID: r.MessageID, DeliveryID: r.MessageID, Code: r.Status.Name}
	if r.Status.Name == "DELIVERED_TO_OPERATOR" || r.Status.Name == "EXPIRED_DLR_UNKNOWN" {
		return f, false // still on its way; nobody will ever know
	}
	switch r.Status.Group {
	case "DELIVERED":
		f.Kind = channels.Delivered
	case "UNDELIVERABLE", "EXPIRED", "REJECTED":
		f.Kind, f.Code = channels.Bounced, cmp.Or(r.Error.Name, r.Status.Name)
		f.Hard = r.Error.Permanent && r.Error.Group == "HANDSET_ERRORS"
	default:
		return f, false
	}
	return f, true
}
