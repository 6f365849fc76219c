package jobs

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/notify"
)

func TestPayloadOfADelivery(t *testing.T) {
	full := delivery("d1", notify.Push, notify.Low)
	full.To.Other = &notify.Address{Channel: notify.Push, Value: "token", Platform: "ios"}
	full.Mandatory, full.To.Guest, full.Unless = true, true, []string{"d8", "d9"}
	full.Device, full.ResendOf, full.Actor, full.Note = "c3f1", "d0", "mira", "asked again"
	for name, d := range map[string]notify.Delivery{
		"usual": delivery("d1", notify.Push, notify.Low), "full": full,
		"empty": {ID: "d1", Channel: notify.Push, Priority: notify.Low},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := encodeDelivery(d)
			must(t, err)
			got, err := decodeDelivery("d1", "push:low", b)
			must(t, err)
			if diff := cmp.Diff(d, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPayloadHoldsNoEvent(t *testing.T) {
	d := delivery("d1", notify.Email, notify.High)
	d.Event.Data = []byte(`{"pickup_code":"4711"}`)
	b, err := encodeDelivery(d)
	must(t, err)
	if len(b) > 250 {
		t.Errorf("payload of %d bytes: %q", len(b), b)
	}
	got, err := decodeDelivery("d1", "email:high", b)
	must(t, err)
	if got.Event.Data != nil {
		t.Error("the job carries the event's data")
	}
}

func TestPayloadsOfOtherJobs(t *testing.T) {
	id, step, err := decodeResume(encodeResume("event-1", 3))
	if err != nil || id != "event-1" || step != 3 {
		t.Errorf("resume = %q, %d, %v", id, step, err)
	}
	b := notify.Broadcast{
		ID: "b1", Event: notify.Event{ID: "event-1", Type: "listing.price_changed", Time: time.UnixMilli(5).UTC()},
		Role: "watcher", Audience: "listing:100:watchers", Size: 1_000_000,
	}
	got, err := decodeBroadcast(encodeBroadcast(b))
	must(t, err)
	if diff := cmp.Diff(b, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzDecodeDelivery(f *testing.F) {
	b, _ := encodeDelivery(delivery("d1", notify.SMS, notify.High))
	f.Add(b)
	f.Add([]byte{})
	f.Add([]byte{payloadVersion, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1})
	f.Add([]byte{payloadVersion + 1, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := decodeDelivery("d1", "sms:high", b)
		if err != nil {
			return
		}
		again, err := encodeDelivery(d)
		must(t, err)
		back, err := decodeDelivery("d1", "sms:high", again)
		must(t, err)
		if diff := cmp.Diff(d, back); diff != "" {
			t.Error(diff)
		}
	})
}
