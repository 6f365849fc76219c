package notify

import "time"

// Any stands for every category or every channel in a preference.
const Any = "*"

// Preferences are a person's choices, by [PreferenceKey].
type Preferences map[string]Choice

// Choice is one preference, kept with who set it, when and how.
type Choice struct {
	On  bool      `json:"on"`
	By  string    `json:"by"`  // the person, an operator's name, "system"
	How string    `json:"how"` // "notifyctl", "telegram /stop", "sms STOP", "unsubscribe link", "import"
	At  time.Time `json:"at"`
}

// PreferenceKey names a preference: "order/email", "*/sms", "order/*", "*/*".
func PreferenceKey(category, channel string) string { return category + "/" + channel }

// Muted says whether a message of the category by the channel is unwanted, and which
// preference decided it. The most exact one wins: category and channel, then channel,
// then category, then everything. Without any, everything is wanted.
func (p Preferences) Muted(category string, ch Channel) (key string, muted bool) {
	if len(p) == 0 {
		return "", false
	}
	for _, k := range []string{
		PreferenceKey(category, string(ch)),
		PreferenceKey(Any, string(ch)),
		PreferenceKey(category, Any),
		PreferenceKey(Any, Any),
	} {
		if c, ok := p[k]; ok {
			return k, !c.On
		}
	}
	return "", false
}
