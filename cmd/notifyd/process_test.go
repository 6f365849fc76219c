package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/redistest"
	"github.com/vondi-global/notifications/internal/testlog"
)

// process is the built daemon.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	url  string
	log  *testlog.Log
	file string
}

// program is the daemon, built once for all tests.
var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "notifyd")
	if err != nil {
		panic(err)
	}
	program = filepath.Join(dir, "notifyd")
	code := 1
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
	} else {
		code = m.Run()
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

func launch(t *testing.T, redisURL string) *process {
	t.Helper()
	p := &process{t: t, log: &testlog.Log{}, file: filepath.Join(t.TempDir(), "notifyd.yaml")}
	addr := redistest.FreeAddr(t)
	p.url = "http://" + addr
	p.write("log: {level: info}\n")
	p.cmd = exec.Command(program, "run", "--config", p.file)
	p.cmd.Env = append(os.Environ(), "VONDINOTIFY_REDIS_URL="+redisURL, "VONDINOTIFY_SOURCES=shop="+redisURL, "VONDINOTIFY_ADMIN_ADDR="+addr, "VONDINOTIFY_STREAMS_DISCOVER=100ms")
	p.cmd.Stderr = p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill(); _ = p.cmd.Wait() })
	return p
}

func (p *process) write(text string) {
	p.t.Helper()
	if err := os.WriteFile(p.file, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

func (p *process) page(path string) (int, string) {
	resp, err := http.Get(p.url + path)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

func (p *process) await(what string, holds func() bool) {
	p.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(30 * time.Second); !holds(); <-tick.C {
		if time.Now().After(end) {
			p.t.Fatalf("waited in vain: %s\n%s", what, p.log)
		}
	}
}

func (p *process) awaitReady() {
	p.t.Helper()
	p.await("ready", func() bool { status, _ := p.page("/readyz"); return status == http.StatusOK })
}

func (p *process) awaitLog(want string) {
	p.t.Helper()
	p.await("the log says "+want, func() bool { return strings.Contains(p.log.String(), want) })
}

func (p *process) stop() time.Duration {
	p.t.Helper()
	start := time.Now()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		p.t.Errorf("the daemon ended with %v\n%s", err, p.log)
	}
	return time.Since(start)
}

// TestTheProcess: it is ready soon, follows its configuration, and stops soon.
func TestTheProcess(t *testing.T) {
	srv := redistest.Start(t)
	start := time.Now()
	p := launch(t, srv.URL())
	p.awaitReady()
	t.Logf("ready after %s", time.Since(start).Round(time.Millisecond))

	t.Run("takes what is live, and names the rest", func(t *testing.T) {
		p.write("log: {level: debug}\nsms: {rate: 7}\ndelivery: {drain: 5s}\ntypes: {picking.created: {off: true}}\n")
		p.hangUp()
		p.awaitLog(`"changed":["log.level","sms.rate","types"]`)
		p.awaitLog(`"settings":["delivery.drain"]`)
		_, page := p.page("/config")
		for _, want := range []string{"log.level=debug\n", "sms.rate=7\n", "types=picking.created\n", "delivery.drain=20s\n"} {
			if !strings.Contains(page, want) {
				t.Errorf("/config doesn't show %s", want)
			}
		}
		if _, page := p.page("/metrics"); !strings.Contains(page, "config_restart_needed 1\n") || !strings.Contains(page, `config_reload_total{result="ok"} 1`) {
			t.Error("the metrics don't show the reload")
		}
	})
	t.Run("a changed rule holds for the next event", func(t *testing.T) {
		c := srv.Client()
		c.XAdd(t.Context(), &redis.XAddArgs{Stream: "wms:events:picking", Values: map[string]any{"type": "picking.created", "task_id": 1, "order_id": 2, "warehouse_id": 3}})
		p.await("the skip names the configuration", func() bool {
			list := c.XRange(t.Context(), "notifications:events", "-", "+").Val()
			return len(list) == 1 && strings.Contains(list[0].Values["detail"].(string), "switched off in the configuration")
		})
	})
	t.Run("refuses the whole of what has errors", func(t *testing.T) {
		p.write("log: {level: warn}\ntypes: {order.creatd: {off: true}}\n")
		p.hangUp()
		p.awaitLog("did you mean order.created?")
		p.write("log: {level: loud}\n")
		p.hangUp()
		p.awaitLog("log.level=loud")
		if _, page := p.page("/config"); !strings.Contains(page, "log.level=debug\n") {
			t.Error("a refused configuration changed something")
		}
	})
	t.Run("sees a change without a signal", func(*testing.T) {
		p.write("log: {level: error}\n")
		p.await("the level", func() bool { _, page := p.page("/config"); return strings.Contains(page, "log.level=error\n") })
	})
	if took := p.stop(); took > 10*time.Second {
		t.Errorf("the stop took %s", took)
	}
}

func (p *process) hangUp() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		p.t.Fatal(err)
	}
}

