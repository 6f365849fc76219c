package channels

import (
	"context"
	_ "embed"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
)

// Limit is one of a provider's rate limits.
type Limit struct {
	Scope string  // "": the whole provider; else one recipient, "chat:<fingerprint>"
	Rate  float64 // messages a second
	Burst int     // messages that may go at once; at least 1
}

// PerSecond is a limit that lets a quarter of a second's messages go at once.
func PerSecond(scope string, rate float64) Limit {
	return Limit{Scope: scope, Rate: rate, Burst: max(1, int(rate/4))}
}

// PaceConfig says how a pace behaves. Zero values take the defaults in brackets.
type PaceConfig struct {
	Patience time.Duration // a slot that near is waited for in place (500 ms)
	Ramp     time.Duration // how long a slow start takes (1 min)
	Start    float64       // the share of the rate with which it begins (0.1)
	Timeout  time.Duration // for Redis (1 s)
}

// Pace keeps a provider's limits over all pods: its state is in Redis, and so is its clock.
// It is a token bucket without tokens (GCRA): a limit is the time at which its next message
// may go. Who comes too early but not by much gets that slot and waits for it; who comes
// much too early is told when to come back, each a little later than the one before, so
// that they come back at the pace at which they can go.
//
// When Redis doesn't answer, nothing is sent unpaced: the message is postponed.
type Pace struct {
	client   redis.UniversalClient
	provider string
	cfg      PaceConfig
}

// NewPace returns the pace of a provider.
func NewPace(client redis.UniversalClient, provider string, cfg PaceConfig) *Pace {
	if cfg.Patience == 0 {
		cfg.Patience = 500 * time.Millisecond
	}
	if cfg.Ramp == 0 {
		cfg.Ramp = time.Minute
	}
	if cfg.Start == 0 {
		cfg.Start = 0.1
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = time.Second
	}
	return &Pace{client, provider, cfg}
}

var (
	//go:embed pace_take.lua
	takeSource string
	//go:embed pace_pause.lua
	pauseSource string

	takeScript  = redis.NewScript(takeSource)
	pauseScript = redis.NewScript(pauseSource)
)

// unavailable is when to come back while Redis doesn't answer.
const unavailable = 5 * time.Second

// Take takes one from every limit, or from none, and waits for its slot. The error is a
// [notify.Postponed].
func (p *Pace) Take(ctx context.Context, limits ...Limit) error {
	verdict, wait, err := p.take(ctx, limits)
	if err != nil {
		return &notify.Postponed{After: unavailable, Reason: "pace_unavailable"}
	}
	if verdict == 0 {
		return sleep(ctx, wait)
	}
	reason := ReasonPace
	if verdict == 2 {
		reason = ReasonPaused
		wait += rand.N(wait/8 + time.Second) // not all at once when the pause ends
	}
	return &notify.Postponed{After: wait, Reason: reason}
}

func (p *Pace) take(ctx context.Context, limits []Limit) (verdict int64, wait time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	keys := make([]string, 1, 1+len(limits))
	keys[0] = p.key("")
	args := make([]any, 3, 3+2*len(limits))
	args[0], args[1], args[2] = p.cfg.Patience.Microseconds(), p.cfg.Ramp.Microseconds(), p.cfg.Start
	for _, l := range limits {
		keys = append(keys, p.key("limit:"+l.Scope))
		gap := 1e6 / l.Rate
		args = append(args, strconv.FormatFloat(gap, 'f', 3, 64), strconv.FormatFloat(gap*float64(max(0, l.Burst-1)), 'f', 3, 64))
	}
	out, err := takeScript.Run(ctx, p.client, keys, args...).Int64Slice()
	if err != nil {
		return 0, 0, err
	}
	return out[0], time.Duration(out[1]) * time.Microsecond, nil
}

// key puts all of a provider's keys into one slot of a Cluster.
func (p *Pace) key(name string) string { return rediskeys.Pace(p.provider) + ":" + name }

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return &notify.Postponed{After: time.Second, Reason: ReasonPace}
	}
}

// Pause stops a provider for all pods because it said so. Where the message had a limit of
// its own recipient, only that one is paused, until a third such answer within the time
// shows that it is the whole provider.
func (p *Pace) Pause(ctx context.Context, d time.Duration, limits ...Limit) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.cfg.Timeout)
	defer cancel()
	keys := []string{p.key("")}
	for _, l := range limits {
		if l.Scope != "" {
			keys = append(keys, p.key("limit:"+l.Scope))
		}
	}
	return pauseScript.Run(ctx, p.client, keys, d.Microseconds()).Err()
}

// SlowStart lets a provider that was away come back gently: all pods begin at a tenth of
// the rate. One that is under way is not begun again.
func (p *Pace) SlowStart(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.cfg.Timeout)
	defer cancel()
	return pauseScript.Run(ctx, p.client, []string{p.key("")}, 0, p.cfg.Ramp.Microseconds()).Err()
}
