package simulators

import (
	"errors"
	"fmt"
	"io"
)

// World is every provider on loopback, with one inbox for all that they take.
type World struct {
	Inbox    *Inbox
	SMTP     *SMTP
	Telegram *Telegram
	Twilio   *Twilio
	Infobip  *Infobip
	SMPP     *SMPP
	FCM      *FCM

	open []io.Closer // in the order in which they were started
}

// NewWorld starts them all, or none. The inbox keeps the newest keep messages (all if 0).
func NewWorld(keep int) (*World, error) {
	w := &World{Inbox: NewInbox(keep)}
	err := errors.Join(
		start(w, &w.SMTP, func() (*SMTP, error) { return NewSMTP(w.Inbox) }),
		start(w, &w.Telegram, func() (*Telegram, error) { return NewTelegram(w.Inbox) }),
		start(w, &w.Twilio, func() (*Twilio, error) { return NewTwilio(w.Inbox) }),
		start(w, &w.Infobip, func() (*Infobip, error) { return NewInfobip(w.Inbox) }),
		start(w, &w.SMPP, func() (*SMPP, error) { return NewSMPP(w.Inbox) }),
		start(w, &w.FCM, func() (*FCM, error) { return NewFCM(w.Inbox) }),
	)
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

func start[S io.Closer](w *World, place *S, begin func() (S, error)) error {
	s, err := begin()
	if err != nil {
		return fmt.Errorf("%T: %w", s, err)
	}
	*place = s
	w.open = append(w.open, s)
	return nil
}

// Trouble makes all providers of a channel fail from now on; the zero Trouble ends it.
func (w *World) Trouble(channel string, t Trouble) error {
	troubles := map[string][]*Troubles{
		"email": {w.SMTP.Troubles}, "telegram": {w.Telegram.Troubles}, "push": {w.FCM.Troubles},
		"sms": {w.Twilio.Troubles, w.Infobip.Troubles, w.SMPP.Troubles},
	}[channel]
	if troubles == nil {
		return fmt.Errorf("channel %q: want one of email, telegram, sms, push", channel)
	}
	for _, each := range troubles {
		each.Set(t)
	}
	return nil
}

// Close ends them all.
func (w *World) Close() error {
	var errs []error
	for _, s := range w.open {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}
