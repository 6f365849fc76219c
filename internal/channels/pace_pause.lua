-- Pauses a provider, or one recipient of it, or begins a slow start.
--
-- KEYS[1]  -> the provider: hash; p paused until (us), r slow start since (us), s answers
--             that asked for a pause, e the time until which they count (us)
-- KEYS[2…] -> the recipient's own limits, if the message had such: hash; p paused until (us)
-- ARGV[1] -> how long to pause (us); 0: not at all
-- ARGV[2] -> how long a slow start takes (us), to begin one
-- Output: 1 if the whole provider is paused, else 0
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local length = tonumber(ARGV[1])

local function text(n) return string.format('%.0f', n) end

local function keep(key, us)
  local ms = math.ceil(us / 1000) + 1000
  if redis.call('PTTL', key) < ms then redis.call('PEXPIRE', key, ms) end
end

local function pause(key)
  local old = redis.call('HGET', key, 'p')
  if not old or tonumber(old) < now + length then redis.call('HSET', key, 'p', text(now + length)) end
  keep(key, length)
end

if ARGV[2] then
  local since = redis.call('HGET', KEYS[1], 'r')
  if not since or tonumber(since) + ARGV[2] < now then redis.call('HSET', KEYS[1], 'r', text(now)) end
  keep(KEYS[1], tonumber(ARGV[2]))
end
if length == 0 then return 0 end

-- Messages that were under way together to one recipient count as one answer.
local first = #KEYS == 1
for i = 2, #KEYS do
  local old = redis.call('HGET', KEYS[i], 'p')
  if not old or tonumber(old) <= now then first = true end
end

local counted = redis.call('HMGET', KEYS[1], 's', 'e')
local strikes = 1
if counted[2] and tonumber(counted[2]) > now then strikes = counted[1] + (first and 1 or 0) end
redis.call('HSET', KEYS[1], 's', text(strikes), 'e', text(now + length))
keep(KEYS[1], length)

for i = 2, #KEYS do pause(KEYS[i]) end
if #KEYS > 1 and strikes < 3 then return 0 end
pause(KEYS[1])
return 1
