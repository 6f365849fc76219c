//go:build composerun

package compose

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
)

// admin is where compose.yaml's own words say that it is.
const admin = "http://localhost:8085"

// TestComposeStarts: the services of compose.yaml with exactly their commands, environment
// and ports, started in their order. The daemon becomes ready, shows asynqmon, sends the
// emails of an event that waits and of one that comes, and stops in the time that it is given.
func TestComposeStarts(t *testing.T) {
	l := laptop{T: t, project: load(t), root: os.Getenv("IMAGE_ROOT")}
	if l.root == "" {
		t.Fatal("IMAGE_ROOT names no image: make image-test runs this")
	}
	l.resolve()
	mails := mailbox(t, "mailpit:1025")
	for name, s := range l.project.Services {
		if strings.HasPrefix(name, "redis-") {
			l.start(name, l.redis(s))
		}
	}
	for _, s := range l.project.Services {
		if s.HealthCheck != nil {
			l.healthy(s)
		}
	}
	s, err := l.project.GetService("notifyd")
	must(t, err)
	l.registers("889", "ana@example.com")
	l.mount(s)
	daemon := l.inImage(s, append([]string{"/usr/local/bin/notifyd", "run"}, s.Command...)...)
	l.start("notifyd", daemon)
	l.ready(s)
	for name, s := range l.project.Services {
		if name != "mailpit" { // its stand-in has no page
			l.published(s)
		}
	}
	l.arrives(mails, "ana@example.com")
	l.registers("890", "jelena@example.com")
	l.arrives(mails, "jelena@example.com")
	l.logged(s, 2)
	l.stops(daemon, s)
}

// ready waits for the daemon, and looks at all that it shows.
func (l laptop) ready(s types.ServiceConfig) {
	l.Helper()
	l.await("notifyd is ready", func() error {
		_, err := page("/readyz", "")
		return err
	})
	var health struct{ Redis map[string]string }
	b, err := page("/health", "")
	must(l.T, err)
	must(l.T, json.Unmarshal(b, &health))
	sources := strings.Count(*s.Environment["VONDINOTIFY_SOURCES"], "=redis://")
	for name, state := range health.Redis {
		if state != "connected" {
			l.Errorf("%s is %s", name, state)
		}
	}
	if len(health.Redis) < sources {
		l.Errorf("/health tells of %d servers, want at least the %d sources: %s", len(health.Redis), sources, b)
	}
	if _, err := page("/asynqmon/", *s.Environment["VONDINOTIFY_ADMIN_PASSWORD"]); err != nil {
		l.Error(err)
	}
}

// page gets one of the admin server's, as admin where a password is given.
func page(path, password string) ([]byte, error) {
	r, err := http.NewRequest(http.MethodGet, admin+path, nil)
	if err != nil {
		return nil, err
	}
	if password != "" {
		r.SetBasicAuth("admin", password)
	}
	client := http.Client{Timeout: 5 * time.Second}
	resp, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %.300s", path, resp.Status, b)
	}
	return b, err
}

// registers adds an event to the stream of a source: somebody has signed up.
func (l laptop) registers(id, email string) {
	l.Helper()
	cmd := exec.CommandContext(l.Context(), "redis-cli", "-h", "redis-auth", "-p", "26379", "XADD", "auth:events:users", "*",
		"type", "user.registered", "user_id", id, "name", "Ana", "locale", "sr", "email", email)
	if out, err := cmd.CombinedOutput(); err != nil {
		l.Fatalf("%v: %s", err, out)
	}
}

// arrives waits for an email to somebody, from whom compose.yaml says.
func (l laptop) arrives(mails <-chan string, email string) {
	l.Helper()
	select {
	case mail := <-mails:
		for _, want := range []string{email, "From: <noreply@vondi.rs>"} {
			if !strings.Contains(mail, want) {
				l.Errorf("no %q in the email:\n%.900s", want, mail)
			}
		}
	case <-time.After(time.Minute):
		l.Fatalf("no email to %s in a minute", email)
	}
}

// logged asks the image's notifyctl, as docker compose exec would, for what was sent.
func (l laptop) logged(s types.ServiceConfig, sent int) {
	l.Helper()
	l.await("notifyctl tells of what was sent", func() error {
		out, err := l.inImage(s, "/usr/local/bin/notifyctl", "log", "--status", "sent", "-o", "jsonl").CombinedOutput()
		if n := strings.Count(string(out), `"status":"sent"`); err == nil && n != sent {
			err = fmt.Errorf("%d, want %d: %s", n, sent, out)
		}
		return err
	})
}

// stops ends the daemon as docker compose does: asked, and in time.
func (l laptop) stops(daemon *exec.Cmd, s types.ServiceConfig) {
	l.Helper()
	late := time.AfterFunc(time.Duration(*s.StopGracePeriod), func() { _ = daemon.Process.Kill() })
	defer late.Stop()
	must(l.T, daemon.Process.Signal(syscall.SIGTERM))
	if err := daemon.Wait(); err != nil {
		l.Errorf("notifyd, asked to stop: %v", err)
	}
}
