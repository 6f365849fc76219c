package ledger

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

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

// maxEntities bounds how many things' histories one event stands in.
const maxEntities = 8

// keptTogether is how many events one script stores: Redis does nothing else meanwhile.
const keptTogether = 32

// Keep stores events with their plans, before their jobs are enqueued. Kept again, a plan
// grows by what is new.
func (l *Ledger) Keep(ctx context.Context, planned []notify.Planned) error {
	calls := make([]call, 0, len(planned)/keptTogether+1)
	for some := range slices.Chunk(planned, keptTogether) {
		one := call{args: []any{l.life(), l.cfg.PerHistory, recordBytes}}
		for _, p := range some {
			if err := l.keeping(&one, p); err != nil {
				return fmt.Errorf("keep: %w", err)
			}
		}
		calls = append(calls, one)
	}
	if _, err := runAll(ctx, l.client, keepScript, calls); err != nil {
		return fmt.Errorf("keep: %w", err)
	}
	return nil
}

// keeping adds an event to a call.
func (l *Ledger) keeping(c *call, p notify.Planned) error {
	record, err := l.encodeRecord(p)
	if err != nil {
		return err
	}
	entities := append(l.entities(p.Event), l.guests(p)...)
	c.keys = append(c.keys, rediskeys.Event(p.Event.ID))
	for _, e := range entities {
		c.keys = append(c.keys, rediskeys.ByEntity(e))
	}
	things, lines := ends(p.Plan.Supersedes, p.Event.Time)
	for _, thing := range things {
		c.keys = append(c.keys, rediskeys.Topics(thing))
	}
	c.args = append(c.args, record, l.eventLife(p), p.Event.ID, p.Event.Time.UnixMilli(), len(entities), len(things))
	c.args = append(c.args, lines...)
	return nil
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
	t, err := eventtypes.Check(&e)
	if err != nil {
		return nil
	}
	var found []string
	for _, name := range l.cfg.Entities {
		id := t.Payload.Text(e.Payload, name+"_id")
		if id != "" && len(id) <= 64 && len(found) < maxEntities {
			found = append(found, name+":"+id)
		}
	}
	return found
}
