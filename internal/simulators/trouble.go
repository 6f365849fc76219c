package simulators

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Kind is a way for a simulator to fail, in its own protocol's words.
type Kind string

// The kinds. Hang keeps the connection open and never answers; Unknown accepts and keeps
// the message but loses the answer; the others answer as the provider does.
const (
	Temporary     Kind = "temporary"
	Throttled     Kind = "throttled"
	Rejected      Kind = "rejected"
	Unreachable   Kind = "unreachable"
	Misconfigured Kind = "misconfigured"
	Unknown       Kind = "unknown"
	Hang          Kind = "hang"
)

// Kinds lists them all.
func Kinds() []Kind {
	return []Kind{Temporary, Throttled, Rejected, Unreachable, Misconfigured, Unknown, Hang}
}

// Trouble is a kind of failure and how many of a hundred requests it befalls.
type Trouble struct {
	Kind       Kind
	Percent    int
	RetryAfter time.Duration // Throttled: what the answer asks for; 1 s if 0
}

// ParseTrouble reads "throttled", "throttled:10%" or "throttled:10%:5s".
func ParseTrouble(s string) (Trouble, error) {
	parts := strings.Split(s, ":")
	t := Trouble{Kind: Kind(parts[0]), Percent: 100}
	if !slices.Contains(Kinds(), t.Kind) {
		return t, fmt.Errorf("fault %q: want one of %v", parts[0], Kinds())
	}
	if len(parts) > 1 {
		p, err := strconv.Atoi(strings.TrimSuffix(parts[1], "%"))
		if err != nil || p < 0 || p > 100 {
			return t, fmt.Errorf("share %q: want a percentage from 0%% to 100%%", parts[1])
		}
		t.Percent = p
	}
	if len(parts) > 2 {
		d, err := time.ParseDuration(parts[2])
		if err != nil {
			return t, fmt.Errorf("retry after %q: want a duration such as 5s", parts[2])
		}
		t.RetryAfter = d
	}
	return t, nil
}

// Troubles decides which requests fail. The zero value lets all pass. It spreads a share
// evenly and without chance: of a hundred requests, Percent fail.
type Troubles struct {
	mu    sync.Mutex
	now   Trouble
	count int
	once  []Trouble
}

// Set makes trouble from now on; the zero Trouble ends it.
func (t *Troubles) Set(tr Trouble) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now, t.count = tr, 0
}

// Once makes trouble for the next requests, one each, before what Set says.
func (t *Troubles) Once(tr ...Trouble) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.once = append(t.once, tr...)
}

// Next says what befalls the next request, if anything.
func (t *Troubles) Next() (Trouble, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.once) > 0 {
		tr := t.once[0]
		t.once = t.once[1:]
		return tr, tr.Kind != ""
	}
	before := t.count * t.now.Percent / 100
	t.count++
	if t.now.Kind == "" || t.count*t.now.Percent/100 == before {
		return Trouble{}, false
	}
	return t.now, true
}
