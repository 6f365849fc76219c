package app

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/ledger"
	"github.com/vondi-global/notifications/internal/simulators"
)

// TestTheEventsTimeIsKnownFromItsStory: so that an arrival can be measured from it.
func TestTheEventsTimeIsKnownFromItsStory(t *testing.T) {
	accepted := time.UnixMilli(1764000002500)
	if got := happened(ledger.Entry{ID: "1764000002500-3", Latency: 2500 * time.Millisecond}); !got.Equal(accepted.Add(-2500 * time.Millisecond)) {
		t.Errorf("got %s", got)
	}
	if got := happened(ledger.Entry{ID: "1764000002500-3"}); !got.IsZero() {
		t.Errorf("nobody knows when it was, got %s", got)
	}
}

// TestTelegramIsToldWhereTheWebhookIs: nobody has to do so by hand.
func TestTelegramIsToldWhereTheWebhookIs(t *testing.T) {
	server, err := simulators.NewTelegram(simulators.NewInbox(0))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	a, _ := daemon(t, func(c *config.Config) {
		c.Public.Addr, c.Public.URL, c.Public.Key = "127.0.0.1:0", "https://notify.example/", secretOf(strings.Repeat("k", 32))
		c.Telegram.Token, c.Telegram.Endpoint = "1:s3cret", server.URL()
		c.Telegram.Updates, c.Telegram.Webhook = "webhook", "told"
	})
	start(t, a)
	await(t, "Telegram to know the webhook", func() bool {
		resp, err := http.Get(server.URL() + "/bot1:s3cret/getWebhookInfo")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var answer struct{ Result struct{ URL string } }
		return json.NewDecoder(resp.Body).Decode(&answer) == nil && answer.Result.URL == "https://notify.example/telegram"
	})
}
