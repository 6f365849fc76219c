package ledger

import "github.com/redis/go-redis/v9"

// The fields of a marker have short names: there are millions of them.
//
//	s  state: sending, waiting, sent, failed, skipped, suppressed
//	k  token of the call that set the state; "<owner>.<n>"
//	t  since when it is in that state, ms
//	u  1: an attempt may have been accepted although nobody said so
//	n  attempt that was recorded last
//	e  event id
//	p  provider, m its id of the message
//	r  reason
//	f  what the provider said later: delivered, bounced
//	l  ids of the delivery's log entries
//	d  token of the last note that did not change the state
const library = `
local function now()
  local t = redis.call("TIME")
  return t[1] * 1000 + math.floor(t[2] / 1000)
end
local function int(n) return string.format("%.0f", tonumber(n)) end
local function open(state) return state == "sending" or state == "waiting" end
local function ours(token, owner) return token and string.sub(token, 1, #owner + 1) == owner .. "." end

-- record writes one log entry from ARGV[first] on, and bounds the log by ARGV[3] and [4]. It
-- returns the entry's id and the marker's story with it; the story is what the marker says
-- so far.
local function record(log, story, first, ...)
  local fields = {unpack(ARGV, first)}
  for _, more in ipairs({...}) do fields[#fields + 1] = more end
  local id = redis.call("XADD", log, ARGV[3], "~", ARGV[4], "*", unpack(fields))
  return id, string.sub(story and story .. " " .. id or id, -1000)
end

-- index puts an id into a history, of which the newest stay. What is too old or too much
-- goes now and then: it costs more than the writing.
local function index(key, id, at, life, most)
  redis.call("ZADD", key, int(at), id)
  redis.call("EXPIRE", key, life)
  local n = redis.call("ZCARD", key)
  if n % 16 ~= 0 and n <= tonumber(most) then return end
  redis.call("ZREMRANGEBYSCORE", key, "-inf", "(" .. int(now() - life * 1000))
  redis.call("ZREMRANGEBYRANK", key, 0, -most - 1)
end
`

// claimScript asks for a delivery.
//
//	KEYS[1] -> the delivery's marker
//	KEYS[2] -> its topic; the marker again where it has none
//	ARGV[1] -> token
//	ARGV[2] -> budget, ms: an older claim that was never settled is ambiguous
//	ARGV[3] -> life of the marker, s
//	ARGV[4] -> event id
//	ARGV[5] -> time of the event, ms; "" without a topic
//
// Output: {claimed 0 | ambiguous 1 | settled 2 | busy 3 | superseded 4, ms until a busy one is free}
var claimScript = redis.NewScript(library + `
local v = redis.call("HMGET", KEYS[1], "s", "k", "t", "u")
local state, token, since, unsure = v[1], v[2], v[3], v[4]
if state and not open(state) then return {2, 0} end
if state == "sending" and token ~= ARGV[1] then
  local left = ARGV[2] - (now() - since)
  if left > 0 then return {3, math.ceil(left)} end
  unsure = "1"
end
if ARGV[5] ~= "" then
  local newer = redis.call("GET", KEYS[2])
  if newer and tonumber(newer) > tonumber(ARGV[5]) then return {4, 0} end
end
redis.call("HSET", KEYS[1], "s", "sending", "k", ARGV[1], "t", int(now()), "e", ARGV[4], unpack(unsure and {"u", "1"} or {}))
redis.call("EXPIRE", KEYS[1], ARGV[3])
return {unsure and 1 or 0, 0}
`)

// releaseScript gives a claim back, unsent. A marker that says nothing else goes.
//
//	KEYS[1] -> the delivery's marker
//	ARGV[1] -> owner
//
// Output: 1 if the claim was ours, else 0
var releaseScript = redis.NewScript(library + `
local v = redis.call("HMGET", KEYS[1], "s", "k", "u", "l")
if v[1] ~= "sending" or not ours(v[2], ARGV[1]) then return 0 end
if v[3] or v[4] then
  redis.call("HSET", KEYS[1], "s", "waiting")
else
  redis.call("DEL", KEYS[1])
end
return 1
`)

