package push

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"firebase.google.com/go/v4/messaging"

	"github.com/vondi-global/notifications/internal/notify"
)

const (
	maxPayload = 4096 // bytes that FCM and APNs take of notification and data
	overhead   = 256  // the JSON around them, generously
	maxTTL     = 28 * 24 * time.Hour
)

// weight is how many of the payload's bytes the message takes.
func weight(m notify.Message) int {
	return overhead + len(m.Title) + len(m.Text) + len(m.Link) + 2*len(m.Image) +
		len(m.Delivery) + len(m.Event) + len(m.Category) + 2*len(tag(m))
}

// tag is under which key a device shows the message: a second one with the same key takes
// the first one's place. It is never empty, so that a duplicate shows once.
func tag(m notify.Message) string { return cmp.Or(m.Collapse, m.Delivery) }

// compose makes FCM's message. Only the device's own platform gets its block; a device
// whose platform isn't known gets all three.
func compose(to notify.Address, m notify.Message) *messaging.Message {
	msg := &messaging.Message{
		Token:        to.Value,
		Data:         data(m),
		Notification: &messaging.Notification{Title: m.Title, Body: m.Text, ImageURL: m.Image},
	}
	ttl := life(m.Expires)
	if to.Platform == "android" || to.Platform == "" {
		msg.Android = android(m, ttl)
	}
	if to.Platform == "ios" || to.Platform == "" {
		msg.APNS = apns(m)
	}
	if to.Platform == "web" || to.Platform == "" {
		msg.Webpush = webpush(m, ttl)
	}
	return msg
}

// data is what the app gets beside the words: what to open, and which delivery it was.
func data(m notify.Message) map[string]string {
	d := map[string]string{"delivery": m.Delivery, "event": m.Event}
	if m.Category != "" {
		d["category"] = m.Category
	}
	if m.Link != "" {
		d["link"] = m.Link
	}
	return d
}

// life is how long FCM may keep the message; nil leaves it to FCM (28 days).
func life(expires time.Time) *time.Duration {
	if expires.IsZero() {
		return nil
	}
	ttl := min(max(time.Until(expires), 0), maxTTL).Truncate(time.Second)
	return &ttl
}

// android sets a collapse key only where the message has one: FCM keeps at most four of them
// for a device that is offline, so that the delivery's id as a key would lose messages.
func android(m notify.Message, ttl *time.Duration) *messaging.AndroidConfig {
	priority := "normal"
	if m.Priority == notify.High {
		priority = "high"
	}
	return &messaging.AndroidConfig{
		CollapseKey: m.Collapse, Priority: priority, TTL: ttl,
		// A channel that the app hasn't made falls back to the app's default.
		Notification: &messaging.AndroidNotification{ChannelID: m.Category, Tag: tag(m)},
	}
}

func apns(m notify.Message) *messaging.APNSConfig {
	priority := "5"
	if m.Priority == notify.High {
		priority = "10"
	}
	headers := map[string]string{"apns-priority": priority, "apns-collapse-id": short(tag(m), 64)}
	if !m.Expires.IsZero() {
		headers["apns-expiration"] = strconv.FormatInt(m.Expires.Unix(), 10)
	}
	c := &messaging.APNSConfig{
		Headers: headers,
		Payload: &messaging.APNSPayload{Aps: &messaging.Aps{ThreadID: m.Category, Sound: sound(m), MutableContent: m.Image != ""}},
	}
	if m.Image != "" {
		c.FCMOptions = &messaging.APNSFCMOptions{ImageURL: m.Image}
	}
	return c
}

func sound(m notify.Message) string {
	if m.Priority == notify.Low {
		return ""
	}
	return "default"
}

func webpush(m notify.Message, ttl *time.Duration) *messaging.WebpushConfig {
	headers := map[string]string{"Urgency": string(cmp.Or(m.Priority, notify.Normal)), "Topic": topic(tag(m))}
	if ttl != nil {
		headers["TTL"] = strconv.Itoa(int(ttl.Seconds()))
	}
	c := &messaging.WebpushConfig{Headers: headers, Notification: &messaging.WebpushNotification{Tag: tag(m), Image: m.Image}}
	if strings.HasPrefix(m.Link, "https://") { // anything else FCM refuses
		c.FCMOptions = &messaging.WebpushFCMOptions{Link: m.Link}
	}
	return c
}

// topic is a key in the form that RFC 8030, 5.4 wants: at most 32 characters of the URL-safe
// base64 alphabet.
func topic(key string) string {
	if len(key) <= 32 && !strings.ContainsFunc(key, notTopic) {
		return key
	}
	return hash(key)
}

func notTopic(r rune) bool {
	return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-' && r != '_'
}

// short keeps a key within n bytes; a longer one becomes its hash.
func short(key string, n int) string {
	if len(key) <= n {
		return key
	}
	return hash(key)
}

func hash(key string) string {
	sum := sha256.Sum256([]byte(key))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}
