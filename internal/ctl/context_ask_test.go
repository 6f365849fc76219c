package ctl

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/redistest"
)

// call runs notifyctl as on a terminal, with answers typed.
func call(t *testing.T, environ []string, typed string, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = Main(args, IO{
		In: strings.NewReader(typed), Out: &stdout, Err: &stderr, Environ: append(environ, "USER=milica"),
		Terminal: true, Now: time.Now, Zone: time.UTC,
	})
	return code, stdout.String(), stderr.String()
}

func TestAnswers(t *testing.T) {
	url := redistest.Start(t).URL()
	config := t.TempDir()
	file := filepath.Join(config, "notifyctl", "contexts.yaml")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("contexts:\n  prod:\n    redis: "+url+"\n    protected: true\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	environ := []string{"XDG_CONFIG_HOME=" + config, "VONDINOTIFY_REDIS_URL=" + url}
	for _, c := range []struct {
		name, typed string
		args        []string
		want        int
		says        string
	}{
		{"yes", "y\n", []string{"contacts", "forget", "1"}, exitDone, "Erase everything about user 1? (y/N)"},
		{"a whole yes", "YES\n", []string{"contacts", "forget", "1"}, exitDone, "is forgotten"},
		{"no", "n\n", []string{"contacts", "forget", "1"}, exitFound, "nothing was done"},
		{"only enter", "\n", []string{"contacts", "forget", "1"}, exitFound, "nothing was done"},
		{"no answer", "", []string{"contacts", "forget", "1"}, exitFound, "no answer"},
		{"protected: y is not enough", "y\n", []string{"--context", "prod", "contacts", "forget", "1"}, exitFound, "protected: type prod to go on"},
		{"protected: its name", "prod\n", []string{"--context", "prod", "contacts", "forget", "1"}, exitDone, "is forgotten"},
		{"protected: changes ask, too", "prod\n", []string{"--context", "prod", "hold", "sms", "--reason", "x"}, exitDone, "Hold back channel:sms?"},
		{"protected: a script's yes", "", []string{"--context", "prod", "release", "sms", "--yes"}, exitDone, ""},
		{"unprotected changes don't ask", "", []string{"hold", "sms", "--reason", "x"}, exitDone, "is held back until it is released"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, _, errs := call(t, environ, c.typed, c.args...)
			if code != c.want || !strings.Contains(errs, c.says) {
				t.Errorf("exit code %d, want %d; said %q, want %q in it", code, c.want, errs, c.says)
			}
		})
	}
}

func TestExitCodes(t *testing.T) {
	url := redistest.Start(t).URL()
	environ := []string{"HOME=" + t.TempDir(), "VONDINOTIFY_REDIS_URL=" + url, "VONDINOTIFY_SOURCES=market=" + url}
	away := []string{"HOME=" + t.TempDir(), "VONDINOTIFY_REDIS_URL=redis://127.0.0.1:1", "VONDINOTIFY_SOURCES=market=redis://127.0.0.1:1"}
	for _, c := range []struct {
		environ []string
		args    string
		want    int
	}{
		{environ, "status", exitDone},
		{environ, "events list", exitDone},
		{environ, "doctor --resolver 127.0.0.1:1", exitDone},
		{away, "doctor --resolver 127.0.0.1:1", exitFound},
		{environ, "events check -", exitFound},
		{environ, "contacts get 1", exitFound},
		{environ, "nosuch", exitUsage},
		{environ, "events nosuch", exitUsage},
		{environ, "events show", exitUsage},
		{environ, "events list --nosuch", exitUsage},
		{environ, "events list -o xml", exitUsage},
		{environ, "hold sms", exitUsage},
		{environ, "replay --stream pvz.events", exitUsage},
		{environ, "queues pause nosuch", exitUsage},
		{append(environ, "VONDINOTIFY_NOSUCH=1"), "status", exitUsage},
		{away, "status", exitConnect},
		{away, "streams list --source market", exitConnect},
		{away, "contacts get 1", exitConnect},
		{away, "events list", exitDone},
	} {
		if code, _, errs := call(t, c.environ, "no JSON", strings.Fields(c.args)...); code != c.want {
			t.Errorf("%s: exit code %d, want %d: %s", c.args, code, c.want, errs)
		}
	}
}

func TestColours(t *testing.T) {
	url := redistest.Start(t).URL()
	environ := []string{"HOME=" + t.TempDir(), "VONDINOTIFY_REDIS_URL=" + url, "VONDINOTIFY_SOURCES=market=" + url}
	for _, c := range []struct {
		name    string
		environ []string
		args    []string
		want    bool
	}{
		{"on a terminal", environ, []string{"status"}, true},
		{"NO_COLOR", append(environ, "NO_COLOR=1"), []string{"status"}, false},
		{"--no-color", environ, []string{"status", "--no-color"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, out, _ := call(t, c.environ, "", c.args...); strings.Contains(out, "\x1b[") != c.want {
				t.Errorf("colours: %t, want %t: %q", !c.want, c.want, out)
			}
		})
	}
}
