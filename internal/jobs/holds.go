package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

// Hold is an operator's will that something is not sent for a while. Nothing is lost: what
// is held comes back until the hold is lifted or ends.
type Hold struct {
	What   string    `json:"what"` // "all", "channel:sms", "type:order.shipped", "provider:twilio"
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	Since  time.Time `json:"since"`
	Until  time.Time `json:"until,omitzero"` // zero: until it is lifted
}

// Holds are safe for many workers: they look at Redis every two seconds at most.
type Holds struct {
	client redis.UniversalClient
	now    func() time.Time

	mu   sync.Mutex
	held map[string]Hold
	read time.Time
}

// holdsFresh is how old the knowledge of holds may be.
const holdsFresh = 2 * time.Second

// heldAgain is how soon something held comes back.
const heldAgain = 15 * time.Second

// NewHolds reads and writes the holds on the Notifications Redis.
func NewHolds(client redis.UniversalClient, now func() time.Time) *Holds {
	return &Holds{client: client, now: now}
}

// Held says whether a delivery is held back, by its channel, its event's type or all.
func (h *Holds) Held(ctx context.Context, d notify.Delivery) (*notify.Postponed, error) {
	return h.Holding(ctx, "all", "channel:"+string(d.Channel), "type:"+d.Event.Type)
}

// Holding says whether any of some things is held back.
func (h *Holds) Holding(ctx context.Context, what ...string) (*notify.Postponed, error) {
	held, err := h.current(ctx)
	if err != nil {
		return nil, fmt.Errorf("holds: %w", err)
	}
	for _, w := range what {
		if hold, ok := held[w]; ok && !hold.over(h.now()) {
			return &notify.Postponed{After: heldAgain + FullJitter(heldAgain), Reason: "hold"}, nil
		}
	}
	return nil, nil
}

func (h Hold) over(now time.Time) bool { return !h.Until.IsZero() && !now.Before(h.Until) }

// current are the holds as they were at most two seconds ago. Who finds them stale reads
// them while the others wait.
func (h *Holds) current(ctx context.Context) (map[string]Hold, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.held != nil && h.now().Sub(h.read) < holdsFresh {
		return h.held, nil
	}
	held, err := h.load(ctx)
	if err != nil {
		return nil, err
	}
	h.held, h.read = held, h.now()
	return held, nil
}

func (h *Holds) load(ctx context.Context) (map[string]Hold, error) {
	raw, err := h.client.HGetAll(ctx, rediskeys.Hold).Result()
	if err != nil {
		return nil, err
	}
	held := make(map[string]Hold, len(raw))
	for what, text := range raw {
		hold := Hold{}
		if json.Unmarshal([]byte(text), &hold) != nil {
			hold = Hold{Reason: "unreadable"} // rather hold too much than send against a will
		}
		hold.What = what
		held[what] = hold
	}
	return held, nil
}

// Set holds something back from now on.
func (h *Holds) Set(ctx context.Context, hold Hold) error {
	if err := hold.check(); err != nil {
		return err
	}
	if hold.Since.IsZero() {
		hold.Since = h.now()
	}
	text, err := json.Marshal(hold)
	if err != nil {
		return err
	}
	return h.change(h.client.HSet(ctx, rediskeys.Hold, hold.What, text).Err())
}

func (h Hold) check() error {
	kind, name, _ := strings.Cut(h.What, ":")
	switch {
	case h.What == "all":
	case name == "" || !slices.Contains([]string{"channel", "type", "provider"}, kind):
		return fmt.Errorf("hold %q: want all, channel:<name>, type:<name> or provider:<name>", notify.Printable(h.What, 60))
	case kind == "channel":
		if _, err := notify.ParseChannel(name); err != nil {
			return fmt.Errorf("hold: %w", err)
		}
	}
	if h.By == "" || h.Reason == "" {
		return fmt.Errorf("hold %q: want who holds it and why", h.What)
	}
	return nil
}

// Lift ends a hold. It reports false where there was none.
func (h *Holds) Lift(ctx context.Context, what string) (bool, error) {
	n, err := h.client.HDel(ctx, rediskeys.Hold, what).Result()
	return n > 0, h.change(err)
}

// List gives the holds that are in force, oldest first, and forgets those that are over.
func (h *Holds) List(ctx context.Context) ([]Hold, error) {
	held, err := h.load(ctx)
	if err != nil {
		return nil, fmt.Errorf("holds: %w", err)
	}
	var list []Hold
	for what, hold := range held {
		if hold.over(h.now()) {
			h.client.HDel(ctx, rediskeys.Hold, what)
			continue
		}
		list = append(list, hold)
	}
	slices.SortFunc(list, func(a, b Hold) int { return a.Since.Compare(b.Since) })
	return list, nil
}

// change makes this process see its own change at once.
func (h *Holds) change(err error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.held = nil
	return err
}
