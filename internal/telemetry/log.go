// Package telemetry is what the platform says about itself: the log, as the passport's
// section 13.3 has it, and the metrics, with the names of its section 13.4.
package telemetry

import (
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
)

// Level is how much is logged. It may change while all loggers are in use: they ask it.
type Level struct{ lowest atomic.Int32 }

// Set takes debug, info, warn or error.
func (l *Level) Set(name string) error {
	lowest, err := zerolog.ParseLevel(name)
	if err != nil {
		return fmt.Errorf("log level %q: want debug, info, warn or error", name)
	}
	l.lowest.Store(int32(lowest))
	return nil
}

// Sample implements zerolog.Sampler: a line below the level costs no more than this.
func (l *Level) Sample(line zerolog.Level) bool { return int32(line) >= l.lowest.Load() }

// NewLog writes to w at the level, as JSON or, for people, as console lines.
func NewLog(w io.Writer, level, format string) (zerolog.Logger, *Level, error) {
	l := new(Level)
	if err := l.Set(level); err != nil {
		return zerolog.Nop(), nil, err
	}
	if format == "console" {
		w = zerolog.ConsoleWriter{Out: w, TimeFormat: time.TimeOnly}
	}
	return zerolog.New(w).Level(zerolog.DebugLevel).Sample(l).With().Timestamp().Logger(), l, nil
}
