package telegram_test

import (
	"net/http"
	"strconv"
	"testing"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/channels/channelstest"
)

// library is telegram-bot-api as its documentation shows it, with the same kind of
// connections.
func library(t testing.TB, endpoint string, client *http.Client) func() error {
	t.Helper()
	b := &tgbotapi.BotAPI{Token: token, Client: client}
	b.SetAPIEndpoint(endpoint + "/bot%s/%s")
	id, err := strconv.ParseInt(chat.Value, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	m := message()
	return func() error {
		c := tgbotapi.NewMessage(id, m.HTML)
		c.ParseMode, c.DisableWebPagePreview = tgbotapi.ModeHTML, true
		c.ReplyMarkup = tgbotapi.NewInlineKeyboardMarkup(
			tgbotapi.NewInlineKeyboardRow(tgbotapi.NewInlineKeyboardButtonURL(m.Buttons[0].Text, m.Buttons[0].URL)),
			tgbotapi.NewInlineKeyboardRow(tgbotapi.NewInlineKeyboardButtonURL(m.Buttons[1].Text, m.Buttons[1].URL)),
		)
		_, err := b.Send(c)
		return err
	}
}

func beside(t testing.TB) channelstest.Beside {
	sim, _ := api(t)
	client := channels.NewHTTPClient()
	t.Cleanup(client.CloseIdleConnections)
	s, m := sender(t, sim.URL()), message()
	return channelstest.Beside{Alone: library(t, sim.URL(), client), Ours: func() error { _, err := s.Send(t.Context(), chat, m); return err }}
}

func TestAllocations(t *testing.T) { beside(t).Allocations(t) }

func BenchmarkSend(b *testing.B) { beside(b).Benchmark(b) }
