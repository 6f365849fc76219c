package jobs

import (
	"fmt"

	"github.com/hibiken/asynq"
	"github.com/rs/zerolog"
)

// logger lets asynq speak through our log. Its words about single jobs, which carry ids
// and our own reasons, are for debugging: what became of a job stands in the ledger.
type logger struct{ log zerolog.Logger }

func (l logger) Debug(args ...any) { l.log.Trace().MsgFunc(words(args)) }
func (l logger) Info(args ...any)  { l.log.Debug().MsgFunc(words(args)) }
func (l logger) Warn(args ...any)  { l.log.Debug().MsgFunc(words(args)) }
func (l logger) Error(args ...any) { l.log.Warn().MsgFunc(words(args)) }

// Fatal does not end the process: that is for its owner to decide.
func (l logger) Fatal(args ...any) { l.log.Error().MsgFunc(words(args)) }

// words are made only where somebody reads them.
func words(args []any) func() string {
	return func() string { return "asynq: " + fmt.Sprint(args...) }
}

// level is asynq's own threshold, so that what nobody reads is not formatted.
func level(l zerolog.Logger) asynq.LogLevel {
	switch {
	case l.GetLevel() <= zerolog.TraceLevel:
		return asynq.DebugLevel
	case l.GetLevel() <= zerolog.DebugLevel:
		return asynq.InfoLevel
	}
	return asynq.ErrorLevel
}
