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

// factsScript writes facts about people and things, each unless a newer one stands there.
//
//	KEYS[k] -> notifications:contact:{<user id>} or notifications:l:{<kind>:<id>} (hash)
//	ARGV[a] -> stamp
//	ARGV[a+1] -> life of the key in ms; 0: it stays
//	ARGV[a+2] -> how many facts follow, as field, value, field, value …; then the next key's
//	Output: how many were written
var factsScript = redis.NewScript(`
local written, a = 0, 1
for k = 1, #KEYS do
	local at, life, last = ARGV[a], ARGV[a + 1], a + 2 + 2 * ARGV[a + 2]
	for i = a + 3, last, 2 do
		local old = redis.call('HGET', KEYS[k], ARGV[i])
		if not old or string.sub(old, 1, 18) <= at then
			redis.call('HSET', KEYS[k], ARGV[i], at .. ' ' .. ARGV[i + 1])
			written = written + 1
		end
	end
	if life ~= '0' then redis.call('PEXPIRE', KEYS[k], life) end
	a = last + 1
end
return written
`)

// facts adds the writing of facts to w.
func (w *writes) facts(key string, at stamp, life time.Duration, list ...fact) {
	if len(list) == 0 {
		return
	}
	args := make([]any, 0, 3+2*len(list))
	args = append(args, string(at), life.Milliseconds(), len(list))
	for _, f := range list {
		args = append(args, f.field, f.value)
	}
	w.steps = append(w.steps, step{script: factsScript, keys: []string{key}, args: args, together: true})
}
