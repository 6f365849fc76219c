package eventtypes

import (
	"fmt"
	"strings"

	"github.com/vondi-global/notifications/internal/notify"
)

// Violation is one broken rule of a payload.
type Violation struct {
	Field string // "amount", "items[1].quantity"
	Found string // what was there; personal fields are masked; "nothing" where it is missing
	Want  string // what would be right
}

func (v Violation) String() string {
	return fmt.Sprintf("%s: found %s, %s", v.Field, v.Found, v.Want)
}

// InvalidPayload says how a payload breaks the rules of its type.
type InvalidPayload struct {
	Type       EventType
	Violations []Violation
}

func (e *InvalidPayload) Error() string {
	lines := make([]string, len(e.Violations))
	for i, v := range e.Violations {
		lines[i] = v.String()
	}
	return fmt.Sprintf("%s: %s", e.Type, strings.Join(lines, "; "))
}

// UnknownType says that the catalogue doesn't have a type.
type UnknownType struct {
	Type    string
	Nearest EventType // the most similar name; empty if none is near
}

func (e *UnknownType) Error() string {
	name := notify.Printable(e.Type, 80)
	if e.Nearest == "" {
		return fmt.Sprintf("unknown event type %q: see notifyctl events list", name)
	}
	return fmt.Sprintf("unknown event type %q: did you mean %s?", name, e.Nearest)
}
