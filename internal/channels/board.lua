-- Writes how a pod's breakers stand, and takes pods off the board that have said nothing
-- for long.
--
-- KEYS[1] -> the board: hash of pod -> "<ms> <breakers as JSON>"
-- ARGV[1] -> pod
-- ARGV[2] -> its breakers
-- ARGV[3] -> how long it stands there (ms)
-- Output: 1
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now) .. ' ' .. ARGV[2])
local board = redis.call('HGETALL', KEYS[1])
for i = 1, #board, 2 do
  local at = tonumber(string.match(board[i + 1], '^%d+') or 0)
  if at < now - ARGV[3] then redis.call('HDEL', KEYS[1], board[i]) end
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
