package addressbook

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
)

// stamp is the time of a fact as text of a fixed width, so that Lua compares stamps as
// strings: milliseconds, a dot, and the sequence number that a stream gave within the
// millisecond. Two events of one millisecond keep their order that way.
type stamp string

// stampSize is the length of a stamp: "1734825600000.0003".
const stampSize = 18

const maxSequence = 9999

func stampAt(t time.Time) stamp { return makeStamp(t, 0) }

func stampOf(e notify.Event) stamp {
	_, seq, _ := strings.Cut(e.Source.Entry, "-")
	n, _ := strconv.Atoi(seq)
	return makeStamp(e.Time, n)
}

func makeStamp(t time.Time, seq int) stamp {
	ms := max(0, t.UnixMilli())
	return stamp(fmt.Sprintf("%013d.%04d", ms, min(max(0, seq), maxSequence)))
}

// fact is a value of a hash's field. The empty value says "not any more": it stays, so that
// an older event can't bring the old value back.
type fact struct{ field, value string }

// valueOf takes a stored fact apart.
func valueOf(stored string) string {
	if len(stored) <= stampSize {
		return ""
	}
	return stored[stampSize+1:]
}

// factsScript writes facts, each unless a newer one stands there.
//
//	KEYS[1] -> notifications:contact:{<user id>} or notifications:link:{<kind>:<id>} (hash)
//	ARGV[1] -> stamp
//	ARGV[2] -> life of the key in ms; 0: it stays
//	ARGV[3], ARGV[4] … -> field, value, field, value …
//	Output: how many were written
var factsScript = redis.NewScript(`
local written = 0
for i = 3, #ARGV, 2 do
	local old = redis.call('HGET', KEYS[1], ARGV[i])
	if not old or string.sub(old, 1, 18) <= ARGV[1] then
		redis.call('HSET', KEYS[1], ARGV[i], ARGV[1] .. ' ' .. ARGV[i + 1])
		written = written + 1
	end
end
if tonumber(ARGV[2]) > 0 then
	redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return written
`)

// facts adds the writing of facts to w.
func (w *writes) facts(key string, at stamp, life time.Duration, list ...fact) {
	if len(list) == 0 {
		return
	}
	args := make([]any, 0, 2+2*len(list))
	args = append(args, string(at), life.Milliseconds())
	for _, f := range list {
		args = append(args, f.field, f.value)
	}
	w.script(factsScript, []string{key}, args...)
}
