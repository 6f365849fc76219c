package redistest_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/vondi-global/notifications/internal/redistest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestDataOutlivesARestart(t *testing.T) {
	s := redistest.Start(t)
	c := s.Client()
	set(t, c, "k", "v")
	s.Stop()
	if err := c.Get(t.Context(), "k").Err(); err == nil {
		t.Fatal("a stopped server answered")
	}
	s.Restart()
	if v := c.Get(t.Context(), "k").Val(); v != "v" {
		t.Errorf("got %q after a restart, want v", v)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	c := redistest.Start(t, "--maxmemory", "3mb").Client()
	err := c.Set(t.Context(), "k", strings.Repeat("x", 8<<20), 0).Err()
	if err == nil {
		err = c.Set(t.Context(), "l", "y", 0).Err()
	}
	if err == nil || !strings.HasPrefix(err.Error(), "OOM") {
		t.Errorf("got %v, want OOM", err)
	}
}

func TestSentinelsFailOver(t *testing.T) {
	g := redistest.StartSentinels(t, 1)
	c := g.Client()
	set(t, c, "k", "v")
	awaitCopy(t, g.Nodes[0], g.Nodes[1])
	g.Failover()
	awaitValue(t, c)
}

func TestClusterFailsOver(t *testing.T) {
	g := redistest.StartCluster(t, 1)
	c := g.Client()
	for _, k := range []string{"k", "a", "b", "c", "d", "e", "f"} {
		set(t, c, k, "v")
	}
	awaitCopy(t, g.Nodes[0], g.Nodes[3])
	g.Failover()
	awaitValue(t, c)
}

// awaitCopy waits until a replica has as many keys as its master: replication is
// asynchronous.
func awaitCopy(t *testing.T, master, replica *redistest.Server) {
	t.Helper()
	a, b := master.Client(), replica.Client()
	deadline := time.Now().Add(10 * time.Second)
	for a.DBSize(t.Context()).Val() != b.DBSize(t.Context()).Val() {
		if time.Now().After(deadline) {
			t.Fatal("the replica does not follow")
		}
	}
}

func awaitValue(t *testing.T, c redis.UniversalClient) {
	t.Helper()
	deadline := time.Now().Add(15 * time.Second)
	for c.Get(t.Context(), "k").Val() != "v" {
		if time.Now().After(deadline) {
			t.Fatalf("the value is gone after a failover: %v", c.Get(t.Context(), "k").Err())
		}
	}
}

func TestProxySpoilsTheLine(t *testing.T) {
	s := redistest.Start(t)
	p := redistest.StartProxy(t, s.Addr)
	c := redis.NewClient(&redis.Options{Addr: p.Addr, MaxRetries: -1, DialerRetries: 1, ReadTimeout: 200 * time.Millisecond})
	defer c.Close()
	set(t, c, "k", "1")

	p.LoseReplies(1, nil)
	if err := c.Incr(t.Context(), "k").Err(); err == nil || !p.Lost() {
		t.Error("the reply should be lost")
	}
	if v := s.Client().Get(t.Context(), "k").Val(); v != "2" {
		t.Errorf("got %q, want the work done although the reply was lost", v)
	}

	p.BlackHole(true)
	if err := c.Ping(t.Context()).Err(); !isTimeout(err) {
		t.Errorf("black hole: got %v, want a timeout", err)
	}
	p.BlackHole(false)

	p.Shut(true)
	if err := c.Ping(t.Context()).Err(); err == nil {
		t.Error("nobody should be there")
	}
	p.Shut(false)
	if err := c.Ping(t.Context()).Err(); err != nil {
		t.Errorf("open again: %v", err)
	}
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout() || errors.Is(err, context.DeadlineExceeded)
}

func set(t *testing.T, c redis.UniversalClient, k, v string) {
	t.Helper()
	if err := c.Set(t.Context(), k, v, 0).Err(); err != nil {
		t.Fatal(err)
	}
}
