package ctl

import (
	"fmt"
	"slices"
	"time"
)

// alarm is a threshold that is crossed, with the command that helps.
type alarm struct {
	Where string `json:"where"`
	What  string `json:"what"`
	Help  string `json:"help"`
}

// The thresholds (passport section 13.4).
const (
	longestStream = 10_000
	mostPending   = 100
	longestLag    = 5 * time.Minute
	mostFailing   = 0.05
	slowest       = time.Second
)

func alarms(v *statusView) []alarm {
	var list []alarm
	for _, what := range v.Ails {
		list = append(list, alarm{"Notifications Redis", what, "notifyctl doctor"})
	}
	if v.Pods == 0 && v.read() {
		list = append(list, alarm{"pods", "none has been heard of for 2 min: nothing is read or sent", "kubectl -n notifications get pods"})
	}
	for _, src := range v.Sources {
		if src.Error != "" {
			list = append(list, alarm{"source " + src.Source, "it doesn't answer", "notifyctl doctor"})
		}
	}
	for _, l := range v.Streams {
		list = append(list, streamAlarms(l)...)
	}
	for _, b := range v.Breakers {
		list = append(list, breakerAlarms(b)...)
	}
	if r := v.Recent; r.failing() > mostFailing {
		what := fmt.Sprintf("%d of %d attempts failed (%.0f %%), want at most 5 %%", r.Failed, r.Attempts, 100*r.failing())
		list = append(list, alarm{"deliveries", what, "notifyctl log --since 5m --status failed,retried"})
	}
	if p := seconds(v.Recent.P95); p > slowest {
		list = append(list, alarm{"deliveries", fmt.Sprintf("95 %% are sent within %.1f s, want 1 s", p.Seconds()), "notifyctl queues list"})
	}
	if v.Account.Lost > 0 {
		list = append(list, alarm{"account", plural(v.Account.Lost, "delivery") + " of the last hour lost", "notifyctl audit"})
	}
	return list
}

// read says whether a daemon has ever read here.
func (v *statusView) read() bool {
	return slices.ContainsFunc(v.Streams, func(l streamLook) bool { return l.group(ourGroup()) != nil })
}

func streamAlarms(l streamLook) []alarm {
	var list []alarm
	if l.Length > longestStream {
		list = append(list, alarm{l.Stream, fmt.Sprintf("%d entries, want at most %d", l.Length, longestStream), "notifyctl streams trim " + l.Stream})
	}
	g := l.group(ourGroup())
	switch {
	case g == nil:
		return list
	case g.Pending > mostPending:
		list = append(list, alarm{l.Stream, fmt.Sprintf("%d entries pending, want at most %d", g.Pending, mostPending), "notifyctl streams info " + l.Stream})
	}
	if lag := seconds(g.Lag); lag > longestLag {
		list = append(list, alarm{l.Stream, fmt.Sprintf("nothing read for %s, want at most 5 min", duration(lag)), "notifyctl streams info " + l.Stream})
	}
	return list
}
