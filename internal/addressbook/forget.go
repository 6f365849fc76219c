package addressbook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/rediskeys"
)

// Eraser is a part of the platform that remembers people: the history, for one.
type Eraser interface {
	Forget(ctx context.Context, userID string) error
	ForgetAddress(ctx context.Context, addressKey string) error // of somebody without an account
}

// unlinkScript takes an index entry away if it still leads to the person.
//
//	KEYS[1] -> notifications:contact-by:<address key> (string)
//	ARGV[1] -> user id
//	Output: 1 if it went, else 0
var unlinkScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then
	return redis.call('DEL', KEYS[1])
end
return 0
`)

// ForgetAddress erases what the other parts remember of somebody without an account, by the
// address' fingerprint ([AddressKey]). The address book itself knows nothing of them.
func (b *Book) ForgetAddress(ctx context.Context, key string) error {
	for _, e := range b.erasers {
		if err := e.ForgetAddress(ctx, key); err != nil {
			return fmt.Errorf("forget: %w", err)
		}
	}
	return nil
}

// forgetGuest erases what a person was told by an address before they had an account, unless
// the address is somebody else's now.
func (b *Book) forgetGuest(ctx context.Context, userID, key string) error {
	holder, err := b.client.Get(ctx, rediskeys.ContactBy(key)).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return fmt.Errorf("forget: %w", err)
	}
	if holder != userID {
		return nil
	}
	return b.ForgetAddress(ctx, key)
}

// Forget erases a person: the contact, what leads to it, preferences, memberships, and what
// the other parts remember. The contact itself goes last, so that a Forget that was
// interrupted can be repeated.
func (b *Book) Forget(ctx context.Context, userID string) error {
	if err := checkName("user_id", userID); err != nil {
		return err
	}
	for _, e := range b.erasers {
		if err := e.Forget(ctx, userID); err != nil {
			return fmt.Errorf("forget: %w", err)
		}
	}
	fields, err := b.client.HKeys(ctx, rediskeys.Contact(userID)).Result()
	audiences, merr := b.client.SMembers(ctx, rediskeys.Memberships(userID)).Result()
	if err := errors.Join(err, merr); err != nil {
		return fmt.Errorf("forget: %w", err)
	}
	w := b.tombstone(userID)
	for _, f := range fields {
		if key, ok := strings.CutPrefix(f, prefixIndex); ok {
			if err := b.forgetGuest(ctx, userID, key); err != nil {
				return err
			}
			w.script(unlinkScript, []string{rediskeys.ContactBy(key)}, userID)
		}
	}
	w.expel(userID, audiences)
	_, err = b.commit(ctx, w)
	if err := errors.Join(err, b.untell(ctx, userID)); err != nil {
		return fmt.Errorf("forget: %w", err)
	}
	return b.drop(ctx, userID)
}

// forgottenLife is how long a forgotten person's past stays forgotten: longer than any
// stream is kept.
const forgottenLife = 400 * 24 * time.Hour

// tombstone keeps events that are older than the forgetting from teaching the person again,
// when a stream is read once more. It holds a hash of the id, and a time.
func (b *Book) tombstone(userID string) writes {
	var w writes
	at := string(stampAt(b.now()))
	w.do(func(ctx context.Context, p redis.Pipeliner) { p.Set(ctx, forgottenKey(userID), at, forgottenLife) })
	return w
}

func forgottenKey(userID string) string {
	sum := sha256.Sum256([]byte("forgotten|" + userID))
	return rediskeys.Forgotten(hex.EncodeToString(sum[:16]))
}

func (w *writes) expel(userID string, audiences []string) {
	for _, a := range audiences {
		w.do(func(ctx context.Context, p redis.Pipeliner) { p.ZRem(ctx, rediskeys.Audience(a), userID) })
		w.do(func(ctx context.Context, p redis.Pipeliner) { p.HDel(ctx, rediskeys.AudienceFacts(a), userID) })
	}
}

// drop deletes the person's own keys. They share a slot.
func (b *Book) drop(ctx context.Context, userID string) error {
	return b.client.Del(ctx, rediskeys.Memberships(userID), rediskeys.Directory(userID), rediskeys.Contact(userID)).Err()
}
