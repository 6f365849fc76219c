package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime/pprof"
	"syscall"
	"time"
)

// effort is the CPU that something took: wall-clock time depends on who else is on the
// machine, this hardly.
type effort struct {
	took  time.Duration
	own   time.Duration // of this process
	redis time.Duration // of the server
}

// weigh runs f and says what it took, with a CPU profile where that was asked for.
func (b *bench) weigh(ctx context.Context, s server, name string, f func() error) (effort, error) {
	_ = s.client.ConfigResetStat(ctx)
	own, redis := ownCPU(), s.cpu(ctx)
	took, err := b.profiled(name, f)
	e := effort{took: took, own: ownCPU() - own, redis: s.cpu(ctx) - redis}
	if b.profiles != "" && err == nil {
		err = os.WriteFile(filepath.Join(b.profiles, name+".commands"), []byte(s.client.Info(ctx, "commandstats").Val()+s.client.Info(ctx, "stats").Val()), 0o600)
	}
	return e, err
}

func ownCPU() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// profiled runs f and says how long it took, with a CPU profile where that was asked for.
func (b *bench) profiled(name string, f func() error) (time.Duration, error) {
	if b.profiles != "" {
		out, err := os.Create(filepath.Join(b.profiles, name+".prof"))
		if err != nil {
			return 0, err
		}
		defer out.Close()
		if err := pprof.StartCPUProfile(out); err != nil {
			return 0, err
		}
		defer pprof.StopCPUProfile()
	}
	began := time.Now()
	err := f()
	return time.Since(began), err
}

// profileOf takes a daemon's CPU profile for a while, where profiles were asked for. wait
// ends when it is written.
func (b *bench) profileOf(ctx context.Context, d *daemon, name string) (wait func()) {
	if b.profiles == "" {
		return func() {}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+d.admin+"/debug/pprof/profile?seconds=5", nil)
		if err != nil {
			return
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return
		}
		defer resp.Body.Close()
		if text, err := io.ReadAll(resp.Body); err == nil {
			_ = os.WriteFile(filepath.Join(b.profiles, name+".prof"), text, 0o600)
		}
	}()
	return func() { <-done }
}
