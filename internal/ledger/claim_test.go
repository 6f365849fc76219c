package ledger

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/rediskeys"
	"github.com/vondi-global/notifications/internal/redistest"
)

const long = time.Hour

// died makes a claim look as old as one whose worker is dead.
const died = 0

func TestClaim(t *testing.T) {
	d := orderDelivery("d1")
	unsent, lost := outcome(notify.Retried, d), outcome(notify.Retried, d)
	unsent.Unsent = true
	again := unsent
	again.MaybeDuplicate = true

	tests := []struct {
		name   string
		before func(t *testing.T, mine, other *Ledger)
		budget time.Duration
		want   notify.ClaimState
	}{
		{"nobody tried", func(*testing.T, *Ledger, *Ledger) {}, long, notify.Claimed},
		{"another pod is at it", func(t *testing.T, _, other *Ledger) { mustClaim(t, other, d, long) }, long, notify.Busy},
		{"this pod is at it", func(t *testing.T, mine, _ *Ledger) { mustClaim(t, mine, d, long) }, long, notify.Busy},
		{"its worker died", func(t *testing.T, _, other *Ledger) { mustClaim(t, other, d, long) }, died, notify.Ambiguous},
		{"given back", func(t *testing.T, mine, _ *Ledger) {
			mustClaim(t, mine, d, long)
			must(t, mine.Release(t.Context(), d))
		}, long, notify.Claimed},
		{"given back by a stranger", func(t *testing.T, mine, other *Ledger) {
			mustClaim(t, mine, d, long)
			must(t, other.Release(t.Context(), d))
		}, long, notify.Busy},
		{"ambiguous, then given back", func(t *testing.T, mine, other *Ledger) {
			mustClaim(t, other, d, long)
			mustClaim(t, mine, d, died)
			must(t, mine.Release(t.Context(), d))
		}, long, notify.Ambiguous},
		{"failed, certainly not taken", func(t *testing.T, mine, _ *Ledger) {
			mustClaim(t, mine, d, long)
			must(t, mine.Retry(t.Context(), unsent))
		}, long, notify.Claimed},
		{"failed, perhaps taken", func(t *testing.T, mine, _ *Ledger) {
			mustClaim(t, mine, d, long)
			must(t, mine.Retry(t.Context(), lost))
		}, long, notify.Ambiguous},
		{"perhaps taken, then certainly not", func(t *testing.T, mine, _ *Ledger) {
			mustClaim(t, mine, d, long)
			must(t, mine.Retry(t.Context(), lost))
			mustClaim(t, mine, d, long)
			must(t, mine.Retry(t.Context(), again))
		}, long, notify.Ambiguous},
		{"a zombie's retry frees nobody's claim", func(t *testing.T, mine, other *Ledger) {
			mustClaim(t, other, d, long)
			mustClaim(t, mine, d, died)
			must(t, other.Retry(t.Context(), unsent))
		}, long, notify.Busy},
		{"sent", func(t *testing.T, mine, _ *Ledger) { mustSettle(t, mine, sent(d, "SM1")) }, died, notify.Settled},
		{"failed for good", func(t *testing.T, mine, _ *Ledger) { mustSettle(t, mine, outcome(notify.Failed, d)) }, died, notify.Settled},
		{"skipped", func(t *testing.T, mine, _ *Ledger) {
			must(t, mine.Skip(t.Context(), []notify.Outcome{outcome(notify.Skipped, d)}))
		}, died, notify.Settled},
		{"a newer event came", func(t *testing.T, mine, _ *Ledger) { must(t, mine.Keep(t.Context(), superseding(d, time.Second))) }, long, notify.Superseded},
		{"an older event came late", func(t *testing.T, mine, _ *Ledger) { must(t, mine.Keep(t.Context(), superseding(d, -time.Second))) }, long, notify.Claimed},
		{"newer, then older", func(t *testing.T, mine, _ *Ledger) {
			must(t, mine.Keep(t.Context(), superseding(d, time.Second)))
			must(t, mine.Keep(t.Context(), superseding(d, -time.Second)))
		}, long, notify.Superseded},
		{"another message of the thing is over", func(t *testing.T, mine, _ *Ledger) {
			must(t, mine.Keep(t.Context(), superseding(d, time.Second, d.Topic+".soon", "order_id:99999/order.shipped")))
		}, long, notify.Claimed},
		{"several, then others, then older", func(t *testing.T, mine, _ *Ledger) {
			must(t, mine.Keep(t.Context(), superseding(d, time.Second, d.Topic+".soon", d.Topic)))
			must(t, mine.Keep(t.Context(), superseding(d, time.Minute, d.Topic+".soon")))
			must(t, mine.Keep(t.Context(), superseding(d, -time.Second, d.Topic, d.Topic+".soon")))
		}, long, notify.Superseded},
		{"others, then itself but older", func(t *testing.T, mine, _ *Ledger) {
			must(t, mine.Keep(t.Context(), superseding(d, time.Second, d.Topic+".soon")))
			must(t, mine.Keep(t.Context(), superseding(d, -time.Second, d.Topic)))
		}, long, notify.Claimed},
		{"superseded while somebody sends", func(t *testing.T, mine, other *Ledger) {
			mustClaim(t, other, d, long)
			must(t, mine.Keep(t.Context(), superseding(d, time.Second)))
		}, long, notify.Busy},
	}
	client := redistest.Start(t).Client()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			client.FlushDB(t.Context())
			mine, other := New(client, Defaults(), time.Now), New(client, Defaults(), time.Now)
			tt.before(t, mine, other)
			if got := mustClaim(t, mine, d, tt.budget); got != tt.want {
				t.Errorf("Claim = %d, want %d", got, tt.want)
			}
		})
	}
}

