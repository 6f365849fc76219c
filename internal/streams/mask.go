package streams

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// shownFields may be shown beside ids: they say what happened, not to whom.
var shownFields = []string{
	"type", "timestamp", "version", "id", "specversion", "status", "currency", "amount", "total_amount",
	"quantity", "level", "locale", "channels", "priority",
}

// Bounds of what a letter shows: an entry may be hostile.
const (
	maxShown = 64 // fields
	maxDepth = 2  // of JSON in JSON
)

// mask makes an entry's fields fit to be shown: ids and a few harmless fields appear, of
// everything else only the size. JSON inside a field is opened, so that one sees which
// order it is about: "payload.order_id".
func mask(fields map[string]string) map[string]string {
	shown := map[string]string{}
	for name, value := range fields {
		maskField(shown, "", name, value, 0)
	}
	return shown
}

func maskField(shown map[string]string, prefix, name, value string, depth int) {
	if len(shown) >= maxShown {
		return
	}
	key := prefix + maskName(name)
	if depth < maxDepth && strings.HasPrefix(strings.TrimSpace(value), "{") {
		if inner, err := object(json.RawMessage(value)); err == nil {
			for n, raw := range inner {
				maskField(shown, key+".", n, whole(raw), depth+1)
			}
			return
		}
	}
	shown[key] = maskValue(name, value)
}

// whole is a string's content, or else the JSON as it is.
func whole(raw json.RawMessage) string {
	if len(raw) > 0 && raw[0] == '"' {
		return text(raw)
	}
	return string(raw)
}

// fieldName is what a schema calls a field; a number may be somebody's.
var fieldName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.:-]{0,63}$`)

// maskName shows a field's name, unless it may be anything.
func maskName(name string) string {
	if fieldName.MatchString(name) {
		return name
	}
	return hidden(name)
}

func hidden(s string) string { return fmt.Sprintf("•••(%d bytes)", len(s)) }

func maskValue(name, value string) string {
	isID := strings.HasSuffix(name, "_id") || slices.Contains(shownFields, name)
	if value == "" || isID && isPlainID(value) {
		return value
	}
	return hidden(value)
}
