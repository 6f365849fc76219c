package streams

import (
	"context"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

// forgetPage is how many letters are looked at in one round trip.
const forgetPage = 200

// Forget drops the letters that are about a user or whose entry names them. Their once-marks
// stay, so that an entry that is still pending isn't buried anew; those hold a hash.
func (d *DeadLetters) Forget(ctx context.Context, userID string) error {
	return d.forget(ctx, "user:"+userID, func(l notify.Letter) bool { return l.UserID == userID })
}

// ForgetAddress drops the letters whose entry has the address with this fingerprint.
func (d *DeadLetters) ForgetAddress(ctx context.Context, addressKey string) error {
	return d.forget(ctx, addressKey, func(notify.Letter) bool { return false })
}

// forget pages through the letters, oldest first: what is buried meanwhile is behind the
// last page, and looked at, too.
func (d *DeadLetters) forget(ctx context.Context, mark string, about func(notify.Letter) bool) error {
	for from := "-"; ; {
		entries, err := d.client.XRangeN(ctx, rediskeys.Dead, from, "+", forgetPage).Result()
		if err != nil {
			return fmt.Errorf("forget dead letters: %w", err)
		}
		if len(entries) == 0 {
			return nil
		}
		if err := d.forgetPage(ctx, entries, mark, about); err != nil {
			return fmt.Errorf("forget dead letters: %w", err)
		}
		from = "(" + entries[len(entries)-1].ID
	}
}

func (d *DeadLetters) forgetPage(ctx context.Context, entries []redis.XMessage, mark string, about func(notify.Letter) bool) error {
	letters, keys := make([]notify.Letter, len(entries)), make([]string, len(entries))
	bodies := make([]*redis.MapStringStringCmd, len(entries))
	_, err := d.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, e := range entries {
			var body string
			letters[i], body = read(e)
			keys[i] = rediskeys.DeadBody(body)
			bodies[i] = p.HGetAll(ctx, keys[i])
		}
		return nil
	})
	if err != nil {
		return err
	}
	var ids, gone []string
	for i, l := range letters {
		fields, err := d.open(bodies[i].Val())
		if err != nil {
			return err
		}
		if about(l) || d.mentions(fields, mark) {
			ids, gone = append(ids, l.ID), append(gone, keys[i])
		}
	}
	return d.erase(ctx, ids, gone)
}

func (d *DeadLetters) erase(ctx context.Context, ids, bodies []string) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := d.client.Pipelined(ctx, func(p redis.Pipeliner) error { // each key by itself: they may lie in several slots
		for _, key := range bodies {
			p.Del(ctx, key)
		}
		p.XDel(ctx, rediskeys.Dead, ids...)
		return nil
	})
	return err
}

// mentions writes the entry's fields as one text: a flat entry's own names say whose id it is.
func (d *DeadLetters) mentions(fields map[string]string, mark string) bool {
	var b strings.Builder
	for name, value := range fields {
		b.WriteString(name + `="` + value + "\"\n")
	}
	return d.cfg.Mentions != nil && d.cfg.Mentions(b.String(), mark)
}
