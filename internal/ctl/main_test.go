package ctl

import (
	"io"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"notifyctl": notifyctl})
}

// notifyctl is the program as scripts call it: its output has no times of its own, and its
// clock is as far ahead as $AHEAD says.
func notifyctl() {
	world := System()
	out, errs := &steady{to: os.Stdout}, &steady{to: os.Stderr}
	world.Out, world.Err, world.Zone = out, errs, time.UTC
	if ahead, err := time.ParseDuration(os.Getenv("AHEAD")); err == nil {
		world.Now = func() time.Time { return time.Now().Add(ahead) }
	}
	os.Exit(Main(os.Args[1:], world))
}

// steady writes what differs from run to run always the same way, so that scripts compare
// whole outputs. It gets whole lines: the commands write line by line at least.
type steady struct{ to io.Writer }

var differing = []struct {
	what *regexp.Regexp
	as   string
}{
	{regexp.MustCompile(`\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?`), "2026-11-24 10:00:00"},
	{regexp.MustCompile(`\b\d\d:\d\d:\d\d\b`), "10:00:00"},
	{regexp.MustCompile(`\b1[789]\d{11}-\d+\b`), "1764000000000-0"},
	{regexp.MustCompile(`\b(\d+ ms|\d+\.\d s|\d+ s|\d+ min) after the event`), "100 ms after the event"},
	{regexp.MustCompile(`("latency_ms": ?)\d+`), `${1}100`},
	{regexp.MustCompile(`("provider_message_id": ?)"[^"]*"`), `${1}"…"`},
	{regexp.MustCompile(`(version [^0-9a-z]*|"words_version": ?")[0-9a-f]{8}`), "${1}1f2e3d4c"},
	{regexp.MustCompile(`127\.0\.0\.1:\d{4,5}`), "127.0.0.1:6379"},
	{regexp.MustCompile(`(Redis|Valkey) \d+\.\d+\.\d+`), "Redis 7.0.15"},
}

func (s *steady) Write(b []byte) (int, error) {
	text := b
	for _, d := range differing {
		text = d.what.ReplaceAll(text, []byte(d.as))
	}
	if _, err := s.to.Write(text); err != nil {
		return 0, err
	}
	return len(b), nil
}
