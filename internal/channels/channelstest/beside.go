package channelstest

import (
	"testing"
)

// Beside is a send of the same message to the same server: by the library alone (by hand,
// where there is none), and by ours.
type Beside struct{ Alone, Ours func() error }

// mostAllocations is how many times as many allocations as the library alone ours may take.
const mostAllocations = 1.5

// Allocations holds ours against the bound.
func (w Beside) Allocations(t *testing.T) {
	t.Helper()
	alone, ours := allocations(t, w.Alone), allocations(t, w.Ours)
	if t.Logf("%.0f allocations, %.0f of the library alone: %.2f×", ours, alone, ours/alone); ours > mostAllocations*alone {
		t.Errorf("%.0f allocations, more than %.1f × %.0f of the library alone", ours, mostAllocations, alone)
	}
}

func allocations(t testing.TB, send func() error) float64 {
	return testing.AllocsPerRun(100, func() {
		if err := send(); err != nil {
			t.Fatal(err)
		}
	})
}

// Benchmark runs both, and says how ours stands to the library alone: in time and in
// allocations.
func (w Beside) Benchmark(b *testing.B) {
	var alone float64
	b.Run("alone", func(b *testing.B) { alone = Measure(b, w.Alone) })
	b.Run("ours", func(b *testing.B) {
		ours := Measure(b, w.Ours)
		b.ReportMetric(ours/alone, "×time")
		b.ReportMetric(allocations(b, w.Ours)/allocations(b, w.Alone), "×allocs")
	})
}

// Measure runs the loop and returns the nanoseconds that a send took.
func Measure(b *testing.B, send func() error) float64 {
	b.ReportAllocs()
	for b.Loop() {
		if err := send(); err != nil {
			b.Fatal(err)
		}
	}
	return float64(b.Elapsed().Nanoseconds()) / float64(b.N)
}
