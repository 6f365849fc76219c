package streams

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

// DeadConfig bounds the dead letters. Zero fields take the defaults.
type DeadConfig struct {
	Length   int64         // letters kept, about: 100,000
	Life     time.Duration // how long a letter's entry is kept whole: 30 days
	Once     time.Duration // how long the same letter is not taken twice: 72 h
	MaxBytes int           // larger entries are not kept whole: 1 MiB. They still lie in their stream
	Sealer   Sealer        // protects the entries while they lie in Redis; nil: they are kept as they are

	// Mentions says whether an entry's text names somebody who is to be forgotten: "user:890"
	// or an address' fingerprint. Nil: only letters about the user go.
	Mentions func(text, mark string) bool
}

func (c DeadConfig) defaults() DeadConfig {
	c.Length = cmp.Or(c.Length, 100_000)
	c.Life = cmp.Or(c.Life, 30*24*time.Hour)
	c.Once = cmp.Or(c.Once, 72*time.Hour)
	c.MaxBytes = cmp.Or(c.MaxBytes, 1<<20)
	return c
}

// DeadLetters is the stream notifications:dead on the Notifications Redis: everything that
// was given up, with its reason and all that a retry needs.
type DeadLetters struct {
	client redis.UniversalClient
	cfg    DeadConfig
}

// NewDeadLetters returns the dead letters of a Redis.
func NewDeadLetters(client redis.UniversalClient, cfg DeadConfig) *DeadLetters {
	return &DeadLetters{client: client, cfg: cfg.defaults()}
}

// buryScript sets a letter aside, once.
//
// KEYS[1] -> once: string, says that the letter was taken
// KEYS[2] -> the dead letters: stream
// KEYS[3] -> body: hash, the entry's fields as they were
// KEYS[4] -> dropped: counter of letters that the bound drove out
// ARGV[1] -> life of once, ms
// ARGV[2] -> bound of the stream
// ARGV[3] -> life of the body, ms
// ARGV[4] -> number of the letter's fields and values
// ARGV[5] … -> the letter's fields and values, then those of the body
// Output: the letter's id, or false if it was taken before
var buryScript = redis.NewScript(`
if not redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) then
  return false
end
local n = tonumber(ARGV[4])
local add = {'XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], '*'}
for i = 5, 4 + n do
  add[#add + 1] = ARGV[i]
end
local before = redis.call('XLEN', KEYS[2])
local id = redis.call(unpack(add))
local dropped = before + 1 - redis.call('XLEN', KEYS[2])
if dropped > 0 then
  redis.call('INCRBY', KEYS[4], dropped)
end
redis.call('DEL', KEYS[3])
for i = 5 + n, #ARGV - 1, 2 do
  redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1])
end
redis.call('PEXPIRE', KEYS[3], ARGV[3])
return id
`)

// Bury sets a letter aside. A letter with the same Key that was buried lately is not
// buried again, and that is no error.
func (d *DeadLetters) Bury(ctx context.Context, l notify.Letter) error {
	if l.Key == "" {
		return fmt.Errorf("dead letter without a key")
	}
	body := hash(string(l.Kind), l.Key)
	fields := l.Fields
	if sizeOf(fields) > d.cfg.MaxBytes {
		fields = nil
	}
	shown := write(l, body, len(fields) > 0)
	args := []any{d.cfg.Once.Milliseconds(), d.cfg.Length, d.cfg.Life.Milliseconds(), len(shown)}
	args = append(args, shown...)
	args, err := d.seal(args, fields)
	if err != nil {
		return fmt.Errorf("dead letter: %w", err)
	}
	keys := []string{rediskeys.DeadOnce(body), rediskeys.Dead, rediskeys.DeadBody(body), rediskeys.DeadDropped}
	err = buryScript.Run(ctx, d.client, keys, args...).Err()
	if errors.Is(err, redis.Nil) {
		return nil // taken before
	}
	return err
}

func sizeOf(fields map[string]string) int {
	n := 0
	for k, v := range fields {
		n += len(k) + len(v)
	}
	return n
}

// ErrNoLetter says that there is no such letter (any more).
var ErrNoLetter = errors.New("no such dead letter")

// List returns up to n letters, newest first, older than the letter from; an empty from
// begins with the newest. Their Fields are masked.
func (d *DeadLetters) List(ctx context.Context, from string, n int) ([]notify.Letter, error) {
	end := "+"
	if from != "" {
		end = "(" + from
	}
	entries, err := d.client.XRevRangeN(ctx, rediskeys.Dead, end, "-", int64(n)).Result()
	if err != nil {
		return nil, fmt.Errorf("list dead letters: %w", err)
	}
	letters := make([]notify.Letter, len(entries))
	for i, e := range entries {
		letters[i], _ = read(e)
	}
	return letters, nil
}

// Get returns a letter with its entry's fields as they were: unmasked, for a retry, not
// for a screen. Fields is empty where they were too large to keep or their life has ended.
func (d *DeadLetters) Get(ctx context.Context, id string) (notify.Letter, error) {
	l, body, err := d.find(ctx, id)
	if err != nil {
		return notify.Letter{}, err
	}
	kept, err := d.client.HGetAll(ctx, rediskeys.DeadBody(body)).Result()
	if err == nil {
		l.Fields, err = d.open(kept)
	}
	if err != nil {
		return notify.Letter{}, fmt.Errorf("dead letter %s: %w", id, err)
	}
	return l, nil
}

// Drop removes letters, after a retry or because nobody wants them, and says how many
// there were. What fails again later is buried again.
func (d *DeadLetters) Drop(ctx context.Context, ids ...string) (int64, error) {
	var gone []string
	for _, id := range ids {
		_, body, err := d.find(ctx, id)
		switch {
		case errors.Is(err, ErrNoLetter):
			continue
		case err != nil:
			return 0, err
		}
		gone = append(gone, rediskeys.DeadOnce(body), rediskeys.DeadBody(body))
	}
	if len(gone) == 0 {
		return 0, nil
	}
	if err := d.client.Del(ctx, gone...).Err(); err != nil {
		return 0, fmt.Errorf("drop dead letters: %w", err)
	}
	return d.client.XDel(ctx, rediskeys.Dead, ids...).Result()
}

// Len is the number of letters.
func (d *DeadLetters) Len(ctx context.Context) (int64, error) {
	return d.client.XLen(ctx, rediskeys.Dead).Result()
}

// Dropped is how many letters the bound has driven out so far.
func (d *DeadLetters) Dropped(ctx context.Context) (int64, error) {
	n, err := d.client.Get(ctx, rediskeys.DeadDropped).Int64()
	if errors.Is(err, redis.Nil) {
		return 0, nil
	}
	return n, err
}

func (d *DeadLetters) find(ctx context.Context, id string) (notify.Letter, string, error) {
	if _, ok := parseID(id); !ok {
		return notify.Letter{}, "", fmt.Errorf("dead letter %q: want an id such as 1734825600000-0: %w", notify.Printable(id, 40), ErrNoLetter)
	}
	entries, err := d.client.XRange(ctx, rediskeys.Dead, id, id).Result()
	if err != nil {
		return notify.Letter{}, "", fmt.Errorf("dead letter %s: %w", id, err)
	}
	if len(entries) == 0 {
		return notify.Letter{}, "", fmt.Errorf("dead letter %s: %w", id, ErrNoLetter)
	}
	l, body := read(entries[0])
	return l, body, nil
}
