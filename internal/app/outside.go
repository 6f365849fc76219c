package app

import (
	"fmt"
	"strings"

	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/simulators"
)

// outside is every provider, simulated on loopback.
type outside struct{ *simulators.World }

// inboxSize is how many messages the page shows.
const inboxSize = 2000

func newOutside() (*outside, error) {
	w, err := simulators.NewWorld(inboxSize)
	if err != nil {
		return nil, err
	}
	return &outside{w}, nil
}

// point lets the real senders talk to the simulators. Whatever the configuration said of
// providers is replaced: dev mode never reaches anybody.
func (o *outside) point(c *config.Config) {
	c.Email = config.Email{URL: secretOf(o.SMTP.URL() + "&from=noreply@vondi.rs")}
	c.Telegram = config.Telegram{Token: "123456:simulated", Endpoint: o.Telegram.URL()}
	c.SMS = config.SMS{URL: secretOf(o.Twilio.DSN("+381600000000"))}
	c.Push = config.Push{Endpoint: o.FCM.URL(), Project: "vondi-dev"}
}

// trouble reads "sms=throttled:10%" and makes that channel's providers fail.
func (o *outside) trouble(text string) error {
	channel, fault, ok := strings.Cut(text, "=")
	if !ok {
		return fmt.Errorf("--fail %s: want channel=fault, such as sms=throttled:10%%; channels: email, telegram, sms, push", text)
	}
	tr, err := simulators.ParseTrouble(fault)
	if err == nil {
		err = o.Trouble(channel, tr)
	}
	if err != nil {
		return fmt.Errorf("--fail %s: %w", text, err)
	}
	return nil
}
