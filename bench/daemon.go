package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// daemon is a real notifyd process with its own configuration: the defaults, but for the
// addresses.
type daemon struct {
	cmd   *exec.Cmd
	done  chan struct{}
	admin string
	log   string
}

// startDaemon runs notifyd until the owner ends. env are further settings.
func (b *bench) startDaemon(o *owner, s server, name string, env ...string) (*daemon, error) {
	d := &daemon{done: make(chan struct{}), log: fmt.Sprintf("%s/%s.%d.log", b.dir, name, time.Now().UnixNano())}
	out, err := os.Create(d.log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	d.cmd = exec.Command(b.notifyd, "run")
	d.cmd.Stdout, d.cmd.Stderr = out, out
	d.cmd.Env = append([]string{
		"HOME=" + b.dir, "VONDINOTIFY_REDIS_URL=" + s.url, "VONDINOTIFY_SOURCES=bench=" + s.seed,
		"VONDINOTIFY_ADMIN_ADDR=127.0.0.1:0", "VONDINOTIFY_CONSUMER=" + name,
	}, env...)
	if err := d.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { _ = d.cmd.Wait(); close(d.done) }()
	o.Cleanup(d.stop)
	return d, d.awaitReady(o.ctx)
}

func smtpEnv(s *sink) string {
	return "VONDINOTIFY_SMTP_URL=smtp://" + s.addr() + "?tls=none&from=noreply@vondi.rs"
}

func pushEnv(w *websink) []string {
	return []string{"VONDINOTIFY_FCM_ENDPOINT=" + w.url, "VONDINOTIFY_FCM_PROJECT=bench"}
}

func telegramEnv(w *websink) []string {
	return []string{"VONDINOTIFY_TELEGRAM_ENDPOINT=" + w.url, "VONDINOTIFY_TELEGRAM_TOKEN=123456:bench-bench-bench-bench-bench-bench", "VONDINOTIFY_TELEGRAM_RATE=100000"}
}

func (d *daemon) stop() {
	_ = d.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-d.done:
	case <-time.After(time.Minute):
		_ = d.cmd.Process.Kill()
		<-d.done
	}
}

var adminField = regexp.MustCompile(`"admin":"([^"]+)"`)

// awaitReady waits until the daemon says that it is ready and a turn of its readers is over.
func (d *daemon) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	return poll(ctx, "notifyd is ready", func() (bool, error) {
		select {
		case <-d.done:
			text, _ := os.ReadFile(d.log)
			return false, fmt.Errorf("notifyd ended:\n%s", text)
		default:
		}
		if d.admin == "" {
			text, _ := os.ReadFile(d.log)
			m := adminField.FindSubmatch(text)
			if m == nil {
				return false, nil
			}
			d.admin = string(m[1])
		}
		return d.ready(ctx), nil
	})
}

func (d *daemon) ready(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+d.admin+"/readyz", nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// cpuOf is the CPU time that daemons have used, in hundredths of a second.
func cpuOf(all []*daemon) (total time.Duration) {
	for _, d := range all {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", d.cmd.Process.Pid))
		_, rest, _ := strings.Cut(string(text), ") ")
		if f := strings.Fields(rest); len(f) > 12 {
			user, _ := strconv.Atoi(f[11])
			sys, _ := strconv.Atoi(f[12])
			total += time.Duration(user+sys) * 10 * time.Millisecond
		}
	}
	return total
}

// memory is the process' resident set now and at its highest, in MB; own is the part of now
// that isn't pages of the program file, which pods of one node share.
func (d *daemon) memory() (now, most, own float64) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.cmd.Process.Pid))
	for l := range strings.Lines(string(text)) {
		var kb float64
		if n, _ := fmt.Sscanf(l, "VmRSS: %f", &kb); n == 1 {
			now = kb / 1024
		}
		if n, _ := fmt.Sscanf(l, "RssAnon: %f", &kb); n == 1 {
			own = kb / 1024
		}
		if n, _ := fmt.Sscanf(l, "VmHWM: %f", &kb); n == 1 {
			most = kb / 1024
		}
	}
	return now, most, own
}

// poll asks until ok, every few milliseconds.
func poll(ctx context.Context, what string, ok func() (bool, error)) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		done, err := ok()
		if done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waited in vain until %s: %w", what, context.Cause(ctx))
		case <-tick.C:
		}
	}
}

// rest lets time pass.
func rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
