package addressbook

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

const (
	answerLife  = 24 * time.Hour   // an old answer is better than none while the directory is away
	answerFresh = 10 * time.Minute // so long an answer is not asked for again
	nobodyFresh = 30 * time.Second // who isn't there may register any moment
)

// answer is what the directory said, as it is kept.
type answer struct {
	At     time.Time `json:"at"`
	Person *record   `json:"person"` // nil: nobody
}

func (a answer) contact() (notify.Contact, error) {
	if a.Person == nil {
		return notify.Contact{}, notify.ErrNoContact
	}
	return a.Person.contact(), nil
}

// ask looks somebody up in the directory, or in what it said lately. What the book itself
// holds of them (a chat, a choice, a ban, a dead address) holds for the answer too, and has
// to do where there is none.
func (b *Book) ask(ctx context.Context, stored notify.Contact) (notify.Contact, error) {
	a, err := b.answer(ctx, stored.UserID)
	var c notify.Contact
	if err == nil {
		c, err = a.contact()
	}
	switch {
	case err == nil:
		return filled(stored, c), nil
	case known(stored):
		return stored, nil
	}
	return notify.Contact{}, err
}

// filled is a contact with what it lacks.
func filled(c, more notify.Contact) notify.Contact {
	c.Name, c.Email, c.Phone = cmp.Or(c.Name, more.Name), cmp.Or(c.Email, more.Email), cmp.Or(c.Phone, more.Phone)
	c.TelegramChat, c.Locale, c.TimeZone = cmp.Or(c.TelegramChat, more.TelegramChat), cmp.Or(c.Locale, more.Locale), cmp.Or(c.TimeZone, more.TimeZone)
	c.EmailVerified, c.PhoneVerified = cmp.Or(c.EmailVerified, more.EmailVerified), cmp.Or(c.PhoneVerified, more.PhoneVerified)
	if len(c.PushTokens) == 0 {
		c.PushTokens = more.PushTokens
	}
	if c.Banned.IsZero() {
		c.Banned, c.BannedUntil = more.Banned, more.BannedUntil
	}
	return c
}

func (b *Book) answer(ctx context.Context, userID string) (answer, error) {
	old, err := b.remembered(ctx, userID)
	if err != nil || b.now().Before(old.At.Add(old.fresh())) {
		return old, err
	}
	c, err := b.directory.Person(ctx, userID)
	switch {
	case errors.Is(err, notify.ErrNoContact):
		return b.remember(ctx, userID, nil)
	case err != nil && old.Person != nil:
		return old, nil
	case err != nil:
		return answer{}, err
	}
	var w writes
	w.index(stampAt(b.now()), c) // who answers STOP is found by the number
	if _, err := b.commit(ctx, w); err != nil {
		return answer{}, err
	}
	r := recordOf(c, nil)
	return b.remember(ctx, userID, &r)
}

func (a answer) fresh() time.Duration {
	if a.Person == nil {
		return nobodyFresh
	}
	return answerFresh
}

// remembered is the last answer; the zero answer is older than any.
func (b *Book) remembered(ctx context.Context, userID string) (a answer, err error) {
	data, err := b.client.Get(ctx, rediskeys.Directory(userID)).Bytes()
	if errors.Is(err, redis.Nil) {
		return answer{}, nil
	}
	if err == nil && json.Unmarshal(data, &a) != nil {
		a = answer{} // an older version's: ask again
	}
	return a, err
}

func (b *Book) remember(ctx context.Context, userID string, r *record) (answer, error) {
	a := answer{At: b.now().UTC(), Person: r}
	life := answerLife
	if r == nil {
		life = nobodyFresh
	}
	return a, b.client.Set(ctx, rediskeys.Directory(userID), jsonText(a), life).Err()
}
