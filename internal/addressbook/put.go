package addressbook

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

// replaceScript makes a contact what it is given to be. How it was once found stays, so
// that forgetting is complete.
//
//	KEYS[1] -> notifications:contact:{<user id>} (hash)
//	ARGV[1] -> stamp
//	ARGV[2], ARGV[3] … -> field, value, field, value …
//	Output: how many fields were written
var replaceScript = redis.NewScript(`
local given = {}
for i = 2, #ARGV, 2 do
	given[ARGV[i]] = true
	redis.call('HSET', KEYS[1], ARGV[i], ARGV[1] .. ' ' .. ARGV[i + 1])
end
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
	if not given[field] and string.find(field, '^[a-z]+:') and not string.find(field, '^index:') then
		redis.call('HDEL', KEYS[1], field)
	end
end
return (#ARGV - 1) / 2
`)

// pruneScript keeps the push tokens that were seen last.
//
//	KEYS[1] -> notifications:contact:{<user id>} (hash)
//	ARGV[1] -> how many stay
//	Output: how many went
var pruneScript = redis.NewScript(`
local tokens, all = {}, redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
	if string.sub(all[i], 1, 6) == 'token:' then
		tokens[#tokens + 1] = {all[i], tonumber(string.match(all[i + 1], '^%d+', 20)) or 0}
	end
end
table.sort(tokens, function(a, b) return a[2] > b[2] end)
for i = tonumber(ARGV[1]) + 1, #tokens do
	local device = string.sub(tokens[i][1], 7)
	redis.call('HDEL', KEYS[1], tokens[i][1], 'health:push:' .. device, 'tell:push:' .. device)
end
return math.max(0, #tokens - tonumber(ARGV[1]))
`)

// Put makes the contact exactly what is given: what it doesn't have, the person no longer
// has. The error joins an [*Invalid] for each value that is wrong; nothing is written then.
func (b *Book) Put(ctx context.Context, c notify.Contact) error {
	c, err := b.ready(c)
	if err != nil {
		return err
	}
	var w writes
	w.index(stampAt(b.now()), c)
	args := []any{string(stampAt(b.now()))}
	for _, f := range allFacts(c) {
		args = append(args, f.field, f.value)
	}
	w.script(replaceScript, []string{rediskeys.Contact(c.UserID)}, args...)
	w.prune(c)
	_, err = b.commit(ctx, w)
	return err
}

// Merge adds what is given to what is known: empty values leave what there is.
func (b *Book) Merge(ctx context.Context, c notify.Contact) error {
	c, err := b.ready(c)
	if err != nil {
		return err
	}
	var w writes
	w.merge(stampAt(b.now()), c)
	_, err = b.commit(ctx, w)
	return err
}

// ready is [normal], with the times that the book sets itself.
func (b *Book) ready(c notify.Contact) (notify.Contact, error) {
	c, err := normal(c)
	for i, t := range c.PushTokens {
		if t.LastSeen.IsZero() {
			t.LastSeen = b.now()
		}
		c.PushTokens[i].LastSeen = t.LastSeen.UTC().Truncate(time.Second)
	}
	c.Health = maps.Clone(c.Health)
	for key, h := range c.Health { // one width as well, for condemnScript
		h.Since, h.Until = h.Since.UTC().Truncate(time.Second), h.Until.UTC().Truncate(time.Second)
		c.Health[key] = h
	}
	return c, err
}

func (w *writes) merge(at stamp, c notify.Contact) {
	w.index(at, c)
	w.facts(rediskeys.Contact(c.UserID), at, 0, slices.DeleteFunc(allFacts(c), func(f fact) bool { return f.value == "" })...)
	w.prune(c)
}

func (w *writes) prune(c notify.Contact) {
	if len(c.PushTokens) > 0 {
		w.script(pruneScript, []string{rediskeys.Contact(c.UserID)}, maxDevices)
	}
}

// index makes the person findable by their addresses. An entry may outlive the address:
// [Book.Find] looks again, and [Book.Forget] takes it away.
func (w *writes) index(at stamp, c notify.Contact) {
	for _, key := range addressKeys(c) {
		w.facts(rediskeys.Contact(c.UserID), at, 0, fact{prefixIndex + key, "1"})
		w.do(func(ctx context.Context, p redis.Pipeliner) { p.Set(ctx, rediskeys.ContactBy(key), c.UserID, 0) })
	}
}

// addressKeys are the keys by which people are looked for.
func addressKeys(c notify.Contact) []string {
	var keys []string
	for _, a := range []notify.Address{
		{Channel: notify.Email, Value: c.Email},
		{Channel: notify.SMS, Value: c.Phone},
		{Channel: notify.Telegram, Value: c.TelegramChat},
	} {
		if a.Value != "" {
			keys = append(keys, indexKey(a))
		}
	}
	return keys
}

// indexKey doesn't heed the case of an email address: people don't either.
func indexKey(a notify.Address) string {
	if a.Channel == notify.Email {
		a.Value = strings.ToLower(a.Value)
	}
	return a.Key()
}

// allFacts is the whole contact; values that it doesn't have are empty.
func allFacts(c notify.Contact) []fact {
	list := []fact{
		{fieldName, c.Name},
		{fieldEmail, c.Email},
		{fieldPhone, c.Phone},
		{fieldChat, c.TelegramChat},
		{fieldLocale, c.Locale},
		{fieldZone, c.TimeZone},
		{fieldEmailVerified, timeText(c.EmailVerified)},
		{fieldPhoneVerified, timeText(c.PhoneVerified)},
		{fieldBanned, timeText(c.Banned)},
		{fieldBannedUntil, timeText(c.BannedUntil)},
	}
	for _, t := range c.PushTokens {
		list = append(list, fact{prefixToken + t.Device(), tokenText(t)})
	}
	for _, key := range slices.Sorted(maps.Keys(c.Preferences)) {
		list = append(list, fact{prefixChoice + key, jsonText(c.Preferences[key])})
	}
	for _, key := range slices.Sorted(maps.Keys(c.Health)) {
		list = append(list, fact{prefixHealth + key, jsonText(c.Health[key])})
	}
	return list
}

// jsonText is for structs of texts and times, which always marshal.
func jsonText(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// Moved notes the chat that a person's Telegram chat has become.
func (b *Book) Moved(ctx context.Context, userID, chat string) error {
	return b.Merge(ctx, notify.Contact{UserID: userID, TelegramChat: chat})
}
