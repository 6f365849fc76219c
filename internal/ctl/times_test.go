package ctl

import (
	"testing"
	"time"
)

// TestTimesOfADayOfAnotherLength: on these days clocks change in Belgrade.
func TestTimesOfADayOfAnotherLength(t *testing.T) {
	belgrade, err := time.LoadLocation("Europe/Belgrade")
	if err != nil {
		t.Fatal(err)
	}
	for _, day := range []string{"2026-03-29", "2026-10-25", "2026-11-24"} {
		now, err := time.ParseInLocation(time.DateTime, day+" 20:00:00", belgrade)
		if err != nil {
			t.Fatal(err)
		}
		s := &session{IO: IO{Zone: belgrade, Now: func() time.Time { return now }}}
		for text, want := range map[string]string{"15:04": day + " 15:04:00", "today": day + " 00:00:00", "2h": day + " 18:00:00"} {
			if got, err := s.parseTime("since", text); err != nil || got.Format(time.DateTime) != want {
				t.Errorf("%s at %s: %s, %v, want %s", text, now, got, err, want)
			}
		}
	}
}
