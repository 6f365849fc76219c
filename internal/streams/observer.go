package streams

import "time"

// Statuses of an entry, as [Observer.Consumed] counts them.
const (
	StatusOK    = "ok"    // its jobs are durable
	StatusDead  = "dead"  // set aside in the dead letters
	StatusError = "error" // it stays pending and is tried again
)

// Observer counts what a reader does. Its methods are called from several goroutines.
type Observer interface {
	// Consumed counts an entry; took is the time that its batch needed. The type is empty
	// where the entry could not be read.
	Consumed(stream, eventType, status string, took time.Duration)
	// Lost counts entries that were trimmed or deleted before they were read or finished.
	Lost(stream string, n int64)
	// ReadError counts a failed read of a source.
	ReadError(source string)
}

// Nop counts nothing.
type Nop struct{}

// Consumed implements [Observer].
func (Nop) Consumed(string, string, string, time.Duration) {}

// Lost implements [Observer].
func (Nop) Lost(string, int64) {}

// ReadError implements [Observer].
func (Nop) ReadError(string) {}
