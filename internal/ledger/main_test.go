package ledger

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
	"github.com/vondi-global/notifications/internal/redistest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var epoch = time.Now().Add(-time.Minute).Truncate(time.Second).UTC()

// start gives a ledger on a Redis of its own.
func start(t testing.TB) (*Ledger, *redis.Client) {
	t.Helper()
	client := redistest.Start(t).Client()
	return New(client, Defaults(), time.Now), client
}

func orderEvent(id string) notify.Event {
	return notify.Event{
		ID: id, Type: "order.shipped", Time: epoch,
		Source: notify.Position{Source: "listings", Stream: "listings:events:orders", Entry: "1734825600000-0"},
		Data:   json.RawMessage(`{"order_id":12345,"storefront_id":"67"}`),
	}
}

func orderDelivery(id string) notify.Delivery {
	return notify.Delivery{
		ID: id, Event: orderEvent("event-" + id), To: notify.Recipient{UserID: "890", Role: "buyer"},
		Channel: notify.SMS, Message: "order.shipped", Locale: "sr-Latn", Priority: notify.High,
		Topic: "order_id:12345/order.shipped",
	}
}

func outcome(s notify.Status, d notify.Delivery) notify.Outcome {
	return notify.Outcome{Status: s, Time: time.Now(), Delivery: d, Attempt: 1}
}

func sent(d notify.Delivery, messageID string) notify.Outcome {
	o := outcome(notify.Sent, d)
	o.Provider, o.MessageID = "twilio", messageID
	return o
}

func mustClaim(t *testing.T, l *Ledger, d notify.Delivery, budget time.Duration) notify.ClaimState {
	t.Helper()
	c, err := l.Claim(t.Context(), d, budget)
	if err != nil {
		t.Fatal(err)
	}
	return c.State
}

func mustSettle(t *testing.T, l *Ledger, o notify.Outcome) bool {
	t.Helper()
	first, err := l.Settle(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return first
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// logged are the log's entries, as their types.
func logged(t *testing.T, c *redis.Client) []string {
	t.Helper()
	var types []string
	for _, m := range c.XRange(context.Background(), rediskeys.Log, "-", "+").Val() {
		types = append(types, m.Values["type"].(string))
	}
	return types
}
