package redistest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// MasterName is the name by which [Sentinels] know their master.
const MasterName = "mymaster"

// Sentinels are three sentinels that watch a master and its replicas.
type Sentinels struct {
	Addrs []string  // of the sentinels
	Nodes []*Server // master and replicas; who is who changes with a failover

	t     testing.TB
	watch *redis.SentinelClient
}

// StartSentinels runs a master, its replicas and three sentinels that replace it after it
// was away for half a second.
func StartSentinels(t testing.TB, replicas int, args ...string) *Sentinels {
	t.Helper()
	g := &Sentinels{t: t, Nodes: []*Server{Start(t, args...)}}
	master := g.Nodes[0]
	for range replicas {
		g.Nodes = append(g.Nodes, Start(t, append([]string{"--replicaof", "127.0.0.1", fmt.Sprint(master.Port())}, args...)...))
	}
	for range 3 {
		g.Addrs = append(g.Addrs, startSentinel(t, master).Addr)
	}
	g.watch = redis.NewSentinelClient(&redis.Options{Addr: g.Addrs[0], MaintNotificationsConfig: quiet()})
	t.Cleanup(func() { _ = g.watch.Close() })
	await(t, "the sentinels know everyone", func(ctx context.Context) bool {
		m, err := g.watch.Master(ctx, MasterName).Result()
		return err == nil && m["num-slaves"] == fmt.Sprint(replicas) && m["num-other-sentinels"] == "2"
	})
	return g
}

// startSentinel runs one sentinel. It rewrites its configuration file, so each has its own.
func startSentinel(t testing.TB, master *Server) *Server {
	t.Helper()
	s := &Server{t: t, dir: dir(t)}
	s.argv = func(port string) []string {
		conf := filepath.Join(s.dir, "sentinel.conf")
		text := fmt.Sprintf("port %s\nbind 127.0.0.1\ndir %s\nlogfile %s/sentinel.log\n"+
			"sentinel monitor %[4]s 127.0.0.1 %[5]d 2\nsentinel down-after-milliseconds %[4]s 500\n"+
			"sentinel failover-timeout %[4]s 3000\n", port, s.dir, s.dir, MasterName, master.Port())
		if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return []string{conf, "--sentinel"}
	}
	return s.start()
}

// Options are how a client finds the master.
func (g *Sentinels) Options() *redis.UniversalOptions {
	return &redis.UniversalOptions{Addrs: g.Addrs, MasterName: MasterName, MaintNotificationsConfig: quiet()}
}

// Client returns a client of the master that is closed when the test ends.
func (g *Sentinels) Client() redis.UniversalClient {
	c := redis.NewUniversalClient(g.Options())
	g.t.Cleanup(func() { _ = c.Close() })
	return c
}

// URL is the group's redis-sentinel:// URL.
func (g *Sentinels) URL() string {
	return fmt.Sprintf("redis-sentinel://%s,%s,%s/%s/0", g.Addrs[0], g.Addrs[1], g.Addrs[2], MasterName)
}

// Master is the node that is the master now.
func (g *Sentinels) Master() *Server {
	g.t.Helper()
	addr, err := g.watch.GetMasterAddrByName(g.t.Context(), MasterName).Result()
	if err != nil {
		g.t.Fatalf("redistest: ask for the master: %v", err)
	}
	for _, n := range g.Nodes {
		if n.Addr == addr[0]+":"+addr[1] {
			return n
		}
	}
	g.t.Fatalf("redistest: the sentinels name an unknown master %v", addr)
	return nil
}

// Failover kills the master and waits until the sentinels have named another. It returns
// the killed one, which may be restarted and then becomes a replica.
func (g *Sentinels) Failover() *Server {
	g.t.Helper()
	old := g.Master()
	old.Kill()
	await(g.t, "another master", func(context.Context) bool { return g.Master() != old })
	return old
}

// quiet spares the handshake of a feature that only commercial servers have.
func quiet() *maintnotifications.Config {
	return &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}
