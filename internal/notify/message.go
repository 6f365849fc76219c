package notify

import "time"

// Message is a rendered delivery, ready for a provider. Each channel uses its own fields.
type Message struct {
	Delivery string // the delivery's id: Message-ID, collapse key, client reference
	Event    string // the event's type, for provider-side tags
	Category string // the type's category: "order", "payment" …
	Channel  Channel
	Locale   string // the language it came out in
	Words    string // the version of the words and shapes that it was made of

	Subject string   // email: one line, at most 78 characters
	HTML    string   // email: the HTML part. telegram: the text, in Telegram's HTML subset
	Text    string   // email: the text part. sms: the text. push: the body
	Title   string   // push
	Link    string   // push: deep link, https
	Image   string   // push: https
	Buttons []Button // telegram

	Attachments []Attachment      // email
	Unsubscribe string            // email: one-click URL (RFC 8058), empty for mandatory messages
	Headers     map[string]string // email: further headers

	Collapse string // push: a newer message with this key replaces an older one
	Priority Priority
	Expires  time.Time // the provider need not try after this
}

// Button is a link below a Telegram message.
type Button struct {
	Text string `json:"text"`
	URL  string `json:"url"` // https
}

// Attachment is a file that goes with an email.
type Attachment struct {
	Name string
	Type string // MIME type
	Data []byte
	// ContentID makes it an inline image that the HTML shows as cid:ContentID.
	ContentID string
}

// Receipt is a provider's word that it has taken a message.
type Receipt struct {
	Provider string // "smtp", "twilio" …
	ID       string // the provider's id of the message, for delivery receipts
	Parts    int    // sms: segments
	NewChat  string // telegram: the group has become this chat; the contact is to be updated
}
