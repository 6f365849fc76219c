package replies

import (
	"context"
	"errors"

	"github.com/vondi-global/notifications/internal/channels/telegram"
	"github.com/vondi-global/notifications/internal/notify"
)

// Heard implements [telegram.Listener]: people link their chat by Start, mute it by /stop,
// and are not written to any more once they have blocked the bot.
func (d *Desk) Heard(ctx context.Context, u telegram.Update) error {
	chat := notify.Address{Channel: notify.Telegram, Value: u.Chat}
	switch u.Act {
	case telegram.Start:
		return d.link(ctx, u)
	case telegram.Stop, telegram.Blocked:
		return d.stop(ctx, chat, "telegram "+string(u.Act))
	case telegram.Allowed:
	}
	return nil
}

// link gives the chat to the person whom the token was made for. A token that is no good is
// the person's to try again, not ours to retry.
func (d *Desk) link(ctx context.Context, u telegram.Update) error {
	if u.Token == "" || !u.Private {
		return nil
	}
	user, err := d.Book.Redeem(ctx, u.Token, u.Chat)
	if errors.Is(err, notify.ErrUnavailable) {
		return err
	}
	if err != nil {
		d.Log.Info().Err(err).Msg("A Telegram link that is no good")
		return nil
	}
	d.Log.Info().Str("user_id", user).Msg("Telegram account linked")
	return nil
}
