package simulators

import (
	"sync"
	"time"
)

// Captured is a message that a simulator has accepted, as a person would see it.
type Captured struct {
	ID        int64     `json:"id"` // 1, 2, 3 … in the order of arrival
	Time      time.Time `json:"time"`
	Channel   string    `json:"channel"`    // email, telegram, sms, push
	Provider  string    `json:"provider"`   // smtp, telegram, twilio, infobip, smpp, fcm
	MessageID string    `json:"message_id"` // the id that the simulator answered with
	To        string    `json:"to"`
	From      string    `json:"from,omitempty"`

	Subject  string              `json:"subject,omitempty"`
	Title    string              `json:"title,omitempty"`
	Text     string              `json:"text,omitempty"`
	HTML     string              `json:"html,omitempty"`
	Link     string              `json:"link,omitempty"`
	Image    string              `json:"image,omitempty"`
	Buttons  []Button            `json:"buttons,omitempty"`
	Files    []File              `json:"files,omitempty"`
	Encoding string              `json:"encoding,omitempty"` // sms: GSM-7, UCS-2
	Segments int                 `json:"segments,omitempty"` // sms
	Headers  map[string][]string `json:"headers,omitempty"`
	Raw      []byte              `json:"-"` // what was on the wire: the whole email, the request's body

	// Reference is the sender's stable key (our delivery id), where the protocol has one.
	Reference string `json:"reference,omitempty"`
}

// Button is a link below a message.
type Button struct {
	Text string `json:"text"`
	URL  string `json:"url"`
}

// File is an attachment.
type File struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Data []byte `json:"-"`

	ContentID string `json:"content_id,omitempty"` // email: the HTML shows it as cid:ContentID
}

// Inbox keeps the newest captured messages and tells its watchers of each new one.
type Inbox struct {
	mu       sync.Mutex
	keep     int
	next     int64
	messages []Captured // oldest first
	watchers map[chan Captured]struct{}
}

// NewInbox returns an inbox that keeps the newest n messages (all if n is 0).
func NewInbox(n int) *Inbox {
	return &Inbox{keep: n, watchers: map[chan Captured]struct{}{}}
}

// Add keeps a message, numbers it and shows it to the watchers.
func (b *Inbox) Add(m Captured) Captured {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next++
	m.ID = b.next
	if m.Time.IsZero() {
		m.Time = time.Now()
	}
	b.messages = append(b.messages, m)
	if b.keep > 0 && len(b.messages) > b.keep {
		b.messages = append([]Captured(nil), b.messages[len(b.messages)-b.keep:]...)
	}
	for w := range b.watchers {
		select {
		case w <- m:
		default: // a watcher that doesn't keep up reads the list again
		}
	}
	return m
}

// Messages returns what is kept, oldest first.
func (b *Inbox) Messages() []Captured {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Captured(nil), b.messages...)
}

// Total is how many messages were ever accepted.
func (b *Inbox) Total() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.next
}

// Clear forgets the messages. The numbering goes on.
func (b *Inbox) Clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.messages = nil
}

// Watch returns a channel of new messages and a function that ends the watch.
func (b *Inbox) Watch() (<-chan Captured, func()) {
	w := make(chan Captured, 64)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.watchers[w] = struct{}{}
	return w, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.watchers, w)
	}
}
