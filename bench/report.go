package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// row is one line of the table.
type row struct {
	measure string // "fan-out"
	unit    string // "events/s"
	who     string // "ours", "the passport's loop"
	values  samples
}

// target is what the ratio of ours to a contestant, or our figure itself, should be.
type target struct {
	measure, against string  // against "": our figure itself
	least, most      float64 // most > 0: no more than that
	show             func(float64) string
}

// targets are those of the platform's performance goals.
func targets() []target {
	plain := func(v float64) string { return number(v) }
	return []target{
		{measure: fanOut, against: passport, least: 7, show: times},
		{measure: fanOut, against: ceiling, least: .8, show: percent},
		{measure: workOff, against: bare, least: 1.2, show: times},
		{measure: road, least: 4000, show: plain},
		{measure: road, against: goMail, least: .6, show: percent},
		{measure: latencyP50, most: 5, show: plain},
		{measure: latencyP99, most: 25, show: plain},
		{measure: idleP99, most: 25, show: plain},
		{measure: idleCommands, most: 60, show: plain},
		{measure: broadcastP99, most: 250, show: plain},
		{measure: broadcastMemory, most: 200, show: plain},
		{measure: burstShare, least: 99.9, show: func(v float64) string { return fmt.Sprintf("%.2f", v) }},
		{measure: idleMemory, most: 40, show: plain},
		{measure: loadMemory, most: 150, show: plain},
		{measure: flatMemory, most: 1.1, show: func(v float64) string { return fmt.Sprintf("%.2f", v) }},
	}
}

// The measures.
const (
	fanOut       = "fan-out: stream → three durable jobs"
	workOff      = "work-off: job → sent record"
	road         = "whole road: XADD → SMTP accepted"
	latencyP50   = "latency at 200 events/s, p50"
	latencyP99   = "latency at 200 events/s, p99"
	idleP99      = "latency when idle, p99"
	idleCommands = "Redis commands of an idle pod"
	broadcastP99 = "high-priority latency during a broadcast, p99"
	broadcastAll = "broadcast: XADD → last member told"

	broadcastMemory = "memory of a pod, the most during a broadcast"

	burstShare  = "sevenfold burst, one provider down: others' messages within 10 s"
	burstP99    = "sevenfold burst, one provider down: others' latency, p99"
	idleMemory  = "memory of an idle pod"
	loadMemory  = "memory of a pod under full load"
	flatMemory  = "memory of a pod under a steady load, the last tenth beside the second"
	queuedBytes = "Redis: a queued delivery"
	rememberedB = "Redis: a remembered delivery"
	scaling     = "scale: whole road"
)

// The contestants.
const (
	ours      = "ours"
	passport  = "the passport's loop"
	bare      = "bare asynq"
	watermill = "watermill → asynq"
	ceiling   = "raw ceiling"
	goMail    = "go-mail alone"
)

// report collects rows in the order in which they were measured.
type report struct {
	rows  []row
	notes []string
}

func (r *report) add(measure, unit, who string, values ...float64) {
	for i := range r.rows {
		if one := &r.rows[i]; one.measure == measure && one.who == who {
			one.values = append(one.values, values...)
			return
		}
	}
	r.rows = append(r.rows, row{measure: measure, unit: unit, who: who, values: values})
}

func (r *report) median(measure, who string) (float64, bool) {
	for _, one := range r.rows {
		if one.measure == measure && one.who == who {
			return one.values.median(), true
		}
	}
	return 0, false
}

// verdict is ours held against a contestant (or itself), the target, and how far it is.
func (r *report) verdict(one row) (ratio, want, distance string) {
	mine, _ := r.median(one.measure, ours)
	if one.who != ours && mine > 0 {
		ratio = times(mine / one.values.median())
		if mine < one.values.median() {
			ratio = percent(mine / one.values.median())
		}
	}
	for _, t := range targets() {
		if t.measure != one.measure || (t.against != one.who && (t.against != "" || one.who != ours)) {
			continue
		}
		v := mine
		if t.against != "" {
			v = mine / one.values.median()
			ratio = t.show(v)
		}
		return ratio, t.words(), t.distance(v)
	}
	return ratio, "", ""
}

func (t target) words() string {
	if t.most > 0 {
		return "≤ " + t.show(t.most)
	}
	return "≥ " + t.show(t.least)
}

func (t target) distance(v float64) string {
	switch {
	case t.most > 0 && v > t.most:
		return fmt.Sprintf("missed: %s of it", times(v/t.most))
	case t.most == 0 && v < t.least:
		return fmt.Sprintf("missed: %.0f %% of it", 100*v/t.least)
	}
	return "met"
}

// sorted puts the rows of a measure together, in the order in which the measures and the
// contestants first came.
func (r *report) sorted() []row {
	var order []string
	for _, one := range r.rows {
		if !slices.Contains(order, one.measure) {
			order = append(order, one.measure)
		}
	}
	rows := slices.Clone(r.rows)
	slices.SortStableFunc(rows, func(a, b row) int { return slices.Index(order, a.measure) - slices.Index(order, b.measure) })
	return rows
}

// write prints the table.
func (r *report) write(w io.Writer) {
	fmt.Fprintln(w, "| measure | unit | who | median | spread | ours is | target | |")
	fmt.Fprintln(w, "|---|---|---|--:|--:|--:|--:|---|")
	last := ""
	for _, one := range r.sorted() {
		measure, unit := one.measure, one.unit
		if measure == last {
			measure, unit = "", ""
		}
		last = one.measure
		ratio, want, distance := r.verdict(one)
		cells := []string{measure, unit, one.who, number(one.values.median()), one.values.spread(), ratio, want, distance}
		if one.who == ours {
			cells[2], cells[3] = "**"+ours+"**", "**"+cells[3]+"**"
		}
		fmt.Fprintln(w, "| "+strings.Join(cells, " | ")+" |")
	}
	fmt.Fprintln(w)
	for _, n := range r.notes {
		fmt.Fprintln(w, "* "+n)
	}
}

// samples prints every round in the form that benchstat reads.
func (r *report) samples(w io.Writer) {
	for _, one := range r.rows {
		name := strings.Map(func(c rune) rune {
			switch {
			case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
				return c
			}
			return '_'
		}, one.measure+"/"+one.who)
		for _, v := range one.values {
			fmt.Fprintf(w, "Benchmark_%s 1 %g %s\n", name, v, strings.ReplaceAll(one.unit, " ", "-"))
		}
	}
}
