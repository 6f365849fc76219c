package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/redistest"
)

// options are the command line's.
type options struct {
	rounds   int
	only     *regexp.Regexp
	scale    float64 // of all amounts
	alone    bool
	burst    time.Duration
	flat     time.Duration
	members  int
	out      string
	samples  string
	profiles string
}

func main() {
	debug.SetGCPercent(400) // as cmd/notifyd does; all contestants have it
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, parse()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func parse() options {
	var o options
	only := flag.String("only", "", "regular expression of the sections to run: strokes, road, latency, broadcast, burst, scale, flat")
	flag.IntVar(&o.rounds, "rounds", 5, "rounds of those measures in which contestants take turns")
	flag.Float64Var(&o.scale, "scale", 1, "how much work, 1 for the usual amounts")
	flag.BoolVar(&o.alone, "alone", false, "measure ours only, to hold it against another version of itself")
	flag.DurationVar(&o.burst, "burst", time.Minute, "how long the burst lasts")
	flag.DurationVar(&o.flat, "flat", 0, "how long memory is watched under a steady load; 0 for not at all")
	flag.IntVar(&o.members, "members", 1_000_000, "members of the broadcast's audience")
	flag.StringVar(&o.out, "out", "", "write the table to this file, too")
	flag.StringVar(&o.samples, "samples", "", "append every round to this file, for benchstat")
	flag.StringVar(&o.profiles, "profiles", "", "write CPU profiles of the two strokes into this directory")
	flag.Parse()
	o.only = regexp.MustCompile("^(" + *only + ")")
	return o
}

func (o options) amount(n int) int { return max(100, int(float64(n)*o.scale)) }

// section is a group of measures.
type section struct {
	name string
	run  func(*bench, context.Context) error
}

func sections() []section {
	return []section{
		{"strokes", (*bench).strokes},
		{"road", (*bench).road},
		{"latency", (*bench).latency},
		{"broadcast", (*bench).broadcast},
		{"burst", (*bench).burst},
		{"scale", (*bench).scaling},
		{"flat", (*bench).flat},
	}
}

// bench is one run.
type bench struct {
	options
	report
	notifyd string // the program
	dir     string
}

func run(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{options: o, dir: dir, notifyd: dir + "/notifyd"}
	if err := build(ctx, b.notifyd); err != nil {
		return err
	}
	began, load := time.Now(), loadOf()
	for _, s := range sections() {
		if !o.only.MatchString(s.name) || s.name == "flat" && o.flat == 0 {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s %s …\n", time.Now().Format(time.TimeOnly), s.name)
		if err := s.run(b, ctx); err != nil {
			b.write(os.Stderr) // what there is
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	b.notes = append([]string{surroundings(ctx, began, load, o)}, b.notes...)
	return b.publish()
}

func build(ctx context.Context, to string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-o", to, "./cmd/notifyd")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build notifyd (run it from the module's root): %w\n%s", err, out)
	}
	return nil
}

// surroundings is what a figure depends on.
func surroundings(ctx context.Context, began time.Time, load string, o options) string {
	version, _ := exec.CommandContext(ctx, redistest.Program(), "--version").Output()
	redis, _, _ := strings.Cut(string(version), " sha")
	return fmt.Sprintf("%s; %d cores shared by clients, Redis and sinks; %s, %s, AOF everysec; %d rounds, amounts ×%g; load average before %s, after %s; took %s",
		began.UTC().Format("2006-01-02 15:04 UTC"), runtime.NumCPU(), redis, runtime.Version(), o.rounds, o.scale, load, loadOf(), time.Since(began).Round(time.Second))
}

func loadOf() string {
	b, _ := os.ReadFile("/proc/loadavg")
	return strings.Join(strings.Fields(string(b))[:3], " ")
}

// publish prints the table and writes it where it was asked for.
func (b *bench) publish() error {
	var table bytes.Buffer
	b.write(&table)
	_, _ = os.Stdout.Write(table.Bytes())
	if b.out != "" {
		head := "# What `make bench` printed\n\nWritten by the command, never by hand. Seconds depend on the machine; ratios of one run are what counts.\n\n"
		if err := os.WriteFile(b.out, append([]byte(head), table.Bytes()...), 0o644); err != nil {
			return err
		}
	}
	if b.options.samples == "" {
		return nil
	}
	f, err := os.OpenFile(b.options.samples, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	b.report.samples(io.Writer(f))
	return f.Close()
}
