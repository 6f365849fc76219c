package redistest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// masters of a [Cluster]: the fewest that it can have.
const masters = 3

// slots of a Redis Cluster.
const slots = 16384

// Cluster is a Redis Cluster of three masters.
type Cluster struct {
	Nodes []*Server // the masters of the start, then their replicas in the same order
	Addrs []string  // of all nodes

	t        testing.TB
	replicas int
}

// StartCluster runs three masters that share the slots, each with so many replicas.
func StartCluster(t testing.TB, replicas int, args ...string) *Cluster {
	t.Helper()
	c := &Cluster{t: t, replicas: replicas}
	for range masters * (1 + replicas) {
		n := Start(t, append([]string{
			"--cluster-enabled", "yes", "--cluster-node-timeout", "1000",
			"--cluster-require-full-coverage", "no", "--cluster-replica-validity-factor", "0",
		}, args...)...)
		c.Nodes, c.Addrs = append(c.Nodes, n), append(c.Addrs, n.Addr)
	}
	for i, n := range c.Nodes {
		c.do(n, "cluster", "meet", "127.0.0.1", c.Nodes[0].Port())
		if i < masters {
			c.do(n, addSlots(i*slots/masters, (i+1)*slots/masters)...)
		}
	}
	c.awaitAll("the nodes know each other", func(info string) bool {
		return strings.Contains(info, fmt.Sprintf("cluster_known_nodes:%d", len(c.Nodes)))
	})
	for i, n := range c.Nodes[masters:] {
		c.do(n, "cluster", "replicate", fmt.Sprint(c.do(c.Nodes[i%masters], "cluster", "myid")))
	}
	c.awaitAll("the cluster is whole", func(info string) bool {
		return strings.Contains(info, "cluster_state:ok") && strings.Contains(info, fmt.Sprintf("cluster_slots_ok:%d", slots))
	})
	for i, n := range c.Nodes[masters:] {
		await(t, "the replicas follow", func(context.Context) bool {
			role := fmt.Sprint(c.do(n, "role"))
			return strings.Contains(role, fmt.Sprint(c.Nodes[i%masters].Port())) && strings.Contains(role, "connected")
		})
	}
	return c
}

// addSlots gives a node the slots from..to-1, one by one: Redis 6.2 knows no ranges.
func addSlots(from, to int) []any {
	args := []any{"cluster", "addslots"}
	for slot := from; slot < to; slot++ {
		args = append(args, slot)
	}
	return args
}

// do runs a command on one node.
func (c *Cluster) do(n *Server, args ...any) any {
	c.t.Helper()
	node := redis.NewClient(&redis.Options{Addr: n.Addr, MaintNotificationsConfig: quiet()})
	defer node.Close()
	v, err := node.Do(c.t.Context(), args...).Result()
	if err != nil {
		c.t.Fatalf("redistest: %v on %s: %v", args, n.Addr, err)
	}
	return v
}

func (c *Cluster) awaitAll(what string, ok func(info string) bool) {
	c.t.Helper()
	for _, n := range c.Nodes {
		await(c.t, what, func(context.Context) bool { return ok(fmt.Sprint(c.do(n, "cluster", "info"))) })
	}
}

// Options are how a client finds the nodes.
func (c *Cluster) Options() *redis.UniversalOptions {
	return &redis.UniversalOptions{Addrs: c.Addrs, IsClusterMode: true, MaintNotificationsConfig: quiet()}
}

// Client returns a client that is closed when the test ends.
func (c *Cluster) Client() *redis.ClusterClient {
	client := redis.NewClusterClient(c.Options().Cluster())
	c.t.Cleanup(func() { _ = client.Close() })
	return client
}

// URL is the cluster's redis-cluster:// URL.
func (c *Cluster) URL() string { return "redis-cluster://" + strings.Join(c.Addrs, ",") }

// Failover kills the first master and waits until its replica has taken its slots. It
// returns the killed one, which may be restarted and then becomes a replica.
func (c *Cluster) Failover() *Server {
	c.t.Helper()
	if c.replicas == 0 {
		c.t.Fatal("redistest: a failover needs a replica")
	}
	c.Nodes[0].Kill()
	await(c.t, "the replica is a master", func(context.Context) bool {
		return strings.Contains(fmt.Sprint(c.do(c.Nodes[masters], "role")), "master")
	})
	return c.Nodes[0]
}

// await waits until ok, and fails the test after twenty seconds.
func await(t testing.TB, what string, ok func(context.Context) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for !ok(ctx) {
		if ctx.Err() != nil {
			t.Fatalf("redistest: waited in vain until %s", what)
		}
		<-time.After(10 * time.Millisecond)
	}
}
