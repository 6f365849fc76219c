package streams

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// realignScript puts a group's position right. It looks itself, in one breath: what we saw
// before may be older than the group's last read.
//
// A group beyond its stream's end, which would silently see nothing, goes back to the
// beginning: the stream was made again, or restored from an older copy. Else it finds out how
// many entries trimming took before the group had read them: the count of read entries is
// behind the position then. The count is put right, so that the loss is told once, by whoever
// runs this first. That needs Redis 7, which counts.
//
// KEYS[1] -> stream
// ARGV[1] -> group
// Output: entries lost before they were read; -1 if the group goes back
var realignScript = redis.NewScript(`
local function map(list)
  local m = {}
  for i = 1, #list, 2 do m[list[i]] = list[i + 1] end
  return m
end
local function less(a, b)
  local am, as = string.match(a, '(%d+)-(%d+)')
  local bm, bs = string.match(b, '(%d+)-(%d+)')
  if am ~= bm then
    if #am ~= #bm then return #am < #bm end
    return am < bm
  end
  return tonumber(as) < tonumber(bs)
end
local s = map(redis.call('XINFO', 'STREAM', KEYS[1]))
local g
for _, list in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local one = map(list)
  if one['name'] == ARGV[1] then g = one end
end
if not g then return 0 end
local at, last, first = g['last-delivered-id'], s['last-generated-id'], s['recorded-first-entry-id']
if less(last, at) then
  redis.call('XGROUP', 'SETID', KEYS[1], ARGV[1], '0')
  return -1
end
local added, length, read = s['entries-added'], s['length'], g['entries-read']
if not added then return 0 end
local position
if at == last then
  position = added
elseif length == 0 or less(at, first) then
  position = added - length
else
  return 0
end
if read == position then return 0 end
redis.call('XGROUP', 'SETID', KEYS[1], ARGV[1], at, 'ENTRIESREAD', position)
if not read then return 0 end
return math.max(0, position - read)
`)

// realign puts a group's position right, and sounds the alarm where entries were lost or the
// stream begins anew. What was sent stays sent.
func (r *Reader) realign(ctx context.Context, stream string) {
	lost, err := realignScript.Run(ctx, r.src.Client, []string{stream}, r.cfg.Group).Int64()
	switch {
	case err != nil:
		r.log.Debug().Err(err).Str("stream", stream).Msg("What trimming took can't be counted")
	case lost < 0:
		r.log.Error().Str("stream", stream).Msg("Stream begins anew with lower ids: the group goes back to the beginning")
	case lost > 0:
		r.obs.Lost(stream, lost)
		r.log.Error().Str("stream", stream).Int64("entries", lost).Msg("Entries were trimmed before they were read")
	}
}

// beginCounting makes a new group count from its first entry on, where the server counts.
func (r *Reader) beginCounting(ctx context.Context, stream string) {
	if info, err := r.src.Client.XInfoStream(ctx, stream).Result(); err == nil && info.EntriesAdded > 0 {
		r.realign(ctx, stream)
	}
}
