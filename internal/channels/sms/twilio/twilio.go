// Package twilio sends text messages by Twilio's Messages resource (API 2010-04-01), hand
// written on net/http: the vendor's SDK takes no context and drops Retry-After.
//
// Twilio knows no client's message id, so an answer that was lost stays unknown; the
// delivery's id travels in the status callback's address only.
package twilio

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/sms"
)

const provider = "twilio"

// Sender sends by one account. It is safe for concurrent use.
type Sender struct {
	cfg    Config
	target string
	client *http.Client
}

// New checks the configuration. It doesn't speak to Twilio.
func New(cfg Config) (*Sender, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Sender{cfg: cfg, client: channels.Overheard(channels.NewHTTPClient(), cfg.Wire), target: cfg.base() + "/2010-04-01/Accounts/" + url.PathEscape(cfg.Account) + "/Messages.json"}, nil
}

// Provider is the name under which messages are sent.
func (*Sender) Provider() string { return provider }

// Close lets the kept connections go.
func (s *Sender) Close() error {
	s.client.CloseIdleConnections()
	return nil
}

// Send hands the message to Twilio. The receipt's id is the message's SID.
func (s *Sender) Send(ctx context.Context, to notify.Address, m notify.Message) (notify.Receipt, error) {
	number, err := channels.Number(provider, to)
	if err != nil {
		return notify.Receipt{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.target, strings.NewReader(s.form(number, m).Encode()))
	if err != nil {
		return notify.Receipt{}, channels.Refused(provider, notify.Misconfigured, "", "the host is no host")
	}
	req.SetBasicAuth(s.cfg.user(), s.cfg.Token.Reveal())
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	hide := []string{number, m.Text, s.cfg.Account, s.cfg.Key, s.cfg.Token.Reveal()}
	a, err := channels.Do(ctx, s.client, provider, req, hide...)
	if err != nil {
		return notify.Receipt{}, err
	}
	if !a.OK() {
		return notify.Receipt{}, refusal(a, hide)
	}
	return receipt(a, m), nil
}

// maxValidity is the longest that Twilio takes (10 hours), and its default.
const maxValidity = 10 * time.Hour

func (s *Sender) form(number string, m notify.Message) url.Values {
	f := url.Values{"To": {number}, "Body": {m.Text}}
	if strings.HasPrefix(s.cfg.From, "MG") && len(s.cfg.From) == 34 {
		f.Set("MessagingServiceSid", s.cfg.From)
	} else {
		f.Set("From", s.cfg.From)
	}
	if !m.Expires.IsZero() {
		left := min(max(time.Until(m.Expires), time.Second), maxValidity)
		f.Set("ValidityPeriod", strconv.Itoa(int(left.Seconds())))
	}
	if s.cfg.StatusCallback != "" {
		f.Set("StatusCallback", withDelivery(s.cfg.StatusCallback, m.Delivery))
	}
	return f
}

// withDelivery adds the delivery's id to the callback: it is how a report finds its way back.
func withDelivery(callback, id string) string {
	sep := "?"
	if strings.Contains(callback, "?") {
		sep = "&"
	}
	return callback + sep + "delivery=" + url.QueryEscape(id)
}

func receipt(a channels.Answer, m notify.Message) notify.Receipt {
	var taken struct {
		SID      string `json:"sid"`
		Segments string `json:"num_segments"` // "0" while a messaging service hasn't chosen the sender
	}
	_ = json.Unmarshal(a.Body, &taken) // a 2xx is an acceptance, whatever its body says
	parts, err := strconv.Atoi(taken.Segments)
	if err != nil || parts == 0 {
		parts, _ = sms.Count(m.Text)
	}
	return notify.Receipt{Provider: provider, ID: taken.SID, Parts: parts}
}