// settleScript ends a delivery, once: marker, log entry and histories.
//
//	KEYS[1] -> the delivery's marker
//	KEYS[2] -> the log
//	KEYS[3] -> the person's history
//	KEYS[4] -> the provider's message id
//	ARGV[1] -> token
//	ARGV[2] -> life, s
//	ARGV[3] -> how the log is bounded: MAXLEN or MINID
//	ARGV[4] -> its bound
//	ARGV[5] -> entries of a history; "" where there is no person
//	ARGV[6] -> delivery id
//	ARGV[7] -> event id
//	ARGV[8] -> state
//	ARGV[9] -> attempt
//	ARGV[10] -> reason, or ""
//	ARGV[11] -> provider, or ""
//	ARGV[12] -> the provider's message id, or ""
//	ARGV[13] -> "1": index the provider's message id
//	ARGV[14] -> "1": only a delivery that nobody has touched yet
//	ARGV[15...] -> fields of the log entry
//
// Output: 1 if this call settled it, else 0. Another message that went out although the
// delivery was settled is logged all the same: it is a duplicate.
var settleScript = redis.NewScript(library + `
local v = redis.call("HMGET", KEYS[1], "s", "k", "d", "m", "l", "r")
local state, token, noted, message, story, reason = v[1], v[2], v[3], v[4], v[5], v[6]
if state and not open(state) then
  if token == ARGV[1] then return 1 end
  local same = ARGV[12] ~= "" and message == ARGV[12]
  if ARGV[8] == "sent" and noted ~= ARGV[1] and not same then
    local _, longer = record(KEYS[2], story, 15, "maybe_duplicate", "true")
    redis.call("HSET", KEYS[1], "d", ARGV[1], "u", "1", "l", longer)
  end
  return 0
end
if state and ARGV[14] == "1" then return 0 end
local id, longer = record(KEYS[2], story, 15)
local at = string.match(id, "^%d+")
local marker = {"s", ARGV[8], "k", ARGV[1], "t", at, "e", ARGV[7], "l", longer}
local function note(field, value)
  if value ~= "" then marker[#marker + 1] = field; marker[#marker + 1] = value end
end
if ARGV[9] ~= "0" then note("n", ARGV[9]) end
note("r", ARGV[10])
note("p", ARGV[11])
note("m", ARGV[12])
redis.call("HSET", KEYS[1], unpack(marker))
if reason and ARGV[10] == "" then redis.call("HDEL", KEYS[1], "r") end
redis.call("EXPIRE", KEYS[1], ARGV[2])
if ARGV[5] ~= "" then index(KEYS[3], ARGV[6], at, ARGV[2], ARGV[5]) end
if ARGV[13] == "1" then redis.call("SET", KEYS[4], ARGV[6], "EX", ARGV[2]) end
return 1
`)

// retryScript records an attempt that failed and gives the claim back.
//
//	KEYS[1] -> the delivery's marker
//	KEYS[2] -> the log
//	KEYS[3] -> the person's history
//	ARGV[1] -> token
//	ARGV[2] -> life, s
//	ARGV[3] -> how the log is bounded: MAXLEN or MINID
//	ARGV[4] -> its bound
//	ARGV[5] -> entries of a history; "" where there is no person
//	ARGV[6] -> delivery id
//	ARGV[7] -> event id
//	ARGV[8] -> owner
//	ARGV[9] -> attempt
//	ARGV[10] -> reason
//	ARGV[11] -> "1": the provider may have taken it
//	ARGV[12...] -> fields of the log entry
//
// Output: 1 if it was recorded, 0 if it had been or the delivery is settled. A claim that
// meanwhile is somebody else's stays theirs.
var retryScript = redis.NewScript(library + `
local v = redis.call("HMGET", KEYS[1], "s", "k", "d", "l")
local state, token, noted, story = v[1], v[2], v[3], v[4]
if token == ARGV[1] or noted == ARGV[1] then return 0 end
if state and not open(state) then return 0 end
local id, longer = record(KEYS[2], story, 12)
local at = string.match(id, "^%d+")
local marker = {"s", "waiting", "k", ARGV[1], "t", at, "e", ARGV[7], "n", ARGV[9], "r", ARGV[10], "l", longer}
if state == "sending" and not ours(token, ARGV[8]) then marker = {"d", ARGV[1], "l", longer} end
if ARGV[11] == "1" then marker[#marker + 1] = "u"; marker[#marker + 1] = "1" end
redis.call("HSET", KEYS[1], unpack(marker))
redis.call("EXPIRE", KEYS[1], ARGV[2])
if ARGV[5] ~= "" then index(KEYS[3], ARGV[6], at, ARGV[2], ARGV[5]) end
return 1
`)

