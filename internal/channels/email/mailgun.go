package email

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/secret"
)

// MailgunCallback reads Mailgun's webhooks. key is the HTTP webhook signing key
// (documentation.mailgun.com, "Securing webhooks").
func MailgunCallback(key secret.String) func(*http.Request, []byte) ([]channels.Feedback, error) {
	return func(_ *http.Request, body []byte) ([]channels.Feedback, error) {
		var m mailgunPost
		if err := json.Unmarshal(body, &m); err != nil {
			return nil, errors.New("mailgun: the body is no event")
		}
		if !m.signed(key) {
			return nil, channels.ErrSignature
		}
		if f, ok := m.feedback(); ok {
			return []channels.Feedback{f}, nil
		}
		return nil, nil
	}
}

type mailgunPost struct {
	Signature struct {
		Timestamp string `json:"timestamp"`
		Token     string `json:"token"`
		Signature string `json:"signature"`
	} `json:"signature"`
	Event struct {
		Event    string `json:"event"`
		Severity string `json:"severity"`
		Reason   string `json:"reason"`
		Status   struct {
			Code     int    `json:"code"`
			Enhanced string `json:"enhanced-code"`
			Message  string `json:"message"`
		} `json:"delivery-status"`
		Message struct {
			Headers struct {
				MessageID string `json:"message-id"`
			} `json:"headers"`
		} `json:"message"`
		Variables struct {
			Delivery string `json:"delivery"`
		} `json:"user-variables"`
	} `json:"event-data"`
}

func (m mailgunPost) signed(key secret.String) bool {
	got, err := hex.DecodeString(m.Signature.Signature)
	if err != nil || key.Empty() {
		return false
	}
	mac := hmac.New(sha256.New, []byte(key.Reveal()))
	_, _ = io.WriteString(mac, m.Signature.Timestamp+m.Signature.Token)
	return hmac.Equal(got, mac.Sum(nil))
}

func (m mailgunPost) feedback() (f channels.Feedback, ok bool) {
	e := m.Event
	id := e.Message.Headers.MessageID
	f = channels.Feedback{Provider: "mailgun", MessageID: id, DeliveryID: deliveryOr(e.Variables.Delivery, id)}
	if e.Status.Code != 0 {
		f.Code = answer{code: e.Status.Code, enhanced: e.Status.Enhanced}.String()
	}
	switch e.Event {
	case "delivered":
		f.Kind = channels.Delivered
	case "failed":
		if e.Severity == "temporary" { // Mailgun goes on trying
			return f, false
		}
		f.Kind = channels.Bounced
		f.Hard = e.Reason == "suppress-bounce" || hardBounce(e.Status.Enhanced, strconv.Itoa(e.Status.Code)+" "+e.Status.Message)
	case "complained":
		f.Kind = channels.Complained
	case "unsubscribed":
		f.Kind = channels.Stopped
	default: // accepted, opened, clicked …
		return f, false
	}
	return f, true
}
