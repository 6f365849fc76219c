package render_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/render"
)

// BenchmarkRender makes whole messages of a checked event, as the pipeline does. An email is
// its layout, subject and text part. Wanted: under 40 µs and 300 allocations for an email,
// 5 µs for an SMS and a push message.
func BenchmarkRender(b *testing.B) {
	r := renderer(load(b))
	to := notify.Contact{Name: "Jelena", TimeZone: "Europe/Belgrade"}
	for _, ch := range notify.Channels() {
		b.Run(string(ch), func(b *testing.B) {
			d := delivery(b, "order.created", ch, "sr-Latn")
			b.ReportAllocs()
			start := cpu(b)
			for b.Loop() {
				mustRender(b, r, d, to)
			}
			b.ReportMetric(float64(cpu(b)-start)/float64(b.N), "cpu-ns/op")
		})
	}
}

// cpu is the processor time that the process has had: on a busy machine the clock on the
// wall measures the others.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkReload reads and lints a set, as the watcher does. Wanted: under 1 s.
func BenchmarkReload(b *testing.B) {
	for b.Loop() {
		render.Lint(load(b))
	}
}

// BenchmarkLint looks at the whole catalogue. Wanted: under 2 s.
func BenchmarkLint(b *testing.B) {
	s := load(b)
	start := cpu(b)
	for b.Loop() {
		render.Lint(s)
	}
	b.ReportMetric(float64(cpu(b)-start)/float64(b.N), "cpu-ns/op")
}
