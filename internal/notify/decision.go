package notify

import "time"

// Action is what happens to a delivery after an attempt.
type Action int

// The actions.
const (
	Done   Action = iota // settled: nothing more to do
	Retry                // again after a while; the attempt counts
	Wait                 // again after a while; the attempt does not count
	GiveUp               // never again: into the dead letters
)

// Decision is an [Action] with its delay.
type Decision struct {
	Action Action
	After  time.Duration // Retry, Wait: how long
	Reason string        // for the log; no personal data
}
