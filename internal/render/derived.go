package render

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
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

// derive adds the derived fields that the payload has the stuff for, and the reader's name
// where the payload has no name of its own.
func (w *writer) derive(f *fields, e notify.Event, name string) {
	f.first("order")
	f.first("listing")
	f.first("warehouse")
	if days, ok := f.raw["storage_days"].(eventtypes.Int); ok {
		until := e.Time.AddDate(0, 0, int(min(days, 365)))
		f.text["keep_until"] = w.spaced(w.day(until.In(w.zone)))
	}
	if minutes, ok := f.raw["duration_minutes"].(eventtypes.Int); ok {
		f.text["duration"] = w.duration(int64(minutes))
	}
	if s, _ := f.text["name"].(string); s == "" {
		f.text["name"] = clean(name, w.limits.text)
	}
}

// first sets a derived field to the first of its sources that says something.
func (f *fields) first(name string) {
	s, has := "", false
	for _, field := range derivedFields[name] {
		v, ok := f.text[field].(string)
		s, has = cmp.Or(s, v), has || ok
	}
	if has {
		f.text[name] = s
	}
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