// noteScript logs what does not change a delivery's state: a duplicate that was
// suppressed, or a provider's later word.
//
//	KEYS[1] -> the delivery's marker
//	KEYS[2] -> the log
//	ARGV[1] -> token
//	ARGV[2] -> the provider's later word (delivered, bounced), or ""
//	ARGV[3] -> how the log is bounded: MAXLEN or MINID
//	ARGV[4] -> its bound
//	ARGV[5...] -> fields of the log entry
//
// Output: 1 if it was logged, 0 if it had been. The same word twice is logged once.
var noteScript = redis.NewScript(library + `
local v = redis.call("HMGET", KEYS[1], "s", "d", "f", "l")
if v[2] == ARGV[1] then return 0 end
if ARGV[2] ~= "" and v[3] == ARGV[2] then return 0 end
local _, longer = record(KEYS[2], v[4], 5)
if v[1] then
  redis.call("HSET", KEYS[1], "d", ARGV[1], "l", longer, unpack(ARGV[2] ~= "" and {"f", ARGV[2]} or {}))
end
return 1
`)

// keepScript stores an event with what was planned for it. Repeated with another plan it
// adds what is new, and it never shortens a life.
//
//	KEYS[1] -> the event's record
//	KEYS[2...] -> histories of things, then topics
//	ARGV[1] -> the event, sealed
//	ARGV[2] -> its life, s
//	ARGV[3] -> roles that nobody is known in yet, or ""
//	ARGV[4] -> ids of broadcasts, or ""
//	ARGV[5] -> event id
//	ARGV[6] -> time of the event, ms
//	ARGV[7] -> how many of the keys are histories
//	ARGV[8] -> life of histories and topics, s
//	ARGV[9] -> entries of a history
//	ARGV[10] -> bytes of a plan
//	ARGV[11...] -> delivery ids, each followed by its line of the plan
var keepScript = redis.NewScript(library + `
local length = redis.call("HSTRLEN", KEYS[1], "plan")
local most = tonumber(ARGV[10])
local record = {"event", ARGV[1], "waits", ARGV[3], "kept", int(now())}
if length < most then
  local plan = length > 0 and redis.call("HGET", KEYS[1], "plan") or ""
  local lines = {plan}
  for i = 11, #ARGV, 2 do
    if length < most and not (plan ~= "" and string.find(plan, '"' .. ARGV[i] .. '"', 1, true)) then
      lines[#lines + 1] = ARGV[i + 1] .. "\n"
      length = length + #lines[#lines]
    end
  end
  record[7], record[8] = "plan", table.concat(lines)
end
if ARGV[4] ~= "" then record[#record + 1] = "broadcasts"; record[#record + 1] = ARGV[4] end
redis.call("HSET", KEYS[1], unpack(record))
if redis.call("TTL", KEYS[1]) < tonumber(ARGV[2]) then redis.call("EXPIRE", KEYS[1], ARGV[2]) end
for i = 2, #KEYS do
  if i - 1 <= tonumber(ARGV[7]) then
    index(KEYS[i], ARGV[5], ARGV[6], ARGV[8], ARGV[9])
  else
    local newest = redis.call("SET", KEYS[i], ARGV[6], "EX", ARGV[8], "GET")
    if newest and tonumber(newest) > tonumber(ARGV[6]) then
      redis.call("SET", KEYS[i], newest, "EX", ARGV[8])
    end
  end
end
return 1
`)
