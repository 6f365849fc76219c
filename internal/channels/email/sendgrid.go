package email

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/vondi-global/notifications/internal/channels"
)

// SendGridCallback reads SendGrid's Event Webhook. publicKey is the verification key of the
// signed webhook, in base64 as SendGrid shows it
// (www.twilio.com/docs/sendgrid/for-developers/tracking-events).
func SendGridCallback(publicKey string) (func(*http.Request, []byte) ([]channels.Feedback, error), error) {
	der, err := base64.StdEncoding.DecodeString(publicKey)
	if err != nil {
		return nil, errors.New("sendgrid: the verification key is not base64")
	}
	parsed, err := x509.ParsePKIXPublicKey(der)
	key, ok := parsed.(*ecdsa.PublicKey)
	if err != nil || !ok {
		return nil, errors.New("sendgrid: the verification key is no ECDSA key")
	}
	return func(r *http.Request, body []byte) ([]channels.Feedback, error) {
		sig, err := base64.StdEncoding.DecodeString(r.Header.Get("X-Twilio-Email-Event-Webhook-Signature"))
		sum := sha256.Sum256(append([]byte(r.Header.Get("X-Twilio-Email-Event-Webhook-Timestamp")), body...))
		if err != nil || !ecdsa.VerifyASN1(key, sum[:], sig) {
			return nil, channels.ErrSignature
		}
		return readSendGrid(body)
	}, nil
}

type sendGridEvent struct {
	Event     string `json:"event"`
	Type      string `json:"type"` // of a bounce: "bounce", or "blocked" for a refusal that may pass
	Status    string `json:"status"`
	Reason    string `json:"reason"`
	SMTPID    string `json:"smtp-id"`
	MessageID string `json:"sg_message_id"`
	Delivery  string `json:"delivery"` // our unique argument
}

func readSendGrid(body []byte) (list []channels.Feedback, err error) {
	var events []sendGridEvent
	if err := json.Unmarshal(body, &events); err != nil {
		return nil, errors.New("sendgrid: the body is no list of events")
	}
	for _, e := range events {
		f := channels.Feedback{Provider: "sendgrid", DeliveryID: deliveryOr(e.Delivery, e.SMTPID), MessageID: strings.Trim(e.SMTPID, "<>"), Code: e.Status}
		if f.MessageID == "" {
			f.MessageID = e.MessageID
		}
		switch e.Event {
		case "delivered":
			f.Kind = channels.Delivered
		case "bounce":
			f.Kind, f.Hard = channels.Bounced, e.Type != "blocked" && hardBounce(e.Status, e.Reason)
		case "dropped":
			f.Kind, f.Hard = channels.Bounced, e.Reason == "Bounced Address" || e.Reason == "Invalid"
		case "spamreport":
			f.Kind = channels.Complained
		case "unsubscribe", "group_unsubscribe":
			f.Kind = channels.Stopped
		default: // processed, deferred, open, click
			continue
		}
		list = append(list, f)
	}
	return list, nil
}

// deliveryOr returns a delivery's id, if it is one, else the one in a Message-ID of ours.
func deliveryOr(id, messageID string) string {
	if deliveryShape.MatchString(id) {
		return id
	}
	id, _, _ = strings.Cut(strings.Trim(messageID, "<>"), "@")
	if deliveryShape.MatchString(id) {
		return id
	}
	return ""
}
