package notify

import "time"

// LetterKind says what was set aside.
type LetterKind string

// The kinds of dead letters.
const (
	DeadEntry    LetterKind = "entry"    // an entry that can't be read, or whose dispatch failed too often
	DeadDelivery LetterKind = "delivery" // a delivery that was given up
)

// Letter is a dead letter: what was set aside, why, and all that a retry needs.
type Letter struct {
	ID        string // its id in notifications:dead; empty before it is stored
	Kind      LetterKind
	Key       string // what it is about, for once-only: the event's id and position, or the delivery's id
	Reason    string // "unknown_type", "invalid_payload", "broken_json", "no_fields", "too_large", "dispatch_failed", or an Outcome's reason
	Error     string // what was wrong, where, and what would be right; no personal data
	Source    Position
	EventID   string
	EventType string
	Delivery  string // its id, for a DeadDelivery
	UserID    string
	Role      string
	Channel   Channel
	Tries     int
	Consumer  string
	Time      time.Time

	// Fields is the whole entry as it was. It is stored apart from the letter, which
	// shows it masked only.
	Fields map[string]string
}
