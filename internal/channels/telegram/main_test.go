package telegram_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/vondi-global/notifications/internal/channels/telegram"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/secret"
	"github.com/vondi-global/notifications/internal/simulators"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "123456:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"

var chat = notify.Address{Channel: notify.Telegram, Value: "987654321", Name: "Jelena Petrović"}

func message() notify.Message {
	return notify.Message{
		Delivery: "q2x7mfa6z4s5k3wbn2pct7r2yu", Event: "order.shipped", Channel: notify.Telegram,
		HTML:    "<b>Porudžbina 12345</b> je poslata &amp; stiže.",
		Buttons: []notify.Button{{Text: "Prati", URL: "https://vondi.rs/t/12345"}, {Text: "Pomoć", URL: "https://vondi.rs/pomoc"}},
	}
}

func api(t testing.TB) (*simulators.Telegram, *simulators.Inbox) {
	t.Helper()
	inbox := simulators.NewInbox(0)
	s, err := simulators.NewTelegram(inbox)
	if err != nil {
		t.Fatal(err)
	}
	s.Token = token
	t.Cleanup(func() { _ = s.Close() })
	return s, inbox
}

func sender(t testing.TB, endpoint string) *telegram.Sender {
	t.Helper()
	s, err := telegram.New(telegram.Config{Token: secret.String(token), Endpoint: endpoint})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}
