package addressbook

import (
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
// holds of them (a choice, a ban, a dead address) holds for the answer too.
func (b *Book) ask(ctx context.Context, stored notify.Contact) (notify.Contact, error) {
	a, err := b.answer(ctx, stored.UserID)
	if err != nil {
		return notify.Contact{}, err
	}
	c, err := a.contact()
	if err != nil {
		return c, err
	}
	c.Preferences, c.Health = stored.Preferences, stored.Health
	if !stored.Banned.IsZero() {
		c.Banned, c.BannedUntil = stored.Banned, stored.BannedUntil
	}
	return c, nil
}

func (b *Book) answer(ctx context.Context, userID string) (answer, error) {
	old, err := b.remembered(ctx, userID)
	if err != nil || b.now().Before(old.At.Add(b.fresh(old))) {
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
	r := recordOf(c, nil)
	return b.remember(ctx, userID, &r)
}

func (b *Book) fresh(a answer) time.Duration {
	if a.Person == nil {
		return nobodyFresh
	}
	return b.directory.cfg.Fresh
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
