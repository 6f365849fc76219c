package addressbook

import (
	"context"
	"errors"

	"github.com/vondi-global/notifications/internal/notify"
)

// Unmute takes a /stop back for whoever has the chat: they pressed Start again, and so the
// chat counts as reachable, too. The error is [notify.ErrNoContact] where nobody has it.
func (b *Book) Unmute(ctx context.Context, chat string) (userID string, err error) {
	a := notify.Address{Channel: notify.Telegram, Value: chat}
	if userID, err = b.holder(ctx, a); err != nil {
		return "", err
	}
	return userID, b.speakAgain(ctx, userID, a)
}

// LinkChat gives the chat to the person. mark is [notify.Contact.ChatMark] when the link was
// made: who has another chat since keeps it, so that an old link in somebody else's hands
// takes nothing away. The same chat again is no error: Telegram tells everything twice. The
// chat counts as reachable again, and a /stop is taken back. The error is [notify.ErrLinkUsed],
// or [notify.ErrNoContact] for a person who was erased meanwhile.
func (b *Book) LinkChat(ctx context.Context, userID, mark, chat string) error {
	if _, err := normalChat(chat); err != nil {
		return err
	}
	c, err := b.Contact(ctx, userID)
	if err != nil {
		return err
	}
	if c.TelegramChat != chat && c.ChatMark() != mark {
		return notify.ErrLinkUsed
	}
	if err := b.Merge(ctx, notify.Contact{UserID: userID, TelegramChat: chat}); err != nil {
		return err
	}
	return b.speakAgain(ctx, userID, notify.Address{Channel: notify.Telegram, Value: chat})
}

func (b *Book) speakAgain(ctx context.Context, userID string, a notify.Address) error {
	return errors.Join(
		b.Lift(ctx, userID, a.Key()),
		b.ClearPreference(ctx, userID, notify.PreferenceKey(notify.Any, string(notify.Telegram))),
	)
}
