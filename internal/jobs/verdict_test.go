package jobs

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/notify"
)

// whole draws the longest delay there is.
func whole(most time.Duration) time.Duration { return most }

func TestVerdict(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	fault := func(f notify.Fault, after time.Duration) error {
		return &notify.SendError{Fault: f, Provider: "twilio", RetryAfter: after, Err: errors.New("no")}
	}
	retry := func(after time.Duration, reason string) notify.Decision {
		return notify.Decision{Action: notify.Retry, After: after, Reason: reason}
	}
	waits := func(after time.Duration, reason string) notify.Decision {
		return notify.Decision{Action: notify.Wait, After: after, Reason: reason}
	}
	tests := []struct {
		name    string
		err     error
		p       notify.Priority
		attempt int
		left    time.Duration
		want    notify.Decision
	}{
		{"an unknown error is temporary", errors.New("what?"), notify.High, 1, time.Hour, retry(4*time.Second, "temporary")},
		{"high doubles", fault(notify.Temporary, 0), notify.High, 3, time.Hour, retry(16*time.Second, "temporary")},
		{"high has a longest delay", fault(notify.Temporary, 0), notify.High, 13, 48 * time.Hour, retry(15*time.Minute, "temporary")},
		{"high has an end", fault(notify.Temporary, 0), notify.High, 14, 48 * time.Hour, giveUp(notify.ReasonExhausted)},
		{"normal begins later", fault(notify.Temporary, 0), notify.Normal, 1, time.Hour, retry(30*time.Second, "temporary")},
		{"normal has an end", fault(notify.Temporary, 0), notify.Normal, 20, 48 * time.Hour, giveUp(notify.ReasonExhausted)},
		{"low begins later still", fault(notify.Temporary, 0), notify.Low, 1, time.Hour, retry(2*time.Minute, "temporary")},
		{"low goes on for its life", fault(notify.Temporary, 0), notify.Low, 5000, 48 * time.Hour, retry(4*time.Hour, "temporary")},
		{"a full mailbox is not tried again at once", fault(notify.Temporary, 2*time.Hour), notify.High, 1, 24 * time.Hour, retry(2*time.Hour, "temporary")},
		{"what was asked for is the least", fault(notify.Temporary, 2*time.Second), notify.High, 3, time.Hour, retry(16*time.Second, "temporary")},
		{"asked to wait past its life", fault(notify.Temporary, 2*time.Hour), notify.High, 3, time.Hour, retry(16*time.Second, "temporary")},
		{"a lost answer is retried", fault(notify.Unknown, 0), notify.High, 1, time.Hour, retry(4*time.Second, "unknown")},
		{"a delay fits into the life", fault(notify.Temporary, 0), notify.Normal, 9, 3 * time.Minute, retry(3*time.Minute, "temporary")},
		{"a life has ended", fault(notify.Temporary, 0), notify.High, 1, -time.Second, giveUp(notify.ReasonExpired)},
		{"a life is as good as ended", fault(notify.Temporary, 0), notify.High, 1, 900 * time.Millisecond, giveUp(notify.ReasonExpired)},
		{"throttled waits as asked", fault(notify.Throttled, 80*time.Second), notify.High, 50, time.Hour, waits(90*time.Second, "throttled")},
		{"throttled without a time", fault(notify.Throttled, 0), notify.Low, 1, time.Hour, waits(30*time.Second+30*time.Second/8, "throttled")},
		{"throttled past its life", fault(notify.Throttled, time.Hour), notify.High, 1, time.Minute, giveUp(notify.ReasonExpired)},
		{"misconfigured waits for a human", fault(notify.Misconfigured, 0), notify.High, 50, time.Hour, waits(75*time.Second, "misconfigured")},
		{"misconfigured past its life", fault(notify.Misconfigured, 0), notify.High, 1, 70 * time.Second, giveUp(notify.ReasonExpired)},
		{"rejected", fault(notify.Rejected, 0), notify.High, 1, time.Hour, giveUp(notify.ReasonRejected)},
		{"unreachable", fault(notify.Unreachable, 0), notify.High, 1, time.Hour, giveUp(notify.ReasonUnreachable)},
		{"postponed", &notify.Postponed{After: 3 * time.Second, Reason: "pace"}, notify.High, 50, time.Hour, waits(3*time.Second, "pace")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := notify.Delivery{Priority: tt.p, Expires: now.Add(tt.left)}
			got := Jitter(whole).verdict(tt.err, d, notify.Attempt{Number: tt.attempt}, now)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestVerdictWithoutALifeGoesOn(t *testing.T) {
	got := Verdict(errors.New("no"), notify.Delivery{Priority: notify.Low}, notify.Attempt{Number: 1}, time.Now())
	if got.Action != notify.Retry {
		t.Errorf("Verdict = %+v, want Retry", got)
	}
}

func TestSpansOfTheClasses(t *testing.T) {
	tests := []struct {
		p        notify.Priority
		min, max time.Duration // of all delays, drawn at their mean
	}{
		{notify.High, 20 * time.Minute, 75 * time.Minute},
		{notify.Normal, 12 * time.Hour, 24 * time.Hour},
	}
	for _, tt := range tests {
		c, span := classOf(tt.p), time.Duration(0)
		for n := 1; n < c.attempts; n++ {
			span += c.delay(n) / 2
		}
		if span < tt.min || span > tt.max {
			t.Errorf("%s is retried for %s, want %s to %s", tt.p, span, tt.min, tt.max)
		}
	}
}

func TestFullJitterStaysInside(t *testing.T) {
	for range 1000 {
		if d := FullJitter(time.Second); d < 0 || d > time.Second {
			t.Fatalf("drew %s", d)
		}
	}
	if d := FullJitter(0); d != 0 {
		t.Errorf("drew %s of nothing", d)
	}
}
