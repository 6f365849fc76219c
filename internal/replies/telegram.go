package replies

import (
	"context"
	"errors"
	"fmt"

	"github.com/vondi-global/notifications/internal/channels/telegram"
	"github.com/vondi-global/notifications/internal/notify"
)

// Heard implements [telegram.Listener]: people link their chat by Start, mute it by /stop,
// and are not written to any more once they have blocked the bot.
func (d *Desk) Heard(ctx context.Context, u telegram.Update) error {
	chat := notify.Address{Channel: notify.Telegram, Value: u.Chat}
	switch u.Act {
	case telegram.Start:
		return d.start(ctx, u)
	case telegram.Stop, telegram.Blocked:
		return d.stop(ctx, chat, "telegram "+string(u.Act))
	case telegram.Allowed:
	}
	return nil
}

// start links the chat to the person in whose link Start was pressed, and says in the chat
// what came of it. A link that is no good is the person's to replace, not ours to retry.
// Groups are not answered: they belong to nobody.
func (d *Desk) start(ctx context.Context, u telegram.Update) error {
	if !u.Private {
		return nil
	}
	if u.Token == "" {
		return d.again(ctx, u)
	}
	user, err := d.link(ctx, u)
	result, text := resultOf(err)
	if result == "" {
		return fmt.Errorf("telegram link: %w", err)
	}
	d.Linked(result)
	d.Log.Info().Str("user_id", user).Str("result", result).Msg("A link to the bot was opened")
	d.answer(ctx, u, text)
	return nil
}

// again takes a /stop back for whoever has the chat, who may have blocked the bot meanwhile.
// A stranger learns how to get a link.
func (d *Desk) again(ctx context.Context, u telegram.Update) error {
	user, err := d.Book.Unmute(ctx, u.Chat)
	switch {
	case errors.Is(err, notify.ErrNoContact):
		d.answer(ctx, u, helpAnswer)
		return nil
	case err != nil:
		return fmt.Errorf("telegram start: %w", err)
	}
	d.Log.Info().Str("user_id", user).Msg("Telegram speaks again to the person")
	d.answer(ctx, u, linkedAnswer)
	return nil
}

func (d *Desk) link(ctx context.Context, u telegram.Update) (userID string, err error) {
	i, err := d.Invitations.Open(u.Token)
	if err != nil {
		return "", err
	}
	return i.UserID, d.Book.LinkChat(ctx, i.UserID, i.Chat, u.Chat)
}

// resultOf says how opening a link ended, and what the person reads of it. The result is
// empty for trouble of our own: Telegram is to tell us again.
func resultOf(err error) (result string, text answer) {
	switch {
	case err == nil:
		return "linked", linkedAnswer
	case errors.Is(err, notify.ErrLinkExpired):
		return "expired", oldAnswer
	case errors.Is(err, notify.ErrLinkUsed):
		return "used", oldAnswer
	case errors.Is(err, notify.ErrLinkForged):
		return "forged", strangeAnswer
	case errors.Is(err, notify.ErrNoContact):
		return "unknown", strangeAnswer
	}
	return "", 0
}

// answer is best effort: that the chat is linked doesn't hang on a friendly word.
func (d *Desk) answer(ctx context.Context, u telegram.Update, a answer) {
	if err := d.Answer(ctx, u.Chat, a.in(notify.Locale(u.Language))); err != nil {
		d.Log.Warn().Err(err).Msg("Somebody who pressed Start could not be answered")
	}
}
