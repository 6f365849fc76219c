package ctl

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/ledger"
)

// logBucket is a stretch of time of the histogram.
type logBucket struct {
	From   time.Time      `json:"from"`
	Total  int            `json:"total"`
	Counts map[string]int `json:"counts"`
}

// logSummary counts entries over time.
func (s *session) logSummary(ctx context.Context, r logReader, f logFlags) error {
	key, err := counted(f.by)
	if err != nil {
		return err
	}
	h := histogram{since: r.since, until: r.until}
	if h.until.IsZero() {
		h.until = r.now()
	}
	h.width = bucketWidth(h.until.Sub(h.since))
	if err := r.each(ctx, func(e ledger.Entry) error { h.add(e.Outcome.Time, key(viewEntry(e))); return nil }); err != nil {
		return err
	}
	if len(h.buckets) == 0 {
		s.nothingLogged(r.sieve)
	}
	return print(s, h.buckets, s.histogramTable(h))
}

// counted is the field that is counted.
func counted(by string) (func(logView) string, error) {
	field := map[string]func(logView) string{
		"status":   func(v logView) string { return v.Status },
		"channel":  func(v logView) string { return v.Channel },
		"type":     func(v logView) string { return v.EventType },
		"provider": func(v logView) string { return v.Provider },
		"reason":   func(v logView) string { return v.Reason },
	}[by]
	if field == nil {
		return nil, usagef("--by %q: want status, channel, type, provider or reason", by)
	}
	return func(v logView) string {
		if name := field(v); name != "" {
			return name
		}
		return "none"
	}, nil
}

// bucketWidth gives about twenty buckets of a length that people count in.
func bucketWidth(span time.Duration) time.Duration {
	nice := []time.Duration{
		time.Second, 5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute,
		time.Hour, 3 * time.Hour, 6 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour,
	}
	for _, w := range nice {
		if span/w <= 24 {
			return w
		}
	}
	return nice[len(nice)-1]
}

// histogram is entries counted over time; empty stretches between others stand in it too.
type histogram struct {
	since, until time.Time
	width        time.Duration
	buckets      []logBucket
}

func (h *histogram) add(at time.Time, what string) {
	from := at.Truncate(h.width)
	for len(h.buckets) > 0 && h.buckets[len(h.buckets)-1].From.Before(from) && from.Sub(h.buckets[len(h.buckets)-1].From) > h.width {
		h.buckets = append(h.buckets, logBucket{From: h.buckets[len(h.buckets)-1].From.Add(h.width), Counts: map[string]int{}})
	}
	if len(h.buckets) == 0 || h.buckets[len(h.buckets)-1].From.Before(from) {
		h.buckets = append(h.buckets, logBucket{From: from, Counts: map[string]int{}})
	}
	b := &h.buckets[len(h.buckets)-1] // the log's order is that of its clock; a second's disorder falls into the last
	b.Total++
	b.Counts[what]++
}

const barWidth = 40

func (s *session) histogramTable(h histogram) table {
	totals, most := map[string]int{}, 1
	for _, b := range h.buckets {
		most = max(most, b.Total)
		for what, n := range b.Counts {
			totals[what] += n
		}
	}
	what := slices.SortedFunc(maps.Keys(totals), func(a, b string) int {
		if totals[a] != totals[b] {
			return totals[b] - totals[a]
		}
		return strings.Compare(a, b)
	})
	what = what[:min(len(what), 8)] // a screen is only so wide
	t := table{head: []string{"FROM", "ALL"}}
	for _, w := range what {
		t.head = append(t.head, strings.ToUpper(w))
	}
	t.head = append(t.head, "")
	for _, b := range h.buckets {
		row := []string{s.when(b.From), fmt.Sprint(b.Total)}
		for _, w := range what {
			row = append(row, fmt.Sprint(b.Counts[w]))
		}
		bar := strings.Repeat("█", b.Total*barWidth/most)
		if b.Total > 0 && bar == "" {
			bar = "▏"
		}
		t.add(append(row, bar)...)
	}
	return t
}
