package app

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/simulators"
)

// outside is every provider, simulated on loopback.
type outside struct {
	inbox    *simulators.Inbox
	smtp     *simulators.SMTP
	telegram *simulators.Telegram
	twilio   *simulators.Twilio
	fcm      *simulators.FCM
	open     []io.Closer
}

// inboxSize is how many messages the page shows.
const inboxSize = 2000

func newOutside() (o *outside, err error) {
	o = &outside{inbox: simulators.NewInbox(inboxSize)}
	defer func() {
		if err != nil {
			err = errors.Join(err, o.Close())
		}
	}()
	if o.smtp, err = simulators.NewSMTP(o.inbox); err != nil {
		return o, fmt.Errorf("SMTP simulator: %w", err)
	}
	o.open = append(o.open, o.smtp)
	if o.telegram, err = simulators.NewTelegram(o.inbox); err != nil {
		return o, fmt.Errorf("telegram simulator: %w", err)
	}
	o.open = append(o.open, o.telegram)
	if o.twilio, err = simulators.NewTwilio(o.inbox); err != nil {
		return o, fmt.Errorf("twilio simulator: %w", err)
	}
	o.open = append(o.open, o.twilio)
	if o.fcm, err = simulators.NewFCM(o.inbox); err != nil {
		return o, fmt.Errorf("FCM simulator: %w", err)
	}
	o.open = append(o.open, o.fcm)
	return o, nil
}

// Close ends all servers.
func (o *outside) Close() error {
	var err error
	for _, c := range o.open {
		err = errors.Join(err, c.Close())
	}
	return err
}

// point lets the real senders talk to the simulators. Whatever the configuration said of
// providers is replaced: dev mode never reaches anybody.
func (o *outside) point(c *config.Config) {
	c.Email = config.Email{URL: secretOf(o.smtp.URL() + "&from=noreply@vondi.rs")}
	c.Telegram = config.Telegram{Token: "123456:simulated", Endpoint: o.telegram.URL()}
	c.SMS = config.SMS{URL: secretOf(o.twilio.DSN("+381600000000"))}
	c.Push = config.Push{Endpoint: o.fcm.URL(), Project: "vondi-dev"}
}

// trouble reads "sms=throttled:10%" and makes that channel's provider fail.
func (o *outside) trouble(text string) error {
	channel, fault, ok := strings.Cut(text, "=")
	troubles := map[string]*simulators.Troubles{
		"email": o.smtp.Troubles, "telegram": o.telegram.Troubles, "sms": o.twilio.Troubles, "push": o.fcm.Troubles,
	}[channel]
	if !ok || troubles == nil {
		return fmt.Errorf("--fail %s: want channel=fault, such as sms=throttled:10%%; channels: email, telegram, sms, push", text)
	}
	tr, err := simulators.ParseTrouble(fault)
	if err != nil {
		return fmt.Errorf("--fail %s: %w", text, err)
	}
	troubles.Set(tr)
	return nil
}
