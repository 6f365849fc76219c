package channels_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/rediskeys"
	"github.com/vondi-global/notifications/internal/redistest"
)

// awaitBoard waits until the board says what is wanted, as "pod breaker=state …".
func awaitBoard(t *testing.T, b *channels.Board, want string) []channels.PodBreakers {
	t.Helper()
	var said string
	for deadline, tick := time.Now().Add(10*time.Second), time.Tick(20*time.Millisecond); ; <-tick {
		pods, err := b.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var parts []string
		for _, p := range pods {
			parts = append(parts, p.Pod)
			for _, name := range []string{"email", "sms"} {
				if s, ok := p.Breakers[name]; ok {
					parts = append(parts, name+"="+s.State.String())
				}
			}
		}
		if said = strings.Join(parts, " "); said == want {
			return pods
		}
		if time.Now().After(deadline) {
			t.Fatalf("the board says %q, want %q", said, want)
		}
	}
}

func TestTheBoardShowsEveryPodsBreakers(t *testing.T) {
	client := redistest.Start(t).Client()
	if err := client.HSet(t.Context(), rediskeys.Breakers, "crashed", `1000 {"sms":{"state":"open"}}`).Err(); err != nil {
		t.Fatal(err)
	}
	reader := channels.NewBoard(client, "")
	awaitBoard(t, reader, "")

	var sms atomic.Int64
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 2)
	for _, pod := range []string{"a", "b"} {
		go func() {
			done <- channels.NewBoard(client, pod).Run(ctx, func() map[string]channels.State {
				state := channels.Closed
				if pod == "b" {
					state = channels.State(sms.Load())
				}
				return map[string]channels.State{"email": channels.Closed, "sms": state}
			})
		}()
	}
	pods := awaitBoard(t, reader, "a email=closed sms=closed b email=closed sms=closed")
	sms.Store(int64(channels.Held))
	later := awaitBoard(t, reader, "a email=closed sms=closed b email=closed sms=held")
	if then, now := pods[1].Breakers, later[1].Breakers; now["email"] != then["email"] || !now["sms"].Since.After(then["sms"].Since) {
		t.Errorf("since when: first %v, then %v", then, now)
	}
	if n := client.HLen(t.Context(), rediskeys.Breakers).Val(); n != 2 {
		t.Errorf("%d pods on the board, want the crashed one gone", n)
	}
	stop()
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	awaitBoard(t, reader, "")
}

// TestABoardCostsLittle counts what a pod whose breakers don't change asks of Redis.
func TestABoardCostsLittle(t *testing.T) {
	client := redistest.Start(t).Client()
	looks := make(chan struct{})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- channels.NewBoard(client, "a").Run(ctx, func() map[string]channels.State {
			looks <- struct{}{}
			return map[string]channels.State{"email": channels.Closed}
		})
	}()
	for range 4 {
		<-looks
	}
	info := client.Info(t.Context(), "commandstats").Val()
	if !strings.Contains(info, "cmdstat_hset:calls=1,") {
		t.Errorf("after 4 looks, want one write:\n%s", info)
	}
	stop()
	for {
		select {
		case <-looks:
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			return
		}
	}
}
