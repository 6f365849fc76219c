package email

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/channels"
)

// SNS is a topic of Amazon's Simple Notification Service, by which SES tells. It is safe for
// concurrent use.
type SNS struct {
	topic   string
	get     func(ctx context.Context, url string) ([]byte, error)
	signers *signers
}

// NewSNS returns a topic by its ARN; notes of other topics are refused. get fetches what AWS
// publishes: the certificate of a signature, and a subscription's confirmation. [FetchSNS]
// makes the real one.
func NewSNS(topic string, get func(ctx context.Context, url string) ([]byte, error)) SNS {
	return SNS{topic, get, &signers{get: get}}
}

// FetchSNS gets a small page by HTTPS.
func FetchSNS(client *http.Client) func(context.Context, string) ([]byte, error) {
	return func(ctx context.Context, u string) ([]byte, error) {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
		if err != nil {
			return nil, errors.New("sns: a URL that can't be read")
		}
		a, err := channels.Do(ctx, client, "sns", req)
		if err != nil {
			return nil, err
		}
		if !a.OK() {
			return nil, errors.New("sns: no such page")
		}
		return a.Body, nil
	}
}

// Callback reads notes of SES that come by SNS, signed (docs.aws.amazon.com/sns, "Verifying
// the signatures of Amazon SNS messages"). The topic's subscription confirms itself.
func (s SNS) Callback(r *http.Request, body []byte) ([]channels.Feedback, error) {
	var n snsNote
	if err := json.Unmarshal(body, &n); err != nil {
		return nil, errors.New("sns: the body is no note")
	}
	if err := s.verify(r.Context(), n); err != nil {
		return nil, err
	}
	switch n.Type {
	case "SubscriptionConfirmation":
		if !awsHost(n.SubscribeURL) {
			return nil, channels.ErrSignature
		}
		_, err := s.get(r.Context(), n.SubscribeURL)
		return nil, err
	case "Notification":
		return readSES([]byte(n.Message))
	}
	return nil, nil
}

type snsNote struct {
	Type, Token, TopicArn, Subject, Message, SubscribeURL, Timestamp string
	SignatureVersion, Signature, SigningCertURL                      string

	MessageID string `json:"MessageId"`
}

// signedText is what the signature covers, in AWS's order.
func (n snsNote) signedText() string {
	var b strings.Builder
	add := func(k, v string) { b.WriteString(k + "\n" + v + "\n") }
	add("Message", n.Message)
	add("MessageId", n.MessageID)
	if n.Type == "Notification" {
		if n.Subject != "" {
			add("Subject", n.Subject)
		}
	} else {
		add("SubscribeURL", n.SubscribeURL)
	}
	add("Timestamp", n.Timestamp)
	if n.Type != "Notification" {
		add("Token", n.Token)
	}
	add("TopicArn", n.TopicArn)
	add("Type", n.Type)
	return b.String()
}

func (s SNS) verify(ctx context.Context, n snsNote) error {
	algorithm := map[string]x509.SignatureAlgorithm{"1": x509.SHA1WithRSA, "2": x509.SHA256WithRSA}[n.SignatureVersion]
	sig, err := base64.StdEncoding.DecodeString(n.Signature)
	if err != nil || algorithm == 0 || n.TopicArn != s.topic || !awsHost(n.SigningCertURL) {
		return channels.ErrSignature
	}
	cert, err := s.signers.of(ctx, n.SigningCertURL)
	if err != nil {
		return err
	}
	if cert.CheckSignature(algorithm, []byte(n.signedText()), sig) != nil {
		return channels.ErrSignature
	}
	return nil
}

var snsHost = regexp.MustCompile(`^sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$`)

// awsHost keeps a stranger from naming a certificate of their own.
func awsHost(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && snsHost.MatchString(u.Host)
}

type sesNote struct {
	NotificationType string `json:"notificationType"`
	EventType        string `json:"eventType"`
	Mail             struct {
		MessageID string              `json:"messageId"`
		Tags      map[string][]string `json:"tags"`
		Headers   []struct{ Name, Value string }
	} `json:"mail"`
	Bounce struct {
		Type       string `json:"bounceType"`
		SubType    string `json:"bounceSubType"`
		Recipients []struct {
			Status     string `json:"status"`
			Diagnostic string `json:"diagnosticCode"`
		} `json:"bouncedRecipients"`
	} `json:"bounce"`
}

func readSES(body []byte) ([]channels.Feedback, error) {
	var n sesNote
	if err := json.Unmarshal(body, &n); err != nil {
		return nil, errors.New("ses: the message is no note of SES")
	}
	f := channels.Feedback{Provider: "ses", MessageID: n.Mail.MessageID, DeliveryID: n.delivery()}
	switch or(n.NotificationType, n.EventType) {
	case "Delivery":
		f.Kind = channels.Delivered
	case "Complaint":
		f.Kind = channels.Complained
	case "Bounce":
		f.Kind, f.Hard, f.Code = channels.Bounced, n.hard(), n.Bounce.Type+"/"+n.Bounce.SubType
		if r := n.Bounce.Recipients; len(r) > 0 && r[0].Status != "" {
			f.Code = r[0].Status
		}
	default: // Send, Open, Click, DeliveryDelay …
		return nil, nil
	}
	return []channels.Feedback{f}, nil
}

// hard: "Permanent" covers refusals by policy as well, which say nothing of the person.
func (n sesNote) hard() bool {
	if n.Bounce.Type != "Permanent" {
		return false
	}
	r := n.Bounce.Recipients
	if len(r) == 0 || r[0].Status == "" {
		return true
	}
	return n.Bounce.SubType == "NoEmail" || n.Bounce.SubType == "Suppressed" || n.Bounce.SubType == "OnAccountSuppressionList" ||
		hardBounce(r[0].Status, r[0].Diagnostic)
}

// delivery is our id: of the tag that we set, else of our Message-ID, which SES replaces but
// shows among the original headers.
func (n sesNote) delivery() string {
	for _, id := range n.Mail.Tags["delivery"] {
		if deliveryShape.MatchString(id) {
			return id
		}
	}
	for _, h := range n.Mail.Headers {
		if strings.EqualFold(h.Name, "Message-ID") {
			return deliveryOr("", h.Value)
		}
	}
	return ""
}
