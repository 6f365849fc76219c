package push_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/channels/push"
	"github.com/vondi-global/notifications/internal/notify"
)

// wire sends a message to the simulator and returns what was on the wire.
func wire(t *testing.T, to notify.Address, m notify.Message) map[string]any {
	t.Helper()
	sim, inbox := simulator(t)
	if _, err := sender(t, push.Config{Endpoint: sim.URL(), Project: sim.Project}).Send(t.Context(), to, m); err != nil {
		t.Fatal(err)
	}
	var q struct {
		Message map[string]any `json:"message"`
	}
	if err := json.Unmarshal(inbox.Messages()[0].Raw, &q); err != nil {
		t.Fatal(err)
	}
	return q.Message
}

type object = map[string]any

func TestWhatIsOnTheWire(t *testing.T) {
	expires := time.Now().Add(4*time.Hour + 30*time.Second)
	m := message
	m.Collapse, m.Priority, m.Image, m.Expires = "order-12345", notify.High, "https://vondi.rs/i/12345.jpg", expires
	to := device
	to.Platform = ""
	got := wire(t, to, m)
	aged := got["android"].(object)["ttl"].(string)
	if d, err := time.ParseDuration(aged); err != nil || d < 4*time.Hour || d > 4*time.Hour+30*time.Second {
		t.Errorf("android's ttl %s, want 4h and up to 30s", aged)
	}
	delete(got["android"].(object), "ttl")
	delete(got["webpush"].(object)["headers"].(object), "TTL")
	want := object{
		"token":        device.Value,
		"notification": object{"title": m.Title, "body": m.Text, "image": m.Image},
		"data":         object{"delivery": m.Delivery, "event": "order.confirmed", "category": "order", "link": m.Link},
		"android": object{
			"collapse_key": "order-12345", "priority": "high",
			"notification": object{"channel_id": "order", "tag": "order-12345"},
		},
		"apns": object{
			"headers":     object{"apns-priority": "10", "apns-collapse-id": "order-12345", "apns-expiration": jsonInt(expires.Unix())},
			"payload":     object{"aps": object{"thread-id": "order", "sound": "default", "mutable-content": 1.0}},
			"fcm_options": object{"image": m.Image},
		},
		"webpush": object{
			"headers":      object{"Urgency": "high", "Topic": "order-12345"},
			"notification": object{"tag": "order-12345", "image": m.Image},
			"fcm_options":  object{"link": m.Link},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func jsonInt(n int64) string { b, _ := json.Marshal(n); return string(b) }

// Only the device's own platform gets its block.
func TestOneBlockForAKnownPlatform(t *testing.T) {
	for platform, block := range map[string]string{"android": "android", "ios": "apns", "web": "webpush"} {
		to := device
		to.Platform = platform
		got := wire(t, to, message)
		for _, b := range []string{"android", "apns", "webpush"} {
			if _, there := got[b]; there != (b == block) {
				t.Errorf("%s: block %s there: %v", platform, b, there)
			}
		}
	}
}

// Without a collapse key, a duplicate still takes the first one's place on the screen, but
// FCM isn't told of a key: it keeps four of them only.
func TestTheDeliveryIsTheTag(t *testing.T) {
	android := wire(t, device, message)["android"].(object)
	if _, there := android["collapse_key"]; there || android["notification"].(object)["tag"] != message.Delivery {
		t.Errorf("android %v: want the delivery's id as the tag, and no collapse key", android)
	}
}

func TestKeysFitTheirProtocols(t *testing.T) {
	m := message
	m.Collapse = strings.Repeat("order:", 20)
	to := device
	to.Platform = ""
	got := wire(t, to, m)
	id := got["apns"].(object)["headers"].(object)["apns-collapse-id"].(string)
	topic := got["webpush"].(object)["headers"].(object)["Topic"].(string)
	if len(id) > 64 || len(topic) > 32 || strings.ContainsAny(topic, ":/+=") {
		t.Errorf("apns-collapse-id %q, topic %q", id, topic)
	}
}

func TestALifeThatIsOverOrVeryLong(t *testing.T) {
	for _, tc := range []struct {
		expires time.Time
		want    string
	}{
		{time.Now().Add(-time.Hour), "0s"},
		{time.Now().Add(90 * 24 * time.Hour), "2419200s"},
	} {
		m := message
		m.Expires = tc.expires
		if got := wire(t, device, m)["android"].(object)["ttl"]; got != tc.want {
			t.Errorf("ttl %v, want %s", got, tc.want)
		}
	}
}

func TestTooLargeIsNotSent(t *testing.T) {
	sim, inbox := simulator(t)
	s := sender(t, push.Config{Endpoint: sim.URL(), Project: sim.Project})
	m := message
	m.Text = strings.Repeat("ш", 2000)
	if _, err := s.Send(t.Context(), device, m); notify.FaultOf(err) != notify.Rejected {
		t.Errorf("error %v: want rejected", err)
	}
	m.Text = strings.Repeat("ш", 1700)
	if _, err := s.Send(t.Context(), device, m); err != nil {
		t.Errorf("3400 bytes: %v", err)
	}
	if inbox.Total() != 1 {
		t.Errorf("%d messages arrived, want 1", inbox.Total())
	}
}