// superseding is an event, so much after d's own, that makes d pointless, or these topics.
func superseding(d notify.Delivery, after time.Duration, topics ...string) []notify.Planned {
	if len(topics) == 0 {
		topics = []string{d.Topic}
	}
	e := orderEvent("newer")
	e.Time = e.Time.Add(after)
	return []notify.Planned{{Event: e, Plan: notify.Plan{Supersedes: topics}, Expires: e.Time}}
}

func TestBusyClaimSaysWhenToComeBack(t *testing.T) {
	l, _ := start(t)
	d := orderDelivery("d1")
	mustClaim(t, l, d, long)
	c, err := l.Claim(t.Context(), d, 20*time.Second)
	must(t, err)
	if c.After < 15*time.Second || c.After > 20*time.Second {
		t.Errorf("After = %s, want nearly 20s", c.After)
	}
}

func TestSettledOnesAreThoseThatHaveEnded(t *testing.T) {
	l, _ := start(t)
	sent, retried, claimed := orderDelivery("sent"), orderDelivery("retried"), orderDelivery("claimed")
	mustClaim(t, l, sent, long)
	mustSettle(t, l, outcome(notify.Sent, sent))
	mustClaim(t, l, retried, long)
	must(t, l.Retry(t.Context(), outcome(notify.Retried, retried)))
	mustClaim(t, l, claimed, long)
	got, err := l.Settled(t.Context(), []string{"claimed", "never heard of", "retried", "sent"})
	if diff := cmp.Diff([]bool{false, false, false, true}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestOneOfManyRacingClaimsWins(t *testing.T) {
	client := redistest.Start(t).Client()
	ledgers := []*Ledger{New(client, Defaults(), time.Now), New(client, Defaults(), time.Now)}
	d := orderDelivery("d1")
	var won, settled atomic.Int64
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			l := ledgers[i%len(ledgers)]
			if c, err := l.Claim(context.Background(), d, long); err != nil || c.State != notify.Claimed {
				return
			}
			won.Add(1)
			if first, err := l.Settle(context.Background(), sent(d, "SM1")); err == nil && first {
				settled.Add(1)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 || settled.Load() != 1 {
		t.Errorf("%d claims and %d settlements won, want 1 and 1", won.Load(), settled.Load())
	}
}

// repeating runs each script twice, as go-redis does when a reply is lost: the caller sees
// the second answer.
type repeating struct{}

func (repeating) DialHook(next redis.DialHook) redis.DialHook { return next }
func (repeating) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := next(ctx, cmds)
		_ = next(ctx, cmds)
		return err
	}
}

func (repeating) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if cmd.Name() == "evalsha" {
			if err := next(ctx, cmd); redis.HasErrorPrefix(err, "NOSCRIPT") {
				return err
			}
		}
		return next(ctx, cmd)
	}
}

