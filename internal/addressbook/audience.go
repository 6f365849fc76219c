package addressbook

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/rediskeys"
)

// membershipScript lets somebody join or leave an audience, unless a newer fact says
// otherwise.
//
//	KEYS[1] -> notifications:audience-facts:{<name>} (hash)
//	KEYS[2] -> notifications:audience:{<name>} (sorted set)
//	ARGV[1] -> stamp
//	ARGV[2] -> user id
//	ARGV[3] -> "+" joins, "-" leaves
//	Output: 1 if it was written, 0 if a newer fact stands
var membershipScript = redis.NewScript(`
local old = redis.call('HGET', KEYS[1], ARGV[2])
if old and string.sub(old, 1, 18) > ARGV[1] then
	return 0
end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[1] .. ' ' .. ARGV[3])
if ARGV[3] == '+' then
	redis.call('ZADD', KEYS[2], 0, ARGV[2])
else
	redis.call('ZREM', KEYS[2], ARGV[2])
end
return 1
`)

const (
	joins  = "+"
	leaves = "-"
)

// member adds a change of membership. The person's own list comes first: whatever the
// audience knows of somebody, [Book.Forget] finds it through that list.
func (w *writes) member(at stamp, audience, userID, change string) {
	if audience == "" || userID == "" {
		return
	}
	w.do(func(ctx context.Context, p redis.Pipeliner) {
		p.SAdd(ctx, rediskeys.Memberships(userID), audience)
	})
	w.script(membershipScript, []string{rediskeys.AudienceFacts(audience), rediskeys.Audience(audience)},
		string(at), userID, change)
}

// Join adds people to an audience.
func (b *Book) Join(ctx context.Context, audience string, userIDs ...string) error {
	return b.change(ctx, audience, joins, userIDs)
}

// Leave takes people out of an audience.
func (b *Book) Leave(ctx context.Context, audience string, userIDs ...string) error {
	return b.change(ctx, audience, leaves, userIDs)
}

func (b *Book) change(ctx context.Context, audience, change string, userIDs []string) error {
	if err := checkName("audience", audience); err != nil {
		return err
	}
	var w writes
	for _, id := range userIDs {
		if err := checkName("user_id", id); err != nil {
			return err
		}
		w.member(stampAt(b.now()), audience, id, change)
	}
	_, err := b.commit(ctx, w)
	return err
}

// Count is the number of an audience's members.
func (b *Book) Count(ctx context.Context, audience string) (int64, error) {
	return b.client.ZCard(ctx, rediskeys.Audience(audience)).Result()
}

// Members are the first members of an audience, by their ids, at most limit.
func (b *Book) Members(ctx context.Context, audience string, limit int) ([]string, error) {
	ids, _, err := b.Page(ctx, audience, "", limit)
	return ids, err
}

// Page is n members of an audience behind the cursor, which is empty at first. next is
// empty behind the last page. Members that come and go meanwhile move no others.
func (b *Book) Page(ctx context.Context, audience, cursor string, n int) (ids []string, next string, err error) {
	from := "-"
	if cursor != "" {
		from = "(" + cursor
	}
	ids, err = b.client.ZRangeArgs(ctx, redis.ZRangeArgs{
		Key: rediskeys.Audience(audience), ByLex: true, Start: from, Stop: "+", Count: int64(n),
	}).Result()
	if len(ids) == n && n > 0 {
		next = ids[n-1]
	}
	return ids, next, err
}

// Memberships are the audiences that a person is in.
func (b *Book) Memberships(ctx context.Context, userID string) ([]string, error) {
	in, err := b.membershipsOf(ctx, []string{userID})
	if err != nil {
		return nil, err
	}
	return in[0], nil
}

// membershipsOf looks several people up in two round trips: where each has ever been, and
// whether they still are.
func (b *Book) membershipsOf(ctx context.Context, userIDs []string) ([][]string, error) {
	p := b.client.Pipeline()
	ever := make([]*redis.StringSliceCmd, len(userIDs))
	for i, id := range userIDs {
		ever[i] = p.SMembers(ctx, rediskeys.Memberships(id))
	}
	if _, err := p.Exec(ctx); err != nil {
		return nil, err
	}
	p = b.client.Pipeline()
	still := make([][]*redis.FloatCmd, len(userIDs))
	for i, id := range userIDs {
		for _, a := range ever[i].Val() {
			still[i] = append(still[i], p.ZScore(ctx, rediskeys.Audience(a), id))
		}
	}
	if _, err := p.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return nil, err
	}
	in := make([][]string, len(userIDs))
	for i := range userIDs {
		for j, s := range still[i] {
			if s.Err() == nil {
				in[i] = append(in[i], ever[i].Val()[j])
			}
		}
		slices.Sort(in[i])
	}
	return in, nil
}

// Audiences gives the names of all audiences that have members, in no order; a name may
// come twice.
func (b *Book) Audiences(ctx context.Context, each func(name string) error) error {
	before, after, _ := strings.Cut(rediskeys.Audience("*"), "*")
	return b.scan(ctx, rediskeys.Audience("*"), func(_ context.Context, keys []string) error {
		for _, k := range keys {
			if err := each(strings.TrimSuffix(strings.TrimPrefix(k, before), after)); err != nil {
				return err
			}
		}
		return nil
	})
}
