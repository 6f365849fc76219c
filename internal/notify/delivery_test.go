package notify

import (
	"strings"
	"testing"
)

// TestADeliveryKeepsItsID: ids lie in queues and ledgers; another id would send again.
func TestADeliveryKeepsItsID(t *testing.T) {
	for want, d := range map[string]Delivery{
		"mdzsbofwzyrs2dvhhdycpxfvqf": {Event: Event{ID: "evt-1"}, To: Recipient{UserID: "890", Role: "buyer"}, Channel: Email, Message: "order.created"},
		"23mqeiqr6zdkb7zeft7ie4scco": {Event: Event{ID: "evt-1"}, To: Recipient{Role: "invitee", Guest: true}, Channel: Email, Message: "warehouse.invitation_created"},
		"m2yarxla5txn4yl7xzxoufk7x2": {Event: Event{ID: strings.Repeat("e", 300)}, To: Recipient{UserID: "890"}, Channel: Push, Message: "order.created", Device: "abc"},
	} {
		if got := DeliveryID(d.Event.ID, d.To, d.Channel, d.Message, d.Device); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