func TestEveryScriptBearsRepetition(t *testing.T) {
	client := redistest.Start(t).Client()
	client.AddHook(repeating{})
	l := New(client, Defaults(), time.Now)
	d, skipped := orderDelivery("d1"), outcome(notify.Skipped, orderDelivery("d2"))
	unsent := outcome(notify.Retried, d)
	unsent.Unsent = true

	if got := mustClaim(t, l, d, long); got != notify.Claimed {
		t.Errorf("first Claim = %d, want Claimed", got)
	}
	must(t, l.Retry(t.Context(), unsent))
	if got := mustClaim(t, l, d, long); got != notify.Claimed {
		t.Errorf("Claim after a retry = %d, want Claimed", got)
	}
	if first := mustSettle(t, l, sent(d, "SM1")); !first {
		t.Error("Settle: first = false, want true: the repeated call is the same call")
	}
	if first := mustSettle(t, l, outcome(notify.Failed, d)); first {
		t.Error("Settle again: first = true, want false")
	}
	delivered := outcome(notify.DeliveredState, d)
	must(t, l.Note(t.Context(), delivered))
	must(t, l.Note(t.Context(), delivered))
	must(t, l.Skip(t.Context(), []notify.Outcome{skipped, skipped}))

	want := []string{"notification.retried", "notification.sent", "notification.delivered", "notification.skipped"}
	if diff := cmp.Diff(want, logged(t, client)); diff != "" {
		t.Error(diff)
	}
}

func TestALostReplyChangesNothing(t *testing.T) {
	srv := redistest.Start(t)
	proxy := redistest.StartProxy(t, srv.Addr)
	client := redis.NewClient(&redis.Options{Addr: proxy.Addr, ReadTimeout: time.Second})
	t.Cleanup(func() { _ = client.Close() })
	l, d := New(client, Defaults(), time.Now), orderDelivery("d1")
	mustClaim(t, l, orderDelivery("d0"), long) // the scripts are known from now on
	mustSettle(t, l, sent(orderDelivery("d0"), "SM0"))

	proxy.LoseReplies(1, nil)
	if got := mustClaim(t, l, d, long); got != notify.Claimed {
		t.Errorf("Claim = %d, want Claimed", got)
	}
	if !proxy.Lost() {
		t.Error("no reply to the claim was lost")
	}
	proxy.LoseReplies(1, nil)
	if first := mustSettle(t, l, sent(d, "SM1")); !first {
		t.Error("Settle: first = false")
	}
	if !proxy.Lost() {
		t.Error("no reply to the settlement was lost")
	}
	if got := logged(t, srv.Client()); len(got) != 2 {
		t.Errorf("log = %v, want two entries", got)
	}
}

func TestMessageThatWentOutTwiceIsLoggedTwice(t *testing.T) {
	l, client := start(t)
	zombie := New(client, Defaults(), time.Now)
	d := orderDelivery("d1")
	mustClaim(t, zombie, d, long)
	mustClaim(t, l, d, died)
	mustSettle(t, l, sent(d, "SM1"))
	mustSettle(t, l, sent(d, "SM1")) // the same message told again is no other
	if first := mustSettle(t, zombie, sent(d, "SM2")); first {
		t.Error("the zombie's Settle was first")
	}
	entries := client.XRange(t.Context(), rediskeys.Log, "-", "+").Val()
	if len(entries) != 2 || entries[1].Values["maybe_duplicate"] != "true" {
		t.Errorf("log = %v, want a second entry that is flagged", entries)
	}
}

func TestSettleOutlastsCancellationAndAnAbsentRedis(t *testing.T) {
	srv := redistest.Start(t)
	l := New(srv.Client(), Defaults(), time.Now)
	d := orderDelivery("d1")
	mustClaim(t, l, d, long)
	srv.Stop()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	settled := make(chan error, 1)
	go func() {
		_, err := l.Settle(ctx, sent(d, "SM1"))
		settled <- err
	}()
	srv.Restart()
	if err := <-settled; err != nil {
		t.Fatal(err)
	}
	if got := mustClaim(t, l, d, died); got != notify.Settled {
		t.Errorf("Claim = %d, want Settled", got)
	}
}

func TestSettleGivesUpInTime(t *testing.T) {
	srv := redistest.Start(t)
	cfg := Defaults()
	cfg.SettleFor = 300 * time.Millisecond
	l := New(srv.Client(), cfg, time.Now)
	srv.Kill()
	if _, err := l.Settle(t.Context(), sent(orderDelivery("d1"), "SM1")); err == nil {
		t.Error("Settle without a Redis: no error")
	}
}

func TestEveryKeyHasALife(t *testing.T) {
	l, client := start(t)
	d := orderDelivery("d1")
	must(t, l.Keep(t.Context(), superseding(d, -time.Second)))
	mustClaim(t, l, d, long)
	mustSettle(t, l, sent(d, "SM1"))
	for _, key := range client.Keys(t.Context(), "*").Val() {
		if life := client.TTL(t.Context(), key).Val(); life <= 0 && key != rediskeys.Log {
			t.Errorf("%s lives for ever", key)
		}
	}
}
