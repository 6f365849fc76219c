package streams

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

// entryID is a stream entry's id, "1734825600000-0": milliseconds of the Redis server's
// clock, and a count within them.
type entryID struct{ ms, seq uint64 }

// parseID reads an id; the count may be missing.
func parseID(s string) (entryID, bool) {
	ms, seq, hasSeq := strings.Cut(s, "-")
	var id entryID
	var err error
	if id.ms, err = strconv.ParseUint(ms, 10, 64); err != nil {
		return entryID{}, false
	}
	if !hasSeq {
		return id, true
	}
	id.seq, err = strconv.ParseUint(seq, 10, 64)
	return id, err == nil
}

// CompareIDs orders ids as the stream does. What is no id comes first.
func CompareIDs(a, b string) int {
	x, _ := parseID(a)
	y, _ := parseID(b)
	return cmp.Or(cmp.Compare(x.ms, y.ms), cmp.Compare(x.seq, y.seq))
}

// earliest is the first moment that an id can mean; smaller ids were given by hand.
var earliest = time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)

// idTime is the moment that an id names, if it names one: ids may be given by hand and
// then mean nothing.
func idTime(id string, now time.Time) (time.Time, bool) {
	e, ok := parseID(id)
	if !ok || e.ms > 1<<52 {
		return time.Time{}, false
	}
	t := time.UnixMilli(int64(e.ms)).UTC()
	return t, t.After(earliest) && t.Before(now.Add(24*time.Hour))
}
