package embedded

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, protocol int) *redis.Client {
	t.Helper()
	r, err := Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(&redis.Options{Addr: r.Addr(), Protocol: protocol})
	t.Cleanup(func() { _ = c.Close(); r.Close() })
	return c
}

func TestGroupLagIsCounted(t *testing.T) {
	for _, protocol := range []int{2, 3} {
		c := start(t, protocol)
		for range 10 {
			c.XAdd(t.Context(), &redis.XAddArgs{Stream: "s", Values: map[string]any{"a": 1}})
		}
		c.XGroupCreate(t.Context(), "s", "g", "0")
		c.XReadGroup(t.Context(), &redis.XReadGroupArgs{Group: "g", Consumer: "c", Streams: []string{"s", ">"}, Count: 6})
		groups, err := c.XInfoGroups(t.Context(), "s").Result()
		if err != nil || len(groups) != 1 || groups[0].Lag != 4 || groups[0].Pending != 6 {
			t.Errorf("RESP%d: got %+v, %v; want a lag of 4 and 6 pending", protocol, groups, err)
		}
		if err := c.XInfoGroups(t.Context(), "none").Err(); err == nil {
			t.Errorf("RESP%d: want an error for a stream that doesn't exist", protocol)
		}
	}
}

func TestLivesEnd(t *testing.T) {
	c := start(t, 3)
	c.Set(t.Context(), "k", "v", 300*time.Millisecond)
	deadline := time.Now().Add(5 * time.Second)
	for c.Exists(t.Context(), "k").Val() == 1 {
		if time.Now().After(deadline) {
			t.Fatal("the key outlived its life")
		}
	}
}

func TestRefusesKubernetes(t *testing.T) {
	t.Setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
	if r, err := Start("127.0.0.1:0"); err == nil {
		r.Close()
		t.Error("want a refusal")
	}
}
