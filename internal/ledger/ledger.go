package ledger

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/batcher"
	"github.com/vondi-global/notifications/internal/notify"
)

// Config is how long and how much the ledger remembers.
type Config struct {
	// Remember is how long markers, events and histories live after their last change.
	// Until then a delivery that comes again is recognised. It must be longer than an
	// entry may wait to be read and a delivery may be retried, together.
	Remember time.Duration
	// LogEntries and LogAge bound the delivery log. Redis trims whole nodes of a stream, so
	// a few hundred entries more may stay.
	LogEntries int64
	LogAge     time.Duration
	// PerHistory bounds each person's and each thing's history: the newest stay.
	PerHistory int
	// Entities are the things that have a history: with "order", an event whose payload
	// has an order_id 12345 is found by "order:12345".
	Entities []string
	// Receipts are the channels whose providers call back about a message by their own id.
	Receipts []notify.Channel
	// SettleFor is how long an outcome is tried to be recorded: the message is out, and
	// forgetting that would send it again.
	SettleFor time.Duration

	// Pipe carries the frequent commands; nil: the ledger's client itself. An
	// auto-pipelined client makes the commands of many workers travel together.
	Pipe redis.UniversalClient
	// Guests says by which addresses, as fingerprints, an event's guest is found; nil: by none.
	Guests func(notify.Event) []string
	// Sealer protects the kept events; nil: they are kept as they are.
	Sealer Sealer
}

// Defaults are the values that hold where the configuration says nothing.
func Defaults() Config {
	return Config{
		Remember: 72 * time.Hour, LogEntries: 1_000_000, LogAge: 30 * 24 * time.Hour, PerHistory: 1000,
		Entities:  []string{"order", "payment", "shipment", "parcel", "listing", "application", "handover", "pvz"},
		Receipts:  []notify.Channel{notify.Email, notify.SMS},
		SettleFor: 20 * time.Second,
	}
}

// Validate names the first value that can't work.
func (c Config) Validate() error {
	switch {
	case c.Remember < 48*time.Hour:
		return fmt.Errorf("remember: %s is too short, want at least 48h: an entry may be read a day late and a delivery be retried for another", c.Remember)
	case c.LogEntries < 1000:
		return fmt.Errorf("log_entries: %d is too few, want at least 1000", c.LogEntries)
	case c.LogAge < time.Hour:
		return fmt.Errorf("log_age: %s is too short, want at least 1h", c.LogAge)
	case c.PerHistory < 1:
		return fmt.Errorf("per_history: %d, want at least 1", c.PerHistory)
	case c.SettleFor <= 0:
		return errors.New("settle_for: want a duration above 0")
	}
	return nil
}

// Ledger is safe for use by many workers, and many may work on one Redis.
type Ledger struct {
	cfg    Config
	client redis.UniversalClient // reads, scans
	pipe   redis.UniversalClient // claims, records
	now    func() time.Time
	owner  string // tells our claims from those of other processes
	calls  atomic.Uint64

	records atomic.Uint64 // log entries written; see bound

	claims  *batcher.Batcher[call, claimed]
	settles *batcher.Batcher[call, bool]
}

// together is how long claims or settlements of many workers, which travel together, may take.
const together = 10 * time.Second

// New makes a ledger on the Notifications Redis.
func New(client redis.UniversalClient, cfg Config, now func() time.Time) *Ledger {
	l := &Ledger{cfg: cfg, client: client, pipe: cfg.Pipe, now: now, owner: rand.Text()[:8]}
	if l.pipe == nil {
		l.pipe = client
	}
	if l.cfg.Sealer == nil {
		l.cfg.Sealer = plain{}
	}
	l.claims = batcher.New(claimedTogether, together, l.claimAll)
	l.settles = batcher.New(settledTogether, together, l.settleAll)
	return l
}

// token names one call: who and the how-manieth. A command that go-redis repeats has the
// token of the first try.
func (l *Ledger) token() string {
	return l.owner + "." + strconv.FormatUint(l.calls.Add(1), 36)
}

func (l *Ledger) life() int64 { return max(1, int64(l.cfg.Remember/time.Second)) }

// call is one run of a script.
type call struct {
	keys []string
	args []any
}

// merged are calls that one script makes, one after the other.
func merged(calls []call) (all call) {
	if len(calls) == 1 {
		return calls[0]
	}
	for _, c := range calls {
		all.keys, all.args = append(all.keys, c.keys...), append(all.args, c.args...)
	}
	return all
}

// runAll runs a script several times in one round trip; the script must bear repetition.
func runAll(ctx context.Context, c redis.UniversalClient, s *redis.Script, calls []call) ([]*redis.Cmd, error) {
	cmds, err := pipelined(ctx, c, s, calls)
	if redis.HasErrorPrefix(err, "NOSCRIPT") {
		if err := s.Load(ctx, c).Err(); err != nil {
			return nil, err
		}
		cmds, err = pipelined(ctx, c, s, calls)
	}
	return cmds, err
}

// pipelined returns the first error there is: a missing script fails all the calls alike.
func pipelined(ctx context.Context, c redis.UniversalClient, s *redis.Script, calls []call) ([]*redis.Cmd, error) {
	cmds := make([]*redis.Cmd, len(calls))
	p := c.Pipeline()
	for i, one := range calls {
		cmds[i] = s.EvalSha(ctx, p, one.keys, one.args...)
	}
	_, err := p.Exec(ctx)
	return cmds, err
}
