package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

// ErrNoRecord says that nothing is known of a delivery, person or thing: it never was, or
// [Config.Remember] has passed.
var ErrNoRecord = errors.New("nothing recorded")

// State is where a delivery stands.
type State string

// The states. The settled ones are named as their [notify.Status].
const (
	Planned    State = "planned" // no worker has had it yet
	Sending    State = "sending"
	Waiting    State = "waiting" // for another attempt
	Sent       State = "sent"
	Failed     State = "failed"
	Skipped    State = "skipped"
	Suppressed State = "suppressed"
)

// Settled says whether nothing more will happen.
func (s State) Settled() bool { return s != Planned && s != Sending && s != Waiting }

// Record is what is known of a delivery.
type Record struct {
	ID             string
	State          State
	Since          time.Time // in that state
	EventID        string
	Attempt        int // the last one that was recorded
	Provider       string
	MessageID      string // the provider's
	Reason         string
	MaybeDuplicate bool          // an attempt may have been accepted unheard
	Receipt        notify.Status // what the provider said later: delivered, bounced
	Story          []Entry       // its log entries, oldest first, as far as the log reaches

	entries []string
}

// Record is what is known of a delivery, or [ErrNoRecord].
func (l *Ledger) Record(ctx context.Context, deliveryID string) (Record, error) {
	all, err := l.Records(ctx, []string{deliveryID})
	if err != nil {
		return Record{}, err
	}
	if all[0].State == Planned {
		return Record{}, fmt.Errorf("delivery %s: %w", notify.Printable(deliveryID, 64), ErrNoRecord)
	}
	return all[0], nil
}

// Records are what is known of deliveries, in two round trips; those that no worker has
// had are [Planned].
func (l *Ledger) Records(ctx context.Context, ids []string) ([]Record, error) {
	records, err := l.markers(ctx, ids)
	if err != nil {
		return nil, err
	}
	return records, l.stories(ctx, records)
}

// Settled says of each delivery whether it has ended, in one round trip.
func (l *Ledger) Settled(ctx context.Context, deliveryIDs []string) ([]bool, error) {
	p := l.client.Pipeline()
	cmds := make([]*redis.SliceCmd, len(deliveryIDs))
	for i, id := range deliveryIDs {
		cmds[i] = p.HMGet(ctx, rediskeys.Delivery(id), "s")
	}
	if _, err := p.Exec(ctx); err != nil {
		return nil, fmt.Errorf("settled: %w", err)
	}
	settled := make([]bool, len(deliveryIDs))
	for i, c := range cmds {
		state, tried := c.Val()[0].(string)
		settled[i] = tried && State(state).Settled()
	}
	return settled, nil
}

func (l *Ledger) markers(ctx context.Context, ids []string) ([]Record, error) {
	p := l.client.Pipeline()
	cmds := make([]*redis.MapStringStringCmd, len(ids))
	for i, id := range ids {
		cmds[i] = p.HGetAll(ctx, rediskeys.Delivery(id))
	}
	if _, err := p.Exec(ctx); err != nil {
		return nil, fmt.Errorf("records: %w", err)
	}
	records := make([]Record, len(ids))
	for i, id := range ids {
		records[i] = readMarker(id, cmds[i].Val())
	}
	return records, nil
}

func readMarker(id string, f map[string]string) Record {
	if len(f) == 0 {
		return Record{ID: id, State: Planned}
	}
	since, _ := strconv.ParseInt(f["t"], 10, 64)
	attempt, _ := strconv.Atoi(f["n"])
	return Record{
		ID: id, State: State(f["s"]), Since: time.UnixMilli(since).UTC(), EventID: f["e"], Attempt: attempt, Provider: f["p"],
		MessageID: f["m"], Reason: f["r"], MaybeDuplicate: f["u"] == "1", Receipt: notify.Status(f["f"]), entries: strings.Fields(f["l"]),
	}
}

// stories adds the log entries of the records.
func (l *Ledger) stories(ctx context.Context, records []Record) error {
	p := l.client.Pipeline()
	cmds := make([][]*redis.XMessageSliceCmd, len(records))
	for i, r := range records {
		for _, id := range r.entries {
			if _, _, ok := strings.Cut(id, "-"); ok { // the oldest of a long story may be cut
				cmds[i] = append(cmds[i], p.XRange(ctx, rediskeys.Log, id, id))
			}
		}
	}
	if p.Len() == 0 {
		return nil
	}
	if _, err := p.Exec(ctx); err != nil && !redis.HasErrorPrefix(err, "ERR Invalid stream ID") {
		return fmt.Errorf("stories: %w", err)
	}
	for i := range records {
		for _, c := range cmds[i] {
			for _, m := range c.Val() {
				if e, err := decode(m.ID, m.Values); err == nil {
					records[i].Story = append(records[i].Story, e)
				}
			}
		}
	}
	return nil
}

// ByProviderID finds the delivery of a provider's message id, or [ErrNoRecord]; see
// [Config.Receipts].
func (l *Ledger) ByProviderID(ctx context.Context, provider, messageID string) (deliveryID string, err error) {
	id, err := l.client.Get(ctx, rediskeys.ByProviderID(provider, messageID)).Result()
	if errors.Is(err, redis.Nil) {
		return "", fmt.Errorf("message %s of %s: %w", notify.Printable(messageID, 64), provider, ErrNoRecord)
	}
	return id, err
}

// AnySent says whether one of the deliveries was accepted by a provider.
func (l *Ledger) AnySent(ctx context.Context, ids []string) (bool, error) {
	p := l.client.Pipeline()
	states := make([]*redis.StringCmd, len(ids))
	for i, id := range ids {
		states[i] = p.HGet(ctx, rediskeys.Delivery(id), "s")
	}
	if _, err := p.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return false, fmt.Errorf("states: %w", err)
	}
	return slices.ContainsFunc(states, func(c *redis.StringCmd) bool { return State(c.Val()) == Sent }), nil
}
