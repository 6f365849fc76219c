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
//
// A script defines, each time it runs, what its functions are: it gets those that it needs.
const (
	clock = `
local function now()
  local t = redis.call("TIME")
  return t[1] * 1000 + math.floor(t[2] / 1000)
end
local function int(n) return string.format("%.0f", n) end
`

	states = `
local function open(state) return state == "sending" or state == "waiting" end
local function ours(token, owner) return token and string.sub(token, 1, #owner + 1) == owner .. "." end
`

	// record writes a log entry of ARGV from first to last, flagged as a duplicate where it is
	// one, and bounds the log (how: MAXLEN or MINID). It returns the entry's id and the
	// marker's story with it; the story is what the marker says so far.
	recording = `
local function record(log, how, bound, story, first, last, duplicate)
  local id
  if duplicate then
    local fields = {unpack(ARGV, first, last)}
    fields[#fields + 1] = "maybe_duplicate"
    fields[#fields + 1] = "true"
    id = redis.call("XADD", log, how, "~", bound, "*", unpack(fields))
  else
    id = redis.call("XADD", log, how, "~", bound, "*", unpack(ARGV, first, last))
  end
  return id, story and string.sub(story .. " " .. id, -1000) or id
end
`

	// index puts an id into a history, of which the newest stay. What is too old or too much
	// goes now and then, in one millisecond of sixteen: it costs more than the writing.
	indexing = clock + `
local function index(key, id, at, life, most)
  redis.call("ZADD", key, at, id)
  redis.call("EXPIRE", key, life)
  if at % 16 ~= 0 then return end
  redis.call("ZREMRANGEBYSCORE", key, "-inf", "(" .. int(now() - life * 1000))
  redis.call("ZREMRANGEBYRANK", key, 0, -most - 1)
end
`
)

// claimScript asks for deliveries.
//
//	KEYS[k] -> a delivery's marker
//	KEYS[k+1] -> its thing's topics; the marker again where it has none
//	KEYS[k+2] -> its event's record; the next delivery
//	ARGV[a] -> token
//	ARGV[a+1] -> budget, ms: an older claim that was never settled is ambiguous
//	ARGV[a+2] -> life of the marker, s
//	ARGV[a+3] -> event id
//	ARGV[a+4] -> how its message's line among the topics begins; "" without a topic
//	ARGV[a+5] -> time of the event, ms; the next delivery
//
// Output: for each, claimed 0 | ambiguous 1 | settled 2 | busy 3 | superseded 4; the ms until a busy
// one is free; and the event, sealed, of one that was claimed, or ""
var claimScript = redis.NewScript(clock + states + `
local time = now()
local function claim(marker, topics, a)
  local v = redis.call("HMGET", marker, "s", "k", "t", "u")
  local state, token, since, unsure = v[1], v[2], v[3], v[4]
  if state and not open(state) then return 2, 0 end
  if state == "sending" and token ~= ARGV[a] then
    local left = ARGV[a + 1] - (time - since)
    if left > 0 then return 3, math.ceil(left) end
    unsure = "1"
  end
  if ARGV[a + 4] ~= "" then
    local ended = redis.call("GET", topics)
    local _, last = string.find(ended or "", ARGV[a + 4], 1, true)
    if last and tonumber(string.match(ended, "^%d+", last + 1)) > tonumber(ARGV[a + 5]) then return 4, 0 end
  end
  if unsure then redis.call("HSET", marker, "u", "1") end
  redis.call("HSET", marker, "s", "sending", "k", ARGV[a], "t", int(time), "e", ARGV[a + 3])
  redis.call("EXPIRE", marker, ARGV[a + 2])
  return unsure and 1 or 0, 0
end
-- event cuts the event out of a record, whose plan may be long.
local function event(key)
  local record = redis.call("GETRANGE", key, 0, 2047)
  if record == "" then return "" end
  local last = 8 + tonumber(string.sub(record, 1, 8), 10) -- some Lua take leading zeros for octal
  if last > #record then return redis.call("GETRANGE", key, 8, last - 1) end
  return string.sub(record, 9, last)
end
local answers = {}
for k = 1, #KEYS, 3 do
  local state, left = claim(KEYS[k], KEYS[k + 1], (k - 1) / 3 * 6 + 1)
  answers[k], answers[k + 1] = state, left
  answers[k + 2] = state < 2 and event(KEYS[k + 2]) or ""
end
return answers
`)

