package notify

import (
	"fmt"
	"time"
)

// Postponed says that a message was not handed to its provider now: a rate limit, an open
// breaker or a hold stands before it. It costs no attempt and nothing was sent.
type Postponed struct {
	After  time.Duration // when to come back
	Reason string        // "pace", "breaker_open", "hold"; no personal data
}

func (p *Postponed) Error() string { return fmt.Sprintf("postponed for %s: %s", p.After, p.Reason) }
