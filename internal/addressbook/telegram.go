package addressbook

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

// linkTokenLife is how long a link to the bot works: emails are read late.
const linkTokenLife = 7 * 24 * time.Hour

// ErrLinkToken says that a link to the bot was used before, has run out or was never made.
var ErrLinkToken = errors.New("the link is used, too old or unknown")

// LinkToken makes a token for https://t.me/<bot>?start=<token>: whoever presents it first
// is the user. It fits Telegram's alphabet and length (A–Z a–z 0–9 _ -, at most 64). Redis
// holds only its hash.
func (b *Book) LinkToken(ctx context.Context, userID string) (string, error) {
	if err := checkName("user_id", userID); err != nil {
		return "", err
	}
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // never fails: crypto/rand ends the program rather
	token := base64.RawURLEncoding.EncodeToString(raw[:])
	return token, b.client.Set(ctx, tokenKey(token), userID, linkTokenLife).Err()
}

func tokenKey(token string) string {
	sum := sha256.Sum256([]byte(token))
	return rediskeys.LinkToken(hex.EncodeToString(sum[:]))
}

// Redeem gives the chat to the user whom the token was made for, once. The chat counts as
// reachable again, and a /stop is taken back. The error is [ErrLinkToken] for a token that
// is no good, [notify.ErrNoContact] for a user who was erased meanwhile.
func (b *Book) Redeem(ctx context.Context, token, chat string) (userID string, err error) {
	if _, err := normalChat(chat); err != nil {
		return "", err
	}
	userID, err = b.client.GetDel(ctx, tokenKey(token)).Result()
	if errors.Is(err, redis.Nil) {
		return "", ErrLinkToken
	}
	if err != nil {
		return "", err
	}
	if _, err := b.Contact(ctx, userID); err != nil {
		return "", err
	}
	a := notify.Address{Channel: notify.Telegram, Value: chat}
	if err := b.Merge(ctx, notify.Contact{UserID: userID, TelegramChat: chat}); err != nil {
		return "", err
	}
	return userID, errors.Join(
		b.Lift(ctx, userID, a.Key()),
		b.ClearPreference(ctx, userID, notify.PreferenceKey(notify.Any, string(notify.Telegram))),
	)
}