// releaseScript gives a claim back, unsent. A marker that says nothing else goes.
//
//	KEYS[1] -> the delivery's marker
//	ARGV[1] -> owner
//
// Output: 1 if the claim was ours, else 0
var releaseScript = redis.NewScript(states + `
local v = redis.call("HMGET", KEYS[1], "s", "k", "u", "l")
if v[1] ~= "sending" or not ours(v[2], ARGV[1]) then return 0 end
if v[3] or v[4] then
  redis.call("HSET", KEYS[1], "s", "waiting")
else
  redis.call("DEL", KEYS[1])
end
return 1
`)

// settleScript ends deliveries, each once: marker, log entry and histories.
//
//	KEYS[k] -> a delivery's marker
//	KEYS[k+1] -> the log
//	KEYS[k+2] -> the person's history
//	KEYS[k+3] -> the provider's message id; the next delivery
//	ARGV[a] -> token
//	ARGV[a+1] -> life, s
//	ARGV[a+2] -> how the log is bounded: MAXLEN or MINID
//	ARGV[a+3] -> its bound
//	ARGV[a+4] -> entries of a history; "" where there is no person
//	ARGV[a+5] -> delivery id
//	ARGV[a+6] -> event id
//	ARGV[a+7] -> state
//	ARGV[a+8] -> reason, or ""
//	ARGV[a+9] -> the provider's message id, or ""
//	ARGV[a+10] -> "1": index the provider's message id
//	ARGV[a+11] -> "1": only a delivery that nobody has touched yet
//	ARGV[a+12], ARGV[a+13] -> how many more fields the marker gets, and the log entry has, as
//	                          arguments; they follow; the next delivery
//
// Output: for each, 1 if this call settled it, else 0. Another message that went out although
// the delivery was settled is logged all the same: it is a duplicate.
var settleScript = redis.NewScript(indexing + states + recording + `
local function settle(k, a, first, last)
  local v = redis.call("HMGET", KEYS[k], "s", "k", "d", "m", "l", "r")
  local state, token, noted, message, story, reason = v[1], v[2], v[3], v[4], v[5], v[6]
  if state and not open(state) then
    if token == ARGV[a] then return 1 end
    local same = ARGV[a + 9] ~= "" and message == ARGV[a + 9]
    if ARGV[a + 7] == "sent" and noted ~= ARGV[a] and not same then
      local _, longer = record(KEYS[k + 1], ARGV[a + 2], ARGV[a + 3], story, first, last, true)
      redis.call("HSET", KEYS[k], "d", ARGV[a], "u", "1", "l", longer)
    end
    return 0
  end
  if state and ARGV[a + 11] == "1" then return 0 end
  local id, longer = record(KEYS[k + 1], ARGV[a + 2], ARGV[a + 3], story, first, last)
  local at = string.match(id, "^%d+")
  redis.call("HSET", KEYS[k], "s", ARGV[a + 7], "k", ARGV[a], "t", at, "e", ARGV[a + 6], "l", longer, unpack(ARGV, a + 14, first - 1))
  if reason and ARGV[a + 8] == "" then redis.call("HDEL", KEYS[k], "r") end
  if not state then redis.call("EXPIRE", KEYS[k], ARGV[a + 1]) end -- the claim has just given it its life
  if ARGV[a + 4] ~= "" then index(KEYS[k + 2], ARGV[a + 5], at, ARGV[a + 1], ARGV[a + 4]) end
  if ARGV[a + 10] == "1" then redis.call("SET", KEYS[k + 3], ARGV[a + 5], "EX", ARGV[a + 1]) end
  return 1
end
local answers, a = {}, 1
for k = 1, #KEYS, 4 do
  local first = a + 14 + ARGV[a + 12]
  local last = first + ARGV[a + 13] - 1
  answers[#answers + 1] = settle(k, a, first, last)
  a = last + 1
end
return answers
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
var retryScript = redis.NewScript(indexing + states + recording + `
local v = redis.call("HMGET", KEYS[1], "s", "k", "d", "l")
local state, token, noted, story = v[1], v[2], v[3], v[4]
if token == ARGV[1] or noted == ARGV[1] then return 0 end
if state and not open(state) then return 0 end
local id, longer = record(KEYS[2], ARGV[3], ARGV[4], story, 12, #ARGV)
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
var noteScript = redis.NewScript(recording + `
local v = redis.call("HMGET", KEYS[1], "s", "d", "f", "l")
if v[2] == ARGV[1] then return 0 end
if ARGV[2] ~= "" and v[3] == ARGV[2] then return 0 end
local _, longer = record(KEYS[2], ARGV[3], ARGV[4], v[4], 5, #ARGV)
if v[1] then
  redis.call("HSET", KEYS[1], "d", ARGV[1], "l", longer, unpack(ARGV[2] ~= "" and {"f", ARGV[2]} or {}))
end
return 1
`)

// keepScript stores events with what was planned for them (see [encodeRecord]). Kept again with
// another plan, an event's plan grows by what is new, and no life is ever shortened. Many
// events go into one call, which costs Redis about as much as what is done for one of them.
//
//	KEYS[k] -> an event's record, then the histories of its things, then their topics; the next event
//	ARGV[1] -> life of histories and topics, s
//	ARGV[2] -> entries of a history
//	ARGV[3] -> bytes of a record
//	ARGV[a] -> the record
//	ARGV[a+1] -> its life, s
//	ARGV[a+2] -> event id
//	ARGV[a+3] -> time of the event, ms
//	ARGV[a+4], ARGV[a+5] -> how many histories and topics it has
//	ARGV[a+6...] -> for each of the topics its lines; the next event
//
// Output: how many events.
var keepScript = redis.NewScript(indexing + `
local function parts(record)
  local event = string.sub(record, 1, 8 + tonumber(string.sub(record, 1, 8), 10))
  local kept, waits, broadcasts, plan = string.match(string.sub(record, #event + 1), "^(%d+) (%S*) (%S*)\n(.*)$")
  return event, kept, waits, broadcasts, plan
end
local function grown(old, new)
  local event, kept, waits, broadcasts, plan = parts(new)
  local _, _, _, told, known = parts(old)
  local lines, length, most = {known}, #old, tonumber(ARGV[3])
  for line in string.gmatch(plan, "[^\n]+\n") do
    local id = string.match(line, '^{"id":("[^"]*")')
    if length < most and not string.find(known, id, 1, true) then
      lines[#lines + 1] = line
      length = length + #line
    end
  end
  if broadcasts == "" then broadcasts = told end
  return event .. kept .. " " .. waits .. " " .. broadcasts .. "\n" .. table.concat(lines)
end
local function keep(key, record, life)
  if redis.call("SET", key, record, "EX", life, "NX") then return end
  local longer = math.max(redis.call("TTL", key), life)
  if redis.call("STRLEN", key) < tonumber(ARGV[3]) then
    redis.call("SET", key, grown(redis.call("GET", key), record), "EX", longer)
  else
    redis.call("EXPIRE", key, longer)
  end
end
-- supersede adds lines to a thing's topics. The newest of a message counts.
local function supersede(key, lines)
  local old = redis.call("SET", key, lines, "EX", ARGV[1], "GET")
  if not old or old == lines then return end
  local times, all = {}, {}
  for message, at in string.gmatch(old .. lines, "\n(%S+) (%d+)") do
    if tonumber(at) > tonumber(times[message] or 0) then times[message] = at end
  end
  for message, at in pairs(times) do all[#all + 1] = "\n" .. message .. " " .. at end
  redis.call("SET", key, table.concat(all), "EX", ARGV[1])
end
local k, a, n = 1, 4, 0
while a < #ARGV do
  keep(KEYS[k], ARGV[a], ARGV[a + 1])
  local at, histories, topics = ARGV[a + 3], tonumber(ARGV[a + 4]), tonumber(ARGV[a + 5])
  for i = k + 1, k + histories do index(KEYS[i], ARGV[a + 2], at, ARGV[1], ARGV[2]) end
  for i = 1, topics do supersede(KEYS[k + histories + i], ARGV[a + 5 + i]) end
  k, a, n = k + 1 + histories + topics, a + 6 + topics, n + 1
end
return n
`)
