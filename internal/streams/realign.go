package streams

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// realignScript puts a group's position right, and says what went wrong.
//
// A group beyond the stream's end (the stream was made again, or restored from an older
// copy) would silently see nothing: it is set back to the beginning. A group whose count
// of read entries is behind its position was overtaken by trimming: the difference was
// never read. The count is put right so that it is told once, by whoever runs this first.
//
// KEYS[1] -> stream
// ARGV[1] -> group
// Output: {entries lost before they were read, 1 if the group was set back else 0}
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
if not g then return {0, 0} end
local at, last, first = g['last-delivered-id'], s['last-generated-id'], s['recorded-first-entry-id']
if less(last, at) then
  redis.call('XGROUP', 'SETID', KEYS[1], ARGV[1], '0')
  return {0, 1}
end
local added, length, read = s['entries-added'], s['length'], g['entries-read']
if not added then return {0, 0} end
local position
if at == last then
  position = added
elseif length == 0 or less(at, first) then
  position = added - length
else
  return {0, 0}
end
if read == position then return {0, 0} end
redis.call('XGROUP', 'SETID', KEYS[1], ARGV[1], at, 'ENTRIESREAD', position)
if not read then return {0, 0} end
return {math.max(0, position - read), 0}
`)

// realign mends a group's position and sounds the alarm where entries were lost.
func (r *Reader) realign(ctx context.Context, stream string) {
	res, err := realignScript.Run(ctx, r.src.Client, []string{stream}, r.cfg.Group).Int64Slice()
	if err != nil || len(res) != 2 {
		r.log.Debug().Err(err).Str("stream", stream).Msg("Position of the group can't be checked")
		return
	}
	if lost := res[0]; lost > 0 {
		r.obs.Lost(stream, lost)
		r.log.Error().Str("stream", stream).Int64("entries", lost).Msg("Entries were trimmed before they were read")
	}
	if res[1] == 1 {
		r.log.Error().Str("stream", stream).Msg("Stream begins anew with lower ids: the group is set back to the beginning")
	}
}
