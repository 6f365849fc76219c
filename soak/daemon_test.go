package soak

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// build makes the daemon's binary once.
var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "soak")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "notifyd")
	out, err := exec.Command("go", "build", "-o", bin, "../cmd/notifyd").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return bin, nil
})

// daemon is one notifyd process, a pod of its own.
type daemon struct {
	t    *testing.T
	name string
	env  []string
	addr string // admin server
	log  string // file
	cmd  *exec.Cmd
	done chan struct{}
}

func newDaemon(t *testing.T, name string, env []string) *daemon {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	d := &daemon{t: t, name: name, addr: l.Addr().String(), log: filepath.Join(t.TempDir(), name+".log")}
	d.env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"),
		"VONDINOTIFY_CONSUMER=" + name, "VONDINOTIFY_ADMIN_ADDR=" + d.addr, "VONDINOTIFY_LOG_LEVEL=warn",
		// Takeovers in seconds, so that a run shows many of them.
		"VONDINOTIFY_STREAMS_DISCOVER=1s", "VONDINOTIFY_STREAMS_CLAIM_IDLE=3s",
	}, env...)
	t.Cleanup(d.cleanup)
	return d
}

// start starts the process and waits until it is ready.
func (d *daemon) start() {
	d.t.Helper()
	d.launch()
	await(d.t, 30*time.Second, d.name+" is ready", func() bool { return d.ready() })
}

func (d *daemon) launch() {
	d.t.Helper()
	bin, err := build()
	if err != nil {
		d.t.Fatal(err)
	}
	log, err := os.OpenFile(d.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		d.t.Fatal(err)
	}
	defer log.Close()
	d.cmd = exec.Command(bin, "run")
	d.cmd.Env, d.cmd.Stdout, d.cmd.Stderr = d.env, log, log
	if err := d.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	done := make(chan struct{})
	d.done = done
	go func(cmd *exec.Cmd) { _ = cmd.Wait(); close(done) }(d.cmd)
}

func (d *daemon) ready() bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+d.addr+"/readyz", nil)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// metric is the sum of a metric's series.
func (d *daemon) metric(name string) (sum float64) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+d.addr+"/metrics", nil)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		if series, value, ok := strings.Cut(lines.Text(), "} "); ok && strings.HasPrefix(series, name+"{") {
			v, _ := strconv.ParseFloat(value, 64)
			sum += v
		}
	}
	return sum
}

// kill ends the process at once, as a crash does.
func (d *daemon) kill() { _ = d.cmd.Process.Signal(syscall.SIGKILL); <-d.done }

// term ends it as Kubernetes does, and says how long that took.
func (d *daemon) term() time.Duration {
	d.t.Helper()
	start := time.Now()
	_ = d.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-d.done:
	case <-time.After(60 * time.Second): // a pod's grace period
		d.t.Errorf("%s did not stop in 60 s", d.name)
		d.kill()
	}
	return time.Since(start)
}

func (d *daemon) freeze() { _ = d.cmd.Process.Signal(syscall.SIGSTOP) }
func (d *daemon) thaw()   { _ = d.cmd.Process.Signal(syscall.SIGCONT) }

func (d *daemon) cleanup() {
	if d.cmd == nil {
		return
	}
	d.thaw()
	d.kill()
	if d.t.Failed() {
		b, _ := os.ReadFile(d.log)
		d.t.Logf("%s logged:\n%s", d.name, tail(b, 4000))
	}
}

func tail(b []byte, n int) []byte { return b[max(0, len(b)-n):] }

// await polls a condition until it holds or the time is up.
func await(t *testing.T, limit time.Duration, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(limit)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			t.Errorf("waited %s in vain: %s", limit, what)
			return
		}
		<-tick.C
	}
}
