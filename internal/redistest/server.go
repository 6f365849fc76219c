// Package redistest runs real redis-server processes for tests: one server, a Sentinel
// group, a Cluster, and a [Proxy] that spoils the line to any of them. A server can be
// stopped and started again on its port and data, killed, and frozen. The server is the
// redis-server in PATH, which `make tools` installs, or the program that the environment
// variable REDIS_SERVER names: another version, or Valkey's. Without one the tests fail,
// they are never skipped.
package redistest

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Server is one redis-server process.
type Server struct {
	Addr string // 127.0.0.1:port

	t    testing.TB
	dir  string
	argv func(port string) []string // the command line, made anew for each launch
	cmd  *exec.Cmd
	done chan struct{}
}

// Start runs a redis-server on a free loopback port until the test ends. It keeps an
// append-only file, so that [Server.Restart] finds the data again. args are further
// redis-server options, such as "--maxmemory", "8mb".
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	s := &Server{t: t, dir: dir(t)}
	s.argv = func(port string) []string { return append(s.options(port), args...) }
	return s.start()
}

// start launches the process on a free port.
func (s *Server) start() *Server {
	t := s.t
	t.Helper()
	for range 5 { // another process may take the port in between
		s.Addr = FreeAddr(t)
		if s.launch() == nil {
			t.Cleanup(s.Kill)
			return s
		}
	}
	t.Fatal("redistest: redis-server did not start; is it installed? (make tools)")
	return nil
}

// dir is short enough for a unix socket's path, which t.TempDir is not.
func dir(t testing.TB) string {
	t.Helper()
	d, err := os.MkdirTemp("", "redis") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(d) })
	return d
}

// FreeAddr is an address on loopback that nobody listens at.
func FreeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// Program is what runs as the server.
func Program() string { return cmp.Or(os.Getenv("REDIS_SERVER"), "redis-server") }

func (s *Server) launch() error {
	_, port, _ := net.SplitHostPort(s.Addr)
	s.cmd = exec.Command(Program(), s.argv(port)...)
	if err := s.cmd.Start(); err != nil {
		return err
	}
	done := make(chan struct{})
	s.done = done
	go func(cmd *exec.Cmd) { _ = cmd.Wait(); close(done) }(s.cmd)
	return s.awaitReady()
}

// options are those of every data server.
func (s *Server) options(port string) []string {
	return []string{
		"--port", port, "--bind", "127.0.0.1", "--dir", s.dir, "--save", "",
		"--appendonly", "yes", "--appendfsync", "everysec", "--logfile", filepath.Join(s.dir, "redis.log"),
		"--maxmemory-policy", "noeviction", "--repl-diskless-sync-delay", "0",
	}
}

func (s *Server) awaitReady() error {
	c := redis.NewClient(&redis.Options{Addr: s.Addr, MaxRetries: -1, DialerRetries: 1})
	defer c.Close()
	deadline := time.Now().Add(15 * time.Second)
	for time.Now().Before(deadline) {
		select {
		case <-s.done:
			return fmt.Errorf("redis-server ended: %s", s.cmd.ProcessState)
		case <-time.After(5 * time.Millisecond):
		}
		err := c.Ping(context.Background()).Err()
		if err == nil || redis.HasErrorPrefix(err, "NOAUTH") {
			return nil
		}
	}
	return fmt.Errorf("redis-server on %s was not ready in 15 s", s.Addr)
}

// Client returns a client that is closed when the test ends.
func (s *Server) Client() *redis.Client {
	c := redis.NewClient(&redis.Options{
		Addr:                     s.Addr,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
	s.t.Cleanup(func() { _ = c.Close() })
	return c
}

// URL is the server's redis:// URL.
func (s *Server) URL() string { return "redis://" + s.Addr + "/0" }

// Port is the server's port.
func (s *Server) Port() int {
	_, p, _ := net.SplitHostPort(s.Addr)
	n, _ := strconv.Atoi(p)
	return n
}

// Stop ends the server in order: its data is on disk.
func (s *Server) Stop() { s.signal(syscall.SIGTERM); <-s.done }

// Kill ends the server at once, as a crash does.
func (s *Server) Kill() { s.signal(syscall.SIGKILL); <-s.done }

// Freeze stops the process without closing its connections; [Server.Thaw] lets it go on.
func (s *Server) Freeze() { s.signal(syscall.SIGSTOP) }

// Thaw lets a frozen server go on.
func (s *Server) Thaw() { s.signal(syscall.SIGCONT) }

// Restart starts a stopped or killed server again, on its port and data.
func (s *Server) Restart() {
	s.t.Helper()
	if err := s.launch(); err != nil {
		s.t.Fatalf("redistest: restart: %v", err)
	}
}

func (s *Server) signal(sig syscall.Signal) { _ = s.cmd.Process.Signal(sig) }
