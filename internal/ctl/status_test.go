package ctl

import (
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/redistest"
)

func TestThresholds(t *testing.T) {
	stream := func(length, pending int64, lag float64) []streamLook {
		return []streamLook{{Stream: "pvz.events", Length: length, Groups: []groupLook{{Group: ourGroup(), Pending: pending, Lag: lag}}}}
	}
	breakers := func(s channels.State) []breakerStatus {
		return breakersOf([]channels.PodBreakers{
			{Pod: "a", Breakers: map[string]channels.Standing{"email": {}, "sms-2": {}}}, {Pod: "b", Breakers: map[string]channels.Standing{"sms-2": {State: s}}},
		})
	}
	for _, c := range []struct {
		name string
		view statusView
		want []string
	}{
		{"at the limits", statusView{Pods: 1, Streams: stream(10_000, 100, 300), Recent: recentStatus{Attempts: 100, Failed: 5, P95: 1}}, nil},
		{"too long", statusView{Pods: 1, Streams: stream(10_001, 0, 0)}, []string{"notifyctl streams trim pvz.events"}},
		{"too much pending", statusView{Pods: 1, Streams: stream(1, 101, 0)}, []string{"notifyctl streams info pvz.events"}},
		{"read too late", statusView{Pods: 1, Streams: stream(1, 0, 301)}, []string{"notifyctl streams info pvz.events"}},
		{"all of a stream's at once", statusView{Pods: 1, Streams: stream(10_001, 101, 301)}, []string{"notifyctl streams trim pvz.events", "notifyctl streams info pvz.events", "notifyctl streams info pvz.events"}},
		{"too many errors", statusView{Recent: recentStatus{Attempts: 100, Failed: 6}}, []string{"notifyctl log --since 5m --status failed,retried"}},
		{"too slow", statusView{Recent: recentStatus{Attempts: 1, P95: 1.2}}, []string{"notifyctl queues list"}},
		{"Redis is full", statusView{Ails: []string{"97 % of its memory is used"}}, []string{"notifyctl doctor"}},
		{"nobody works", statusView{Streams: stream(1, 0, 0)}, []string{"kubectl -n notifications get pods"}},
		{"a source is away", statusView{Sources: []sourceStatus{{Source: "wms", Error: "no answer"}}}, []string{"notifyctl doctor"}},
		{"a provider fails", statusView{Breakers: breakers(channels.Open)}, []string{"notifyctl log --since 5m --status failed,retried --channel sms"}},
		{"a provider refuses us", statusView{Breakers: breakers(channels.Held)}, []string{"notifyctl doctor"}},
		{"a provider is tried again", statusView{Breakers: breakers(channels.HalfOpen)}, nil},
		{"something is lost", statusView{Account: accountStatus{Made: true, Lost: 1}}, []string{"notifyctl audit"}},
		{"a stream that nobody reads has no lag", statusView{Streams: []streamLook{{Stream: "pvz.events", Length: 1}}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var helps []string
			for _, a := range alarms(&c.view) {
				helps = append(helps, a.Help)
			}
			if diff := cmp.Diff(c.want, helps); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestP95(t *testing.T) {
	list := make([]time.Duration, 100)
	for i := range list {
		list[i] = time.Duration(100-i) * time.Millisecond
	}
	for n, want := range map[int]time.Duration{0: 0, 1: 100 * time.Millisecond, 100: 95 * time.Millisecond} {
		if got := p95(append([]time.Duration(nil), list[:n]...)); got != want {
			t.Errorf("of %d: %s, want %s", n, got, want)
		}
	}
}

// TestWatchUntilStopped has the status shown again and again, and ends it as Ctrl-C does.
func TestWatchUntilStopped(t *testing.T) {
	url := redistest.Start(t).URL()
	ctx, stop := context.WithCancel(t.Context())
	shown := 0
	out := writer(func(b []byte) {
		if shown += bytes.Count(b, []byte("No threshold is crossed")); shown == 2 {
			stop()
		}
	})
	s := &session{IO: IO{
		Out: out, Err: io.Discard, Now: time.Now, Zone: time.UTC,
		Environ: []string{"HOME=" + t.TempDir(), "VONDINOTIFY_REDIS_URL=" + url, "VONDINOTIFY_SOURCES=market=" + url},
	}}
	s.flags.output = "table"
	t.Cleanup(func() { _ = s.close() })
	if err := s.watchStatus(ctx, 10*time.Millisecond); err != nil || shown < 2 {
		t.Errorf("shown %d times, error %v", shown, err)
	}
}

type writer func(b []byte)

func (w writer) Write(b []byte) (int, error) { w(b); return len(b), nil }
