-- Takes one message from each of a provider's limits, or from none.
--
-- KEYS[1]  -> the provider: hash; p paused until (us), r slow start since (us)
-- KEYS[2…] -> a limit each: hash; t time at which its next message may go (us), without
--             burst; b the next turn that was given to one who came too early (us);
--             p paused until (us)
-- ARGV[1] -> patience: how long the caller can wait for a slot (us)
-- ARGV[2] -> how long a slow start takes (us)
-- ARGV[3] -> the share of the rate with which it begins
-- ARGV[4…] -> for each limit: us between two messages, us of burst
-- Output: {0, wait}: taken, go after wait us. {1, wait}: too early, come back after wait us.
--         {2, wait}: the provider asked for a pause.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local patience = tonumber(ARGV[1])
local horizon = 30000000 -- turns are not given further ahead than that

local function number(v, default) return v and tonumber(v) or default end
local function text(n) return string.format('%.0f', n) end

local provider = redis.call('HMGET', KEYS[1], 'p', 'r')
local paused = number(provider[1], 0) - now
local share = 1
if provider[2] then
  share = math.min(1, ARGV[3] + (1 - ARGV[3]) * (now - provider[2]) / ARGV[2])
end

local limits, wait, slowest = {}, 0, nil
for i = 2, #KEYS do
  local state = redis.call('HMGET', KEYS[i], 't', 'b', 'p')
  local gap = ARGV[2 * i] / share
  local l = { key = KEYS[i], gap = gap, t = math.max(now, number(state[1], 0)), b = number(state[2], 0) }
  paused = math.max(paused, number(state[3], 0) - now)
  local early = l.t - ARGV[2 * i + 1] * share - now
  if early > wait then wait, slowest = early, l end
  limits[#limits + 1] = l
end

if paused > 0 then return { 2, paused } end

if wait > patience then
  local turn = math.max(slowest.b, now + wait)
  if turn > now + horizon then turn = now + math.max(wait, patience) end
  redis.call('HSET', slowest.key, 'b', text(turn + slowest.gap))
  redis.call('PEXPIRE', slowest.key, math.ceil((math.max(slowest.t, turn + slowest.gap) - now) / 1000) + 1000)
  return { 1, math.ceil(turn - now) }
end

for _, l in ipairs(limits) do
  local t = math.max(l.t, now + wait) + l.gap
  redis.call('HSET', l.key, 't', text(t))
  redis.call('PEXPIRE', l.key, math.ceil((math.max(t, l.b) - now) / 1000) + 1000)
end
return { 0, math.ceil(wait) }
