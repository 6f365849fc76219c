package ctl

import (
	"time"

	"github.com/vondi-global/notifications/internal/ledger"
	"github.com/vondi-global/notifications/internal/notify"
)

// storyPage is what why answers.
type storyPage struct {
	Subject string       `json:"subject"`
	Person  *personCard  `json:"person,omitempty"`
	Events  []eventStory `json:"events"` // in the order in which they happened
	More    bool         `json:"more,omitempty"`
	Also    []string     `json:"also,omitempty"`

	seen []notify.Delivery
}

// personCard is a person as support sees them.
type personCard struct {
	UserID    string            `json:"user_id"`
	Name      string            `json:"name,omitempty"`
	Addresses map[string]string `json:"addresses"`
	Dead      map[string]string `json:"dead,omitempty"` // channel → why
	Muted     []string          `json:"muted,omitempty"`
	Locale    string            `json:"locale,omitempty"`
	Banned    bool              `json:"banned,omitempty"`
}

// eventStory is an event with everybody who was to hear of it.
type eventStory struct {
	ID         string        `json:"id"`
	Type       string        `json:"type"`
	About      string        `json:"about,omitempty"`
	Time       time.Time     `json:"time"`
	Stream     string        `json:"stream,omitempty"`
	Source     string        `json:"source,omitempty"`
	Entry      string        `json:"entry,omitempty"`
	Expires    time.Time     `json:"expires,omitzero"`
	People     []personStory `json:"people"`
	Waiting    []string      `json:"waiting_for,omitempty"` // roles in which nobody is known yet
	Broadcasts []string      `json:"broadcasts,omitempty"`
}

// personStory is what became of an event for one person in one role.
type personStory struct {
	UserID     string          `json:"user_id,omitempty"`
	Role       string          `json:"role,omitempty"`
	Name       string          `json:"name,omitempty"`
	Deliveries []deliveryStory `json:"deliveries"`
}

// deliveryStory is what became of one delivery.
type deliveryStory struct {
	ID             string          `json:"id"`
	Channel        notify.Channel  `json:"channel,omitempty"`
	Priority       notify.Priority `json:"priority,omitempty"`
	Words          string          `json:"words,omitempty"`
	Locale         string          `json:"locale,omitempty"`
	Version        string          `json:"words_version,omitempty"` // of the files that the message was made of
	Address        string          `json:"address,omitempty"`       // the person's now
	State          ledger.State    `json:"state"`
	Since          time.Time       `json:"since,omitzero"`
	Provider       string          `json:"provider,omitempty"`
	MessageID      string          `json:"provider_message_id,omitempty"`
	Latency        int64           `json:"latency_ms,omitempty"` // from the event to the outcome
	Reason         string          `json:"reason,omitempty"`
	Explained      string          `json:"explained,omitempty"` // the reason in plain words
	Receipt        notify.Status   `json:"receipt,omitempty"`
	MaybeDuplicate bool            `json:"maybe_duplicate,omitempty"`
	Next           string          `json:"next,omitempty"`
	NextAt         time.Time       `json:"next_at,omitzero"`
	ResendOf       string          `json:"resend_of,omitempty"`
	Actor          string          `json:"actor,omitempty"`
	Note           string          `json:"note,omitempty"`
	Story          []attemptStory  `json:"story,omitempty"`
}

// attemptStory is one entry of the log.
type attemptStory struct {
	Time     time.Time     `json:"time"`
	Status   notify.Status `json:"status"`
	Attempt  int           `json:"attempt,omitempty"`
	Provider string        `json:"provider,omitempty"`
	Reason   string        `json:"reason,omitempty"`
	Error    string        `json:"error,omitempty"`
	NextAt   time.Time     `json:"next_at,omitzero"`
	Actor    string        `json:"actor,omitempty"`
	Note     string        `json:"note,omitempty"`
}

// deliveries are those whose addresses the page shows.
func (p *storyPage) deliveries() []notify.Delivery { return p.seen }
