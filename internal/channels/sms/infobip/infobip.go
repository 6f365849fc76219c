// Package infobip sends text messages by Infobip's SMS API v3 (POST /sms/3/messages), hand
// written on net/http.
//
// The delivery's id is the message's id: a message that was taken before its answer was lost
// is refused as a duplicate the next time, and that refusal is a receipt.
package infobip

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
)

const provider = "infobip"

// Sender sends by one account. It is safe for concurrent use.
type Sender struct {
	cfg    Config
	client *http.Client
}

// New checks the configuration. It doesn't speak to Infobip.
func New(cfg Config) (*Sender, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Sender{cfg: cfg, client: channels.Overheard(channels.NewHTTPClient(), cfg.Wire)}, nil
}

// Provider is the name under which messages are sent.
func (*Sender) Provider() string { return provider }

// Close lets the kept connections go.
func (s *Sender) Close() error {
	s.client.CloseIdleConnections()
	return nil
}

// Send hands the message to Infobip. The receipt's id is the message's id.
func (s *Sender) Send(ctx context.Context, to notify.Address, m notify.Message) (notify.Receipt, error) {
	number, err := channels.Number(provider, to)
	if err != nil {
		return notify.Receipt{}, err
	}
	digits := strings.TrimPrefix(number, "+")
	req, err := s.request(ctx, digits, m)
	if err != nil {
		return notify.Receipt{}, channels.Refused(provider, notify.Misconfigured, "", "the host is no host")
	}
	hide := []string{digits, m.Text, s.cfg.Key.Reveal()}
	a, err := channels.Do(ctx, s.client, provider, req, hide...)
	if err != nil {
		return notify.Receipt{}, err
	}
	if !a.OK() {
		return notify.Receipt{}, refusal(a, hide)
	}
	return verdict(a, m, hide)
}

func (s *Sender) request(ctx context.Context, digits string, m notify.Message) (*http.Request, error) {
	body, err := json.Marshal(s.envelope(digits, m))
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.cfg.target(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "App "+s.cfg.Key.Reveal())
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	return req, nil
}

// The request, as the API documents it.
type (
	envelope struct {
		Messages [1]message `json:"messages"`
	}
	message struct {
		Sender       string         `json:"sender"`
		Destinations [1]destination `json:"destinations"`
		Content      content        `json:"content"`
		Options      *options       `json:"options,omitempty"`
		Webhooks     *webhooks      `json:"webhooks,omitempty"`
	}
	destination struct {
		To        string `json:"to"`
		MessageID string `json:"messageId,omitempty"`
	}
	content struct {
		Text string `json:"text"`
	}
	options struct {
		ValidityPeriod period `json:"validityPeriod"`
	}
	period struct {
		Amount   int    `json:"amount"`
		TimeUnit string `json:"timeUnit"`
	}
	webhooks struct {
		Delivery    delivery `json:"delivery"`
		ContentType string   `json:"contentType"`
	}
	delivery struct {
		URL string `json:"url"`
	}
)

// maxValidity is the longest that Infobip takes (48 hours), and its default.
const maxValidity = 48 * time.Hour

func (s *Sender) envelope(digits string, m notify.Message) envelope {
	msg := message{
		Sender:       s.cfg.From,
		Destinations: [1]destination{{To: digits, MessageID: m.Delivery}},
		Content:      content{Text: m.Text},
	}
	if !m.Expires.IsZero() {
		left := min(max(time.Until(m.Expires), time.Minute), maxValidity)
		msg.Options = &options{ValidityPeriod: period{Amount: int(left.Minutes()), TimeUnit: "MINUTES"}}
	}
	if s.cfg.Callback != "" {
		msg.Webhooks = &webhooks{Delivery: delivery{URL: s.cfg.Callback}, ContentType: "application/json"}
	}
	return envelope{Messages: [1]message{msg}}
}
