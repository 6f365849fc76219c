// Package replies is what comes back: providers tell whether a message arrived, people
// answer STOP or press Start. It changes the address book and adds to the delivery log.
// Everything may come twice and in any order.
package replies

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
)

// Ledger finds what a reply is about and notes it.
type Ledger interface {
	// Sent returns a delivery by its id or, where that is empty, by the provider's; ok is
	// false where it is not known any more.
	Sent(ctx context.Context, provider, messageID, deliveryID string) (o notify.Outcome, ok bool, err error)
	Note(ctx context.Context, o notify.Outcome) error
}

// Book learns about people.
type Book interface {
	Contact(ctx context.Context, userID string) (notify.Contact, error)
	Unreachable(ctx context.Context, userID string, a notify.Address, e *notify.SendError) error
	Mute(ctx context.Context, a notify.Address, how string) (userID string, err error)
	SetPreference(ctx context.Context, userID, key string, c notify.Choice) error
	LinkChat(ctx context.Context, userID, mark, chat string) error
	Unmute(ctx context.Context, chat string) (userID string, err error)
}

// Invitations opens the tokens of links to the bot.
type Invitations interface {
	Open(token string) (notify.Invitation, error)
}

// Desk takes replies.
type Desk struct {
	Ledger      Ledger
	Book        Book
	Invitations Invitations
	Answer      func(ctx context.Context, chat, text string) error // says something in a Telegram chat
	Linked      func(result string)                                // counts links to the bot: linked, used, expired, forged, unknown
	Category    func(eventType string) string
	Observe     func(o notify.Outcome, took time.Duration)
	Log         zerolog.Logger
	Now         func() time.Time
}

// Feedback implements [channels.Listener]. One report that can't be recorded doesn't keep
// the others from it; the error makes the provider tell all again.
func (d *Desk) Feedback(ctx context.Context, reports []channels.Feedback) error {
	var errs []error
	for _, f := range reports {
		if err := d.report(ctx, f); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (d *Desk) report(ctx context.Context, f channels.Feedback) error {
	if f.From != "" {
		return d.stop(ctx, notify.Address{Channel: notify.SMS, Value: f.From}, "sms STOP")
	}
	sent, ok, err := d.Ledger.Sent(ctx, f.Provider, f.MessageID, f.DeliveryID)
	if err != nil {
		return fmt.Errorf("report of %s: %w", f.Provider, err)
	}
	if !ok {
		d.Log.Info().Str("provider", f.Provider).Str("kind", string(f.Kind)).Msg("A report about a message that is not known any more")
		return nil
	}
	if f.Kind != channels.Stopped { // that says nothing of the message
		if err := d.note(ctx, sent, f); err != nil {
			return err
		}
	}
	return d.learn(ctx, sent.Delivery, f)
}

// note adds the report to the delivery's story.
func (d *Desk) note(ctx context.Context, sent notify.Outcome, f channels.Feedback) error {
	o := notify.Outcome{
		Status: notify.DeliveredState, Time: d.Now(), Delivery: sent.Delivery, Attempt: sent.Attempt,
		Provider: f.Provider, MessageID: f.MessageID, Detail: f.Code,
	}
	if f.Kind != channels.Delivered {
		o.Status, o.Reason = notify.Bounced, string(f.Kind)
	}
	if err := d.Ledger.Note(ctx, o); err != nil {
		return fmt.Errorf("report of %s: %w", f.Provider, err)
	}
	d.Observe(o, 0)
	return nil
}

// learn draws the consequence: a dead address is not used any more, and who complains, or
// unsubscribes at the provider, gets no more of that kind.
func (d *Desk) learn(ctx context.Context, del notify.Delivery, f channels.Feedback) error {
	if del.To.UserID == "" {
		return nil
	}
	switch {
	case f.Kind == channels.Complained:
		return d.mute(ctx, del, "spam complaint")
	case f.Kind == channels.Stopped:
		return d.mute(ctx, del, "unsubscribed at "+f.Provider)
	case f.Kind == channels.Bounced && f.Hard && del.ResendOf == "": // a resend may have gone elsewhere: --to
		return d.dead(ctx, del, f)
	}
	return nil
}

// mute turns the delivery's category off by its channel.
func (d *Desk) mute(ctx context.Context, del notify.Delivery, how string) error {
	key := notify.PreferenceKey(d.Category(del.Event.Type), string(del.Channel))
	return d.Book.SetPreference(ctx, del.To.UserID, key, notify.Choice{By: "user " + del.To.UserID, How: how, At: d.Now()})
}

func (d *Desk) dead(ctx context.Context, del notify.Delivery, f channels.Feedback) error {
	c, err := d.Book.Contact(ctx, del.To.UserID)
	if errors.Is(err, notify.ErrNoContact) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("report of %s: %w", f.Provider, err)
	}
	a, ok := c.Address(del.Channel, del.Device)
	if !ok {
		return nil
	}
	return d.Book.Unreachable(ctx, del.To.UserID, a, &notify.SendError{
		Fault: notify.Unreachable, Provider: f.Provider, Code: f.Code, Err: errors.New("bounced"),
	})
}

// stop mutes a channel for whoever has the address. Nobody having it is no error.
func (d *Desk) stop(ctx context.Context, a notify.Address, how string) error {
	user, err := d.Book.Mute(ctx, a, how)
	if errors.Is(err, notify.ErrNoContact) {
		d.Log.Info().Str("how", how).Msg("STOP from somebody whom we don't know")
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", how, err)
	}
	d.Log.Info().Str("user_id", user).Str("how", how).Msg("Muted by the person")
	return nil
}
