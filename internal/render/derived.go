package render

import (
	"fmt"
	"strings"
)

// Some fields are made of others, so that words needn't know which of them an event carries.

// derivedFields says of which payload fields each derived one is made; any of them will do.
var derivedFields = map[string][]string{
	"order":      {"order_number", "order_id"},
	"listing":    {"title", "listing_id"},
	"warehouse":  {"warehouse_name", "warehouse_id"},
	"keep_until": {"storage_days"},
	"duration":   {"duration_minutes"},
}

// derived writes a derived field; "" where the payload lacks the stuff. The name is the
// reader's where the payload has no name of its own.
func (w *writer) derived(p payload, field, name string) any {
	switch field {
	case "name":
		return clean(name, w.text)
	case "keep_until":
		days, _ := p.integer("storage_days")
		return w.spaced(w.day(p.event.Time.AddDate(0, 0, int(min(days, 365))).In(w.zone)))
	case "duration":
		minutes, _ := p.integer("duration_minutes")
		return w.duration(minutes)
	}
	for _, source := range derivedFields[field] {
		if s := w.value(source, p.any(source)); s != "" {
			return s
		}
	}
	return ""
}

// duration writes minutes as the language does: "7 h 45 min".
func (w *writer) duration(minutes int64) string {
	if w.hoursMinutes == "" {
		return fmt.Sprintf("%d:%02d", minutes/60, minutes%60)
	}
	return w.spaced(strings.NewReplacer(
		"{{.hours}}", w.integer(minutes/60), "{{.minutes}}", w.integer(minutes%60),
	).Replace(w.hoursMinutes))
}
