package streams

import (
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

// SourceHealth is how a source and its streams are.
type SourceHealth struct {
	Source    string
	Address   string // without a password
	Group     string
	Connected bool
	LastError string    // empty if there was none since the start
	ErrorAt   time.Time // when it happened
	Progress  time.Time // the reading goroutine's last turn: an old one means that it hangs
	Reclaimed int64     // entries taken over since the start
	Streams   []StreamHealth
}

// StreamHealth is how a stream is. It is as old as Config.Inspect at most.
type StreamHealth struct {
	Name          string
	Length        int64
	Pending       int64         // read by the group and not acknowledged
	Unread        int64         // entries that the group has not read; -1: Redis can't tell
	Lag           time.Duration // age of the oldest of them; 0: none
	OldestPending time.Duration // age of the oldest entry that is pending; 0: none
}

// Pending is the number of pending entries of all streams.
func (h SourceHealth) Pending() int64 {
	var n int64
	for _, s := range h.Streams {
		n += s.Pending
	}
	return n
}

// Lag is the age of the oldest entry that was not read, of all streams.
func (h SourceHealth) Lag() time.Duration {
	var lag time.Duration
	for _, s := range h.Streams {
		lag = max(lag, s.Lag)
	}
	return lag
}

// Health says how the source is. It asks nobody.
func (r *Reader) Health() SourceHealth { return r.status.get() }

// status is what the goroutines of a reader tell of themselves.
type status struct {
	mu sync.Mutex
	h  SourceHealth
}

func newStatus(cfg Config, src Source) *status {
	return &status{h: SourceHealth{Source: src.Name, Address: src.address(), Group: cfg.Group, Progress: time.Now()}}
}

func (s *status) update(change func(*SourceHealth)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.h)
}

func (s *status) get() SourceHealth {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.h
	h.Streams = slices.Clone(h.Streams)
	return h
}

func (s *status) turned() { s.update(func(h *SourceHealth) { h.Progress = time.Now() }) }

func (s *status) connected() { s.update(func(h *SourceHealth) { h.Connected = true }) }

func (s *status) failed(err error) {
	s.update(func(h *SourceHealth) {
		h.Connected = isStreams(err) || errors.Is(err, notify.ErrUnavailable)
		h.LastError, h.ErrorAt = err.Error(), time.Now()
	})
}

// noted keeps an error that did not stop the reader.
func (s *status) noted(err error) {
	s.update(func(h *SourceHealth) { h.LastError, h.ErrorAt = err.Error(), time.Now() })
}

func (s *status) reclaimed(n int) { s.update(func(h *SourceHealth) { h.Reclaimed += int64(n) }) }

// names are the streams that are read.
func (s *status) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := make([]string, len(s.h.Streams))
	for i, st := range s.h.Streams {
		names[i] = st.Name
	}
	return names
}

// inspected takes over what was seen of streams that are still read.
func (s *status) inspected(seen map[string]StreamHealth) {
	s.update(func(h *SourceHealth) {
		for i, st := range h.Streams {
			if found, ok := seen[st.Name]; ok {
				h.Streams[i] = found
			}
		}
	})
}

// follows lists the streams that are read, before anything is known of them.
func (s *status) follows(names []string) {
	s.update(func(h *SourceHealth) {
		known := map[string]StreamHealth{}
		for _, st := range h.Streams {
			known[st.Name] = st
		}
		h.Streams = make([]StreamHealth, len(names))
		for i, n := range names {
			h.Streams[i] = known[n]
			h.Streams[i].Name = n
		}
	})
}
