package streams

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Config says how a source is read. Zero fields take the defaults.
type Config struct {
	Group    string // consumer group: "notification-consumers" (passport section 11.2)
	Consumer string // this process' name in the group; never shared by two live processes
	Start    string // where a new group begins, at the process' first look: "0" or an entry id

	Patterns []string // names of streams, with * as wildcard
	Exclude  []string // prefixes that are never read, whatever the patterns say

	Count         int           // entries read at a time, from each stream
	Batch         int           // entries read at a time, from all streams together, about
	BatchBytes    int           // bytes of a batch, about: larger entries are read fewer at a time
	Block         time.Duration // how long a read waits for news; also the delay of a stop
	Poll          time.Duration // Cluster: the longest pause between two looks, as a read can't wait for several slots
	Budget        time.Duration // how long the dispatch of a batch may take, also when a stop waits for it; well below MinIdle
	MaxEntryBytes int           // larger entries are set aside unread

	Discover time.Duration // how often new streams are looked for
	Inspect  time.Duration // how often lengths, lags and positions are looked at
	Sweep    time.Duration // how often idle pending entries are looked for
	MinIdle  time.Duration // how long a pending entry rests before anyone takes it over
	MaxTries int           // failed tries of an entry before it is set aside (passport section 12.2)

	ConsumerIdle time.Duration // consumers that hold nothing are removed after that long

	Backoff    time.Duration // pause after an error, doubling …
	MaxBackoff time.Duration // … up to this (passport section 12.1)

	Trim      int           // trim streams to about this many entries; 0: off
	TrimEvery time.Duration // how often
}

// Defaults fills in what is zero.
func (c Config) Defaults() Config {
	c.Group = cmp.Or(c.Group, "notification-consumers")
	c.Consumer = cmp.Or(c.Consumer, "notify-instance-1")
	c.Start = cmp.Or(c.Start, "0")
	if len(c.Patterns) == 0 {
		c.Patterns = []string{"*:events:*", "*:events", "*.events"}
	}
	if len(c.Exclude) == 0 {
		c.Exclude = []string{"notifications:", "asynq:"}
	}
	c.Count = cmp.Or(c.Count, 500)
	c.Batch = cmp.Or(c.Batch, 2000)
	c.BatchBytes = cmp.Or(c.BatchBytes, 16<<20)
	c.MaxEntryBytes = cmp.Or(c.MaxEntryBytes, 256<<10)
	c.MaxTries = cmp.Or(c.MaxTries, 3)
	return c.intervals()
}

func (c Config) intervals() Config {
	c.Block = min(cmp.Or(c.Block, time.Second), 2*time.Second) // a read can't be interrupted
	c.Poll = cmp.Or(c.Poll, 250*time.Millisecond)
	c.Discover = cmp.Or(c.Discover, 15*time.Second)
	c.Inspect = cmp.Or(c.Inspect, 10*time.Second)
	c.MinIdle = cmp.Or(c.MinIdle, time.Minute)
	c.Budget = cmp.Or(c.Budget, min(30*time.Second, c.MinIdle/2)) // or others would take over what is being done
	c.Sweep = cmp.Or(c.Sweep, c.MinIdle/2)
	c.ConsumerIdle = cmp.Or(c.ConsumerIdle, time.Hour)
	c.Backoff = cmp.Or(c.Backoff, time.Second)
	c.MaxBackoff = cmp.Or(c.MaxBackoff, time.Minute)
	c.TrimEvery = cmp.Or(c.TrimEvery, time.Minute)
	return c
}

// Validate says everything that is wrong at once.
func (c Config) Validate() error {
	var errs []error
	if _, ok := parseID(c.Start); !ok && c.Start != "" {
		errs = append(errs, fmt.Errorf("start %q: want 0 or an entry id such as 1734825600000-0; $ would lose what is written before the group exists", c.Start))
	}
	for name, n := range map[string]int{"count": c.Count, "max bytes": c.MaxEntryBytes, "tries": c.MaxTries, "trim": c.Trim} {
		if n < 0 {
			errs = append(errs, fmt.Errorf("%s %d: want no negative number", name, n))
		}
	}
	if c.MinIdle > 0 && c.Budget > 0 && c.MinIdle <= c.Budget {
		errs = append(errs, fmt.Errorf("claim idle %s: want more than the batch budget %s, or work would be taken over while it is done", c.MinIdle, c.Budget))
	}
	return errors.Join(errs...)
}

// wanted says whether a key's name is that of a stream to read.
func (c Config) wanted(name string) bool {
	for _, prefix := range c.Exclude {
		if strings.HasPrefix(name, prefix) {
			return false
		}
	}
	for _, p := range c.Patterns {
		if matches(p, name) {
			return true
		}
	}
	return false
}

// matches is Redis' own glob, of which only * is needed. The pattern's pieces are found
// from left to right; the first must begin the name and the last must end it.
func matches(pattern, name string) bool {
	pieces := strings.Split(pattern, "*")
	last := len(pieces) - 1
	if last == 0 {
		return pattern == name
	}
	if !strings.HasPrefix(name, pieces[0]) {
		return false
	}
	name = name[len(pieces[0]):]
	for _, piece := range pieces[1:last] {
		i := strings.Index(name, piece)
		if i < 0 {
			return false
		}
		name = name[i+len(piece):]
	}
	return strings.HasSuffix(name, pieces[last])
}
