package ctl

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/vondi-global/notifications/internal/ledger"
)

// logWriter writes entries as they come, so that a long log needs no memory and following
// shows each at once.
type logWriter struct {
	*session
	begun bool
}

func (s *session) logWriter() *logWriter { return &logWriter{session: s} }

func (w *logWriter) write(e ledger.Entry) error {
	v := viewEntry(e)
	switch w.flags.output {
	case "table":
		return w.line(v)
	case "yaml":
		if _, err := io.WriteString(w.Out, "---\n"); err != nil {
			return err
		}
		return writeYAML(w.Out, v)
	}
	return writeJSON(w.Out, v, "") // one that can be followed, be it json or jsonl
}

const logFormat = "%-20s  %-10s  %-26s  %-14s  %-8s  %-29s  %s\n"

func (w *logWriter) line(v logView) error {
	if !w.begun {
		w.begun = true
		if _, err := fmt.Fprintf(w.Out, logFormat, "TIME", "STATUS", "TYPE", "PERSON", "CHANNEL", "DELIVERY", "WHAT"); err != nil {
			return err
		}
	}
	status := w.paint(statusColour(v.Status), v.Status) + strings.Repeat(" ", max(0, 10-len(v.Status)))
	person := cmp.Or(strings.TrimSpace(v.Role+" "+v.UserID), "–")
	_, err := fmt.Fprintf(w.Out, logFormat, w.when(v.Time), status, v.EventType, person, cmp.Or(v.Channel, "–"), v.DeliveryID, w.whatHappened(v))
	return err
}

func statusColour(status string) colour {
	switch status {
	case "sent", "delivered":
		return green
	case "failed", "bounced":
		return red
	case "retried", "suppressed":
		return yellow
	}
	return grey
}
