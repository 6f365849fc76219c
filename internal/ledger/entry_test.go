package ledger

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/notify"
)

// values are encoded fields as they come back from Redis.
func values(fields []any) map[string]any {
	v := map[string]any{}
	for i := 0; i < len(fields); i += 2 {
		v[fields[i].(string)] = fields[i+1]
	}
	return v
}

func fullOutcome() notify.Outcome {
	return notify.Outcome{
		Status: notify.Sent, Time: time.Unix(1734825605, 0).UTC(), Reason: "temporary", Detail: "order/sms", Error: "twilio: temporary (503): busy",
		Provider: "twilio", MessageID: "SM1", Attempt: 3, Parts: 2, Words: "3f9c0a7e", MaybeDuplicate: true, NextAt: time.Unix(1734825700, 0).UTC(),
		Delivery: notify.Delivery{
			ID: "d1", To: notify.Recipient{UserID: "890", Role: "buyer"}, Channel: notify.SMS, Message: "order.shipped.buyer",
			Locale: "sr-Latn", Priority: notify.High, ResendOf: "d0", Actor: "mira", Note: "asked again",
			Event: notify.Event{ID: "event-1", Type: "order.shipped", Source: notify.Position{Source: "listings", Stream: "listings:events:orders", Entry: "1734825600000-0"}},
		},
	}
}

func TestEntryComesBackAsItWas(t *testing.T) {
	for _, status := range notify.Statuses() {
		want := fullOutcome()
		want.Status = status
		got, err := decode("1-0", values(encode(want)))
		must(t, err)
		if diff := cmp.Diff(want, got.Outcome); diff != "" {
			t.Errorf("%s: %s", status, diff)
		}
	}
}

func TestEntryIsThePlatformsEnvelope(t *testing.T) {
	o := fullOutcome()
	o.Delivery.Event.Time = time.Unix(1734825600, 0)
	want := map[string]any{
		"type": "notification.sent", "timestamp": "1734825605", "version": "1.0",
		"delivery_id": "d1", "event_id": "event-1", "event_type": "order.shipped",
		"source": "listings", "stream": "listings:events:orders", "entry_id": "1734825600000-0",
		"user_id": "890", "role": "buyer", "channel": "sms", "locale": "sr-Latn", "priority": "high", "message": "order.shipped.buyer",
		"provider": "twilio", "provider_message_id": "SM1", "attempt": "3", "parts": "2", "words": "3f9c0a7e",
		"reason": "temporary", "detail": "order/sms", "error": "twilio: temporary (503): busy", "latency_ms": "5000",
		"maybe_duplicate": "true", "resend_of": "d0", "actor": "mira", "note": "asked again", "next_at": "1734825700",
	}
	if diff := cmp.Diff(want, values(encode(o))); diff != "" {
		t.Error(diff)
	}
}

func TestEntryHoldsNoAddressAndNoHostileText(t *testing.T) {
	o := fullOutcome()
	o.Delivery.To.Other = &notify.Address{Channel: notify.Email, Value: "mila@example.com", Name: "Mila"}
	o.Error = strings.Repeat("\x1b[31mred\n", 300)
	for name, v := range values(encode(o)) {
		text := v.(string)
		if strings.Contains(text, "example.com") || strings.ContainsAny(text, "\n\x1b") || len([]rune(text)) > errorRunes+1 {
			t.Errorf("%s = %.80q", name, text)
		}
	}
}

func TestEmptyFieldsAreLeftOut(t *testing.T) {
	got := values(encode(notify.Outcome{Status: notify.Skipped, Time: time.Unix(5, 0), Delivery: notify.Delivery{ID: "d1"}}))
	want := map[string]any{"type": "notification.skipped", "timestamp": "5", "version": "1.0", "delivery_id": "d1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("notification.sent", "1734825605", "3", "true")
	f.Add("", "", "", "")
	f.Add("order.created", "x", "-1", "\xff")
	f.Fuzz(func(t *testing.T, kind, timestamp, attempt, duplicate string) {
		e, err := decode("1-0", map[string]any{"type": kind, "timestamp": timestamp, "attempt": attempt, "maybe_duplicate": duplicate, "parts": 7})
		if (err == nil) != strings.HasPrefix(kind, "notification.") {
			t.Errorf("decode(%q) = %v, %v", kind, e, err)
		}
	})
}
