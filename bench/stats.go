package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"
)

// samples are what the rounds gave.
type samples []float64

// at is the q-th quantile.
func (s samples) at(q float64) float64 {
	if len(s) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(s))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

func (s samples) median() float64 {
	if len(s) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(s))
	if n := len(sorted); n%2 == 0 {
		return (sorted[n/2-1] + sorted[n/2]) / 2
	}
	return sorted[len(sorted)/2]
}

// number is short and grouped: 21,300; 4.2.
func number(v float64) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case math.Abs(v) < 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case math.Abs(v) < 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	digits := strconv.FormatFloat(round3(v), 'f', 0, 64)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// round3 keeps three digits: more would be noise.
func round3(v float64) float64 {
	unit := math.Pow(10, math.Max(0, math.Floor(math.Log10(math.Abs(v)))-2))
	return math.Round(v/unit) * unit
}

func (s samples) spread() string {
	if len(s) < 2 {
		return ""
	}
	return number(slices.Min(s)) + " – " + number(slices.Max(s))
}

func perSecond(n int, took time.Duration) float64 { return float64(n) / took.Seconds() }

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func times(v float64) string   { return fmt.Sprintf("%.1f×", v) }
func percent(v float64) string { return fmt.Sprintf("%.0f %%", 100*v) }
