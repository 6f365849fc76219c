package render

import (
	"strconv"
	"strings"
	"time"
)

// clock writes moments for one reader.
type clock struct {
	*style
	zone  *time.Location
	now   time.Time
	short bool // SMS: "25.12. 11:00"
	near  *nearDays
}

// nearDays are the words for days around today, of the locale; nil where it lacks them.
type nearDays struct {
	yesterday, today, tomorrow string
	dayTime                    string // "{{.day}} at {{.time}}"
}

// moment writes a date with its time: "tomorrow at 11:00", "25 December at 11:00". A moment
// at midnight of the reader's zone or of UTC is a date.
func (c clock) moment(t time.Time) string {
	local := t.In(c.zone)
	date := c.day(local)
	if atMidnight(local) || atMidnight(t.UTC()) {
		return date
	}
	hours := clockTime(local)
	if c.near == nil || c.short {
		return date + " " + hours
	}
	return strings.NewReplacer("{{.day}}", date, "{{.time}}", hours).Replace(c.near.dayTime)
}

// day writes the date, or the word for it where it is near.
func (c clock) day(local time.Time) string {
	if c.near != nil {
		switch daysBetween(c.now.In(c.zone), local) {
		case -1:
			return c.near.yesterday
		case 0:
			return c.near.today
		case 1:
			return c.near.tomorrow
		}
	}
	d := day{
		year: local.Year(), month: int(local.Month()), date: local.Day(),
		withYear: local.Year() != c.now.In(c.zone).Year(),
	}
	if c.short {
		return c.shortDate(c.style, d)
	}
	return c.date(c.style, d)
}

func atMidnight(t time.Time) bool { return t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 }

// clockTime writes 14:05; all four languages have 24 hours.
func clockTime(t time.Time) string { return t.Format("15:04") }

// daysBetween counts calendar days; a day of 23 or 25 hours is one.
func daysBetween(from, to time.Time) int {
	a := time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, time.UTC)
	b := time.Date(to.Year(), to.Month(), to.Day(), 0, 0, 0, 0, time.UTC)
	return int(b.Sub(a) / (24 * time.Hour))
}

// dotted is Serbian: 25. decembra 2026.
func dotted(s *style, d day) string {
	text := strconv.Itoa(d.date) + ".\u00a0" + s.months[d.month-1]
	if d.withYear {
		text += "\u00a0" + strconv.Itoa(d.year) + "."
	}
	return text
}

// spaced is Russian and English: 25 December 2026.
func spaced(s *style, d day) string {
	text := strconv.Itoa(d.date) + "\u00a0" + s.months[d.month-1]
	if d.withYear {
		text += "\u00a0" + strconv.Itoa(d.year)
	}
	return text
}

// dottedShort is Serbian in an SMS: 25.12.
func dottedShort(_ *style, d day) string {
	return strconv.Itoa(d.date) + "." + strconv.Itoa(d.month) + "."
}

// dottedPlain is Russian in an SMS: 25.12
func dottedPlain(_ *style, d day) string {
	text := strconv.Itoa(d.date) + "."
	if d.month < 10 {
		text += "0"
	}
	return text + strconv.Itoa(d.month)
}

// named is English in an SMS: 25 Dec. Digits alone would be read in two ways.
func named(s *style, d day) string { return strconv.Itoa(d.date) + " " + s.months[d.month-1][:3] }