// TestReadySoon: 300 ms from the process's start to its readiness, the best of five, since
// the machine may be busy with other tests.
func TestReadySoon(t *testing.T) {
	srv := redistest.Start(t)
	best := time.Hour
	for range 5 {
		start := time.Now()
		p := launch(t, srv.URL())
		p.awaitReady()
		best = min(best, time.Since(start))
		p.stop()
	}
	if t.Logf("ready after %s", best.Round(time.Millisecond)); best > 300*time.Millisecond {
		t.Errorf("ready after %s, want 300 ms", best)
	}
}

// TestStopUnderLoad: a stop amid 5,000 entries takes less than 10 s, and the next start
// finishes what was left; nothing is lost.
func TestStopUnderLoad(t *testing.T) {
	const entries = 5000
	srv := redistest.Start(t)
	c := srv.Client()
	pipe := c.Pipeline()
	for i := range entries {
		pipe.XAdd(t.Context(), &redis.XAddArgs{Stream: "wms:events:picking", Values: map[string]any{"type": "picking.created", "task_id": i, "order_id": i, "warehouse_id": 3}})
	}
	if _, err := pipe.Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	done := func() int64 { return c.XLen(t.Context(), "notifications:events").Val() }
	p := launch(t, srv.URL())
	p.await("some are done", func() bool { return done() > 0 })
	took := p.stop()
	t.Logf("stopped in %s with %d of %d done", took.Round(time.Millisecond), done(), entries)
	if took > 10*time.Second {
		t.Errorf("the stop took %s, want less than 10 s", took)
	}
	p = launch(t, srv.URL())
	p.await("all are done", func() bool { return done() == entries })
	p.await("nothing is pending", func() bool {
		pending, err := c.XPending(t.Context(), "wms:events:picking", "notification-consumers").Result()
		return err == nil && pending.Count == 0
	})
	p.stop()
}

// TestABackupIsRestored: as docs/operations.md has it, a dump without the append-only file.
func TestABackupIsRestored(t *testing.T) {
	srv := redistest.Start(t)
	c := srv.Client()
	p := launch(t, srv.URL())
	c.XAdd(t.Context(), &redis.XAddArgs{Stream: "wms:events:picking", Values: map[string]any{"type": "picking.created", "task_id": 1, "order_id": 2, "warehouse_id": 3}})
	p.await("it is done", func() bool { return c.XLen(t.Context(), "notifications:events").Val() == 1 })
	p.stop()
	if err := c.Save(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	dump, err := os.ReadFile(filepath.Join(c.ConfigGet(t.Context(), "dir").Val()["dir"], "dump.rdb"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "dump.rdb"), dump, 0o600); err != nil {
		t.Fatal(err)
	}
	restored := redistest.Start(t, "--dir", dir, "--appendonly", "no")
	r := restored.Client()
	if err := r.ConfigSet(t.Context(), "appendonly", "yes").Err(); err != nil {
		t.Fatal(err)
	}
	p = launch(t, restored.URL())
	p.awaitReady()
	r.XAdd(t.Context(), &redis.XAddArgs{Stream: "wms:events:picking", Values: map[string]any{"type": "picking.created", "task_id": 2, "order_id": 3, "warehouse_id": 3}})
	p.await("the old outcome is there, and the new one", func() bool { return r.XLen(t.Context(), "notifications:events").Val() == 2 })
	p.stop()
}
