package eventtypes

import (
	"fmt"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

// EventType is the name of a type, as the passport's section 8.3 has it.
type EventType string

// IsValid says whether the catalogue has the type.
func (t EventType) IsValid() bool { _, ok := Lookup(string(t)); return ok }

// Category is the first word of the name: "order", "payment", "pvz". Preferences go by it.
func (t EventType) Category() string { c, _, _ := strings.Cut(string(t), "."); return c }

// Action is the rest of the name: "created", "parcel.arrived".
func (t EventType) Action() string { _, a, _ := strings.Cut(string(t), "."); return a }

// Type is one entry of the catalogue.
type Type struct {
	Name     EventType
	About    string // one sentence for docs/events.md
	Stream   string // where producers publish it: "listings:events:orders"
	Told     []Told // who hears of it; empty: silent
	Priority notify.Priority
	Life     time.Duration // from the entry's own time; 0 where LifeFrom always says it
	LifeFrom LifeFrom      // life that the payload says; where it says nothing, Life holds
	LifeSays string        // LifeFrom in words: "until starts_at"
	Payload  Payload       // fields, rules, example
	Secret   bool          // carries a code or a link: rather dropped than repeated when unsure

	// Supersedes names types about the same entity that this one makes pointless while
	// they still wait: order.cancelled supersedes order.shipped. A type that names itself is
	// news that the next one replaces. Entity is the payload field that all of them share.
	Supersedes []EventType
	Entity     string // "order_id", "shipment_id", "parcel_id"
}

// Told is one audience of a type.
type Told struct {
	Role      Role
	Find      []Path // the ways to find them, in order
	Channels  []notify.Channel
	Mandatory []notify.Channel // those of Channels that can't be muted
	Fallback  Fallback         // one of Channels that waits whether others have a success

	// Only says when the audience is told; nil: always. It gets the decoded payload and
	// returns the reason's detail where it says no.
	Only func(payload any) (ok bool, why string)
	When string // Only in words: "the price falls"
}

// when makes the audience one that is told only on a condition; says is the condition in
// words.
func (t Told) when(says string, only func(payload any) (ok bool, why string)) Told {
	t.Only, t.When = only, says
	return t
}

// onlyIf gives a condition its payload's own type. What isn't decoded is told: a rule that
// can't be held against the payload keeps nobody from hearing of it.
func onlyIf[T any](rule func(p *T) (ok bool, why string)) func(payload any) (bool, string) {
	return func(payload any) (bool, string) {
		if p, ok := payload.(*T); ok {
			return rule(p)
		}
		return true, ""
	}
}

// Fallback is a channel that is tried when none of Instead had a success within After; at
// once for somebody whom none of them reaches.
type Fallback struct {
	Channel notify.Channel
	Instead []notify.Channel
	After   time.Duration
}

// unless makes ch the fallback of another of the audience's channels.
func (t Told) unless(ch, instead notify.Channel, after time.Duration) Told {
	t.Fallback = Fallback{Channel: ch, Instead: []notify.Channel{instead}, After: after}
	return t
}

// Words is the key of the words for an audience: the type's name for its first audience,
// with the role behind it for the others: "order.created", "order.created.seller".
func (t *Type) Words(role string) string {
	if len(t.Told) == 0 || string(t.Told[0].Role) == role {
		return string(t.Name)
	}
	return string(t.Name) + "." + role
}

// Lasts is the type's life in words: "48 h", "7 days", "until starts_at", "1 h, or until
// expires_at".
func (t *Type) Lasts() string {
	var words []string
	switch {
	case t.Life > 72*time.Hour:
		words = append(words, fmt.Sprintf("%d days", t.Life/(24*time.Hour)))
	case t.Life > 0:
		words = append(words, fmt.Sprintf("%d h", t.Life/time.Hour))
	}
	if t.LifeSays != "" {
		words = append(words, t.LifeSays)
	}
	return strings.Join(words, ", or ")
}

// LifeFrom computes a life that the payload says. It gets the decoded payload and the
// entry's own time, and returns the moment after which the message is pointless.
// The zero time says that the payload has no word on it.
type LifeFrom func(payload any, at time.Time) time.Time

// lifeOf gives a life its payload's own type.
func lifeOf[T any](rule func(p *T, at time.Time) time.Time) LifeFrom {
	return func(payload any, at time.Time) time.Time {
		if p, ok := payload.(*T); ok {
			return rule(p, at)
		}
		return time.Time{}
	}
}

const week = 7 * 24 * time.Hour

// Expires is the moment after which a message about the event is no longer worth sending.
func (t *Type) Expires(payload any, at time.Time) time.Time {
	if t.LifeFrom != nil {
		if until := t.LifeFrom(payload, at); !until.IsZero() {
			return until
		}
	}
	return at.Add(t.Life)
}
