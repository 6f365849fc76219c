package addressbook

import (
	"context"
	"errors"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

// Find turns what support has at hand (an email address, a phone number, the number of a
// Telegram chat, a user id) into a user id. A user id is tried first where it can be one.
// "email:", "sms:", "telegram:" and "user:" in front say which is meant. The error is
// [notify.ErrNoContact] where nobody is found.
func (b *Book) Find(ctx context.Context, what string) (userID string, err error) {
	what = strings.TrimSpace(what)
	if kind, value, ok := strings.Cut(what, ":"); ok {
		if kind == "user" {
			return b.exists(ctx, value)
		}
		if ch, err := notify.ParseChannel(kind); err == nil {
			return b.holder(ctx, notify.Address{Channel: ch, Value: value})
		}
	}
	if strings.Contains(what, "@") {
		return b.holder(ctx, notify.Address{Channel: notify.Email, Value: what})
	}
	if userID, err = b.exists(ctx, what); !errors.Is(err, notify.ErrNoContact) {
		return userID, err
	}
	if userID, err = b.holder(ctx, notify.Address{Channel: notify.SMS, Value: what}); !errors.Is(err, notify.ErrNoContact) {
		return userID, err
	}
	return b.holder(ctx, notify.Address{Channel: notify.Telegram, Value: what})
}

func (b *Book) exists(ctx context.Context, userID string) (string, error) {
	n, err := b.client.Exists(ctx, rediskeys.Contact(userID)).Result()
	if err == nil && n == 0 {
		err = notify.ErrNoContact
	}
	return userID, err
}

// holder finds who has an address now.
func (b *Book) holder(ctx context.Context, a notify.Address) (string, error) {
	if a.Channel == notify.SMS {
		phone, err := NormalPhone(a.Value)
		if err != nil {
			return "", notify.ErrNoContact
		}
		a.Value = phone
	}
	userID, err := b.client.Get(ctx, rediskeys.ContactBy(indexKey(a))).Result()
	if errors.Is(err, redis.Nil) {
		return "", notify.ErrNoContact
	}
	if err != nil {
		return "", err
	}
	c, err := b.Contact(ctx, userID)
	if err != nil {
		return "", err
	}
	if has, ok := c.Address(a.Channel, ""); !ok || indexKey(has) != indexKey(a) {
		return "", notify.ErrNoContact // it was that person's once
	}
	return userID, nil
}
