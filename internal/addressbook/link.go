package addressbook

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/rediskeys"
)

// linkLife is how long a link lives that nobody uses.
const linkLife = 180 * 24 * time.Hour

// linkRefresh is how much of a link's life passes before its use renews it: a write a day
// is enough, not one at each use.
const linkRefresh = 24 * time.Hour

// linkScript reads a link and renews its life.
//
//	KEYS[1] -> notifications:l:{<kind>:<id>} (hash)
//	ARGV[1] -> field
//	ARGV[2] -> life in ms
//	ARGV[3] -> renew when less than this many ms are left
//	Output: the stored fact, nil where there is none
var linkScript = redis.NewScript(`
local fact = redis.call('HGET', KEYS[1], ARGV[1])
if fact and redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then
	redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return fact
`)

// Link says what a thing belongs to: Link(ctx, "order", "12345", "buyer") is the buyer's
// user id. Empty means that nobody has told us.
func (b *Book) Link(ctx context.Context, kind, id, to string) (string, error) {
	life := linkLife.Milliseconds()
	stored, err := linkScript.Run(ctx, b.client, []string{rediskeys.Link(kind, id)},
		to, life, life-linkRefresh.Milliseconds()).Text()
	if errors.Is(err, redis.Nil) {
		return "", nil
	}
	return valueOf(stored), err
}

// SetLink links a thing by an operator's will, or by an import.
func (b *Book) SetLink(ctx context.Context, kind, id, to, value string) error {
	var w writes
	w.link(stampAt(b.now()), kind, id, to, value)
	_, err := b.commit(ctx, w)
	return err
}

func (w *writes) link(at stamp, kind, id, to, value string) {
	if id != "" && value != "" {
		w.facts(rediskeys.Link(kind, id), at, linkLife, fact{to, value})
	}
}
