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
// reader's, unless the payload could have named somebody else: "a new member: …" must not
// present the owner to himself. Who is named by user.* is who is told.
func (w *writer) derived(p payload, field, name string) any {
	switch field {
	case "name":
		if p.typ.Payload.Has("name") && p.typ.Name.Category() != "user" {
			return ""
		}
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

// duration writes minutes as the language does: "7 h 45 min", "8 h", "45 min". It isn't
// broken between lines.
func (w *writer) duration(minutes int64) string {
	return w.spaced(strings.ReplaceAll(w.hoursAndMinutes(minutes/60, minutes%60), " ", string(nbsp)))
}

func (w *writer) hoursAndMinutes(hours, minutes int64) string {
	head, tail, ok := strings.Cut(w.hoursMinutes, "{{.minutes}}")
	switch {
	case !ok:
		return fmt.Sprintf("%d:%02d", hours, minutes)
	case hours == 0:
		return strings.TrimSpace(w.integer(minutes) + tail)
	case minutes == 0:
		return strings.TrimSpace(strings.Replace(head, "{{.hours}}", w.integer(hours), 1))
	}
	return strings.Replace(head, "{{.hours}}", w.integer(hours), 1) + w.integer(minutes) + tail
}
