package addressbook

import (
	"context"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

// Unreachable notes that a provider calls an address dead, and tells the users' service of
// it once, on the stream [rediskeys.Contacts]. What it knew already is not told again.
func (b *Book) Unreachable(ctx context.Context, userID string, a notify.Address, e *notify.SendError) error {
	now := b.now().UTC().Truncate(time.Second) // whole seconds have one width, which condemnScript compares
	h := notify.Health{Reason: reasonOf(e), Provider: e.Provider, Since: now}
	if life := deadFor(a.Channel, e.Code); life > 0 {
		h.Until = now.Add(life)
	}
	tell, err := b.condemn(ctx, userID, a, h)
	if err != nil || !tell {
		return err
	}
	if err := b.tell(ctx, userID, a, h); err != nil {
		return err
	}
	spent := []string{prefixTell + a.Key()}
	if a.Channel == notify.Push && h.Until.IsZero() {
		spent = append(spent, prefixToken+notify.PushToken{Token: a.Value}.Device()) // the device is gone: FCM asks to delete it
	}
	return b.client.HDel(ctx, rediskeys.Contact(userID), spent...).Err()
}

// retell is how long whoever condemned an address has to tell of it, before another does.
const retell = time.Minute

// condemnScript notes that an address is dead, unless that is known already, and says
// whether the caller is to tell of it. The mark that it was not told yet goes when it was:
// a caller that dies in between leaves it for the next.
//
//	KEYS[1] -> notifications:contact:{<user id>} (hash)
//	ARGV[1] -> address key
//	ARGV[2] -> stamp
//	ARGV[3] -> health as JSON
//	ARGV[4] -> now in ms
//	ARGV[5] -> ms after which a mark is taken over
//	ARGV[6] -> field that says when the address was last verified: death before that is over
//	Output: 1 tell it, 0 don't
var condemnScript = redis.NewScript(`
local health, tell = 'health:' .. ARGV[1], 'tell:' .. ARGV[1]
local mark = redis.call('HGET', KEYS[1], tell)
local old = redis.call('HGET', KEYS[1], health)
local dead = false
if old and #old > 19 then
	local h = cjson.decode(string.sub(old, 20))
	dead = not h['until'] or h['until'] > cjson.decode(ARGV[3])['since']
	local verified = redis.call('HGET', KEYS[1], ARGV[6])
	if verified and string.sub(verified, 20) > h['since'] then
		dead = false
	end
end
if dead and (not mark or tonumber(mark) + tonumber(ARGV[5]) > tonumber(ARGV[4])) then
	return 0
end
if not dead then
	redis.call('HSET', KEYS[1], health, ARGV[2] .. ' ' .. ARGV[3])
end
redis.call('HSET', KEYS[1], tell, ARGV[4])
return 1
`)

func (b *Book) condemn(ctx context.Context, userID string, a notify.Address, h notify.Health) (tell bool, err error) {
	return condemnScript.Run(ctx, b.client, []string{rediskeys.Contact(userID)},
		a.Key(), string(stampAt(b.now())), jsonText(h), b.now().UnixMilli(), retell.Milliseconds(), verifiedField(a.Channel)).Bool()
}

func verifiedField(ch notify.Channel) string {
	switch ch {
	case notify.Email:
		return fieldEmailVerified
	case notify.SMS:
		return fieldPhoneVerified
	case notify.Telegram, notify.Push:
	}
	return ""
}

// maxTold bounds the stream; a reader that is further behind has other troubles.
const maxTold = 100_000

// tell writes one contact.unreachable. It names the person and the channel; the address is
// only recognisable to those who have it.
func (b *Book) tell(ctx context.Context, userID string, a notify.Address, h notify.Health) error {
	fields := map[string]any{
		"type": "contact.unreachable", "version": "1.0", "timestamp": strconv.FormatInt(h.Since.Unix(), 10),
		"user_id": userID, "channel": string(a.Channel), "address_key": a.Key(),
		"reason": h.Reason, "provider": h.Provider,
	}
	if !h.Until.IsZero() {
		fields["until"] = h.Until.Format(time.RFC3339)
	}
	return b.client.XAdd(ctx, &redis.XAddArgs{Stream: rediskeys.Contacts, MaxLen: maxTold, Approx: true, Values: fields}).Err()
}

// untell takes what was told of a person out of the stream.
func (b *Book) untell(ctx context.Context, userID string) error {
	const page = 1000
	for from := "-"; ; {
		entries, err := b.client.XRangeN(ctx, rediskeys.Contacts, from, "+", page).Result()
		if err != nil {
			return err
		}
		var theirs []string
		for _, e := range entries {
			if e.Values["user_id"] == userID {
				theirs = append(theirs, e.ID)
			}
		}
		if len(theirs) > 0 {
			if err := b.client.XDel(ctx, rediskeys.Contacts, theirs...).Err(); err != nil {
				return err
			}
		}
		if len(entries) < page {
			return nil
		}
		from = "(" + entries[page-1].ID
	}
}

// Lift makes a dead address usable again by an operator's will.
func (b *Book) Lift(ctx context.Context, userID, addressKey string) error {
	return b.client.HDel(ctx, rediskeys.Contact(userID), prefixHealth+addressKey, prefixTell+addressKey).Err()
}
