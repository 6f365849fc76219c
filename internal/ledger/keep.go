package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

// ErrNoEvent says that an event's record is gone: its life has ended, or Redis lost it.
var ErrNoEvent = errors.New("event not known")

// Kept is a delivery as the plan of its event has it.
type Kept struct {
	ID       string          `json:"id"`
	UserID   string          `json:"user,omitempty"`
	Role     string          `json:"role,omitempty"`
	Channel  notify.Channel  `json:"channel,omitempty"`
	Priority notify.Priority `json:"priority,omitempty"`
	Message  string          `json:"message,omitempty"`
	Skip     string          `json:"skip,omitempty"` // the reason why it is not sent
}

// planBytes bounds the plan that is kept with an event: about 2,000 deliveries. Larger
// audiences are broadcasts, whose progress is kept elsewhere.
const planBytes = 256 << 10

// maxEntities bounds how many things' histories one event stands in.
const maxEntities = 8

// Keep stores events with their plans, before their jobs are enqueued. Kept again, a plan
// grows by what is new.
func (l *Ledger) Keep(ctx context.Context, planned []notify.Planned) error {
	calls := make([]call, len(planned))
	for i, p := range planned {
		var err error
		if calls[i], err = l.keeping(p); err != nil {
			return fmt.Errorf("keep: %w", err)
		}
	}
	if _, err := runAll(ctx, l.client, keepScript, calls); err != nil {
		return fmt.Errorf("keep: %w", err)
	}
	return nil
}

func (l *Ledger) keeping(p notify.Planned) (call, error) {
	text, err := json.Marshal(p.Event)
	if err != nil {
		return call{}, err
	}
	sealed, err := l.cfg.Sealer.Seal(text)
	if err != nil {
		return call{}, err
	}
	entities := l.entities(p.Event)
	keys := []string{rediskeys.Event(p.Event.ID)}
	for _, e := range entities {
		keys = append(keys, rediskeys.ByEntity(e))
	}
	for _, t := range p.Plan.Supersedes {
		keys = append(keys, rediskeys.Topic(t))
	}
	args := []any{
		sealed, l.eventLife(p), strings.Join(waiting(p.Plan), ","), strings.Join(broadcasts(p.Plan), ","), p.Event.ID,
		p.Event.Time.UnixMilli(), len(entities), l.life(), l.cfg.PerHistory, planBytes,
	}
	for _, k := range kept(p.Plan) {
		line, _ := json.Marshal(k) // strings only
		args = append(args, k.ID, line)
	}
	return call{keys: keys, args: args}, nil
}

// eventLife outlasts the last delivery's chance to be sent, and its marker: while one
// knows what became of a delivery, one can also say of what.
func (l *Ledger) eventLife(p notify.Planned) int64 {
	return l.life() + max(0, int64(p.Expires.Sub(l.now())/time.Second))
}

// waiting are the roles that a later event may still bring somebody for: those in which
// nobody is known, unless the plan has given them up.
func waiting(p notify.Plan) []string {
	return slices.DeleteFunc(slices.Clone(p.Missing), func(role string) bool {
		return slices.ContainsFunc(p.Skip, func(o notify.Outcome) bool {
			return o.Reason == notify.ReasonNoRecipient && o.Delivery.To.Role == role
		})
	})
}

func broadcasts(p notify.Plan) []string {
	ids := make([]string, len(p.Broadcast))
	for i, b := range p.Broadcast {
		ids[i] = b.ID
	}
	return ids
}

func kept(p notify.Plan) []Kept {
	all := make([]Kept, 0, len(p.Send)+len(p.Skip))
	for _, d := range p.Send {
		all = append(all, keptDelivery(d.ID, d))
	}
	for _, o := range p.Skip {
		k := keptDelivery(outcomeID(o), o.Delivery)
		k.Skip = o.Reason
		all = append(all, k)
	}
	return all
}

func keptDelivery(id string, d notify.Delivery) Kept {
	return Kept{ID: id, UserID: d.To.UserID, Role: d.To.Role, Channel: d.Channel, Priority: d.Priority, Message: d.Message}
}

// entities are the things that an event is about, by the ids in its payload: order_id
// 12345 is "order:12345".
func (l *Ledger) entities(e notify.Event) []string {
	var payload map[string]json.RawMessage
	if json.Unmarshal(e.Data, &payload) != nil {
		return nil
	}
	var found []string
	for _, name := range l.cfg.Entities {
		id := strings.Trim(string(payload[name+"_id"]), `"`)
		if id != "" && id != "null" && len(id) <= 64 && !strings.ContainsAny(id, "{[\\") && len(found) < maxEntities {
			found = append(found, name+":"+id)
		}
	}
	return found
}

// Event reads an event back, whole. Its error is [ErrNoEvent], or wraps
// [notify.ErrUnavailable] where Redis did not answer or the record is sealed with a key that
// is not there.
func (l *Ledger) Event(ctx context.Context, id string) (notify.Event, error) {
	sealed, err := l.pipe.HGet(ctx, rediskeys.Event(id), "event").Bytes()
	if errors.Is(err, redis.Nil) {
		return notify.Event{}, fmt.Errorf("event %s: %w", notify.Printable(id, 64), ErrNoEvent)
	}
	if err != nil {
		return notify.Event{}, fmt.Errorf("event: %w: %w", notify.ErrUnavailable, err)
	}
	return l.open(sealed)
}

func (l *Ledger) open(sealed []byte) (e notify.Event, err error) {
	text, err := l.cfg.Sealer.Open(sealed)
	if err != nil {
		return e, fmt.Errorf("event: %w: %w", notify.ErrUnavailable, err)
	}
	if err := json.Unmarshal(text, &e); err != nil {
		return e, fmt.Errorf("event: %w", err)
	}
	if l.cfg.Check != nil {
		if err := l.cfg.Check(&e); err != nil {
			return e, fmt.Errorf("event: %w", err)
		}
	}
	return e, nil
}
