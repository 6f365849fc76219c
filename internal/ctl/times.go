package ctl

import (
	"strconv"
	"strings"
	"time"
)

// timeHelp says how a time may be given.
const timeHelp = "2h, 3d, 15:04, today, yesterday, 2026-11-24, 2026-11-24 15:04 or RFC 3339"

// parseTime reads a time as people say it; a length of time means "ago".
func (s *session) parseTime(flag, text string) (time.Time, error) {
	now, zone := s.clock()(), s.zone()
	now = now.In(zone)
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone)
	switch text {
	case "now":
		return now, nil
	case "today":
		return day, nil
	case "yesterday":
		return day.AddDate(0, 0, -1), nil
	}
	if d, err := parseDuration(text); err == nil {
		return now.Add(-d), nil
	}
	if clock, err := time.Parse("15:04", text); err == nil {
		return time.Date(now.Year(), now.Month(), now.Day(), clock.Hour(), clock.Minute(), 0, 0, zone), nil // not hours from midnight: a day may have 23 or 25
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly, "2006-01-02 15:04", time.DateTime, "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usagef("--%s %q: want %s", flag, text, timeHelp)
}

// parseDuration is Go's, with days.
func parseDuration(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.ParseFloat(days, 64); err == nil {
			return time.Duration(n * 24 * float64(time.Hour)), nil
		}
	}
	return time.ParseDuration(text)
}

// span reads --since and --until; an empty one is open.
func (s *session) span(since, until string) (from, to time.Time, err error) {
	if since != "" {
		if from, err = s.parseTime("since", since); err != nil {
			return from, to, err
		}
	}
	if until != "" {
		if to, err = s.parseTime("until", until); err != nil {
			return from, to, err
		}
	}
	if !to.IsZero() && !from.IsZero() && !from.Before(to) {
		return from, to, usagef("--since %s is not before --until %s", since, until)
	}
	return from, to, nil
}

func (s *session) zone() *time.Location {
	if s.flags.utc || s.Zone == nil {
		return time.UTC
	}
	return s.Zone
}

// clockTime is the time of the day, for lines below a full date.
func (s *session) clockTime(t time.Time) string {
	if s.flags.utc || s.Zone == nil {
		return t.UTC().Format("15:04:05Z")
	}
	return t.In(s.Zone).Format("15:04:05")
}
