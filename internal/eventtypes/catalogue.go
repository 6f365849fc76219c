package eventtypes

import (
	"slices"
	"strings"

	"github.com/vondi-global/notifications/internal/notify"
)

// Catalogue is every type, by domain, in the passport's order.
func Catalogue() []*Type { return catalogue }

// Lookup finds a type by its name.
func Lookup(name string) (*Type, bool) { t, ok := byName[name]; return t, ok }

// Built once, read only.
var (
	catalogue = slices.Concat(orders(), payments(), deliveries(), users(), marketplace(), warehouse(), franchise(), wms(), pvz())
	byName    = index(catalogue)
)

func index(types []*Type) map[string]*Type {
	m := make(map[string]*Type, len(types))
	for _, t := range types {
		m[string(t.Name)] = t
	}
	return m
}

// Check finds the type of an event, decodes its payload into e.Payload and holds it
// against the type's rules. Its errors are [*UnknownType] and [*InvalidPayload]. A second
// call for the same event costs a look-up.
func Check(e *notify.Event) (*Type, error) {
	t, ok := Lookup(e.Type)
	if !ok {
		return nil, &UnknownType{Type: e.Type, Nearest: nearest(e.Type)}
	}
	if e.Payload != nil {
		return t, nil
	}
	payload, bad := t.Payload.decode(e.Data)
	if len(bad) > 0 {
		return t, &InvalidPayload{Type: t.Name, Violations: bad}
	}
	e.Payload = payload
	return t, nil
}

// nearest finds the most similar name, for a "did you mean". Hostile lengths are not
// compared.
func nearest(name string) EventType {
	name = strings.ToLower(strings.TrimSpace(name))
	if len(name) > 64 {
		return ""
	}
	best, at := EventType(""), 4 // more than three edits are no likeness
	for _, t := range catalogue {
		if d := distance(name, string(t.Name)); d < at {
			best, at = t.Name, d
		}
	}
	return best
}

// distance is Levenshtein's, over bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		prev := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := prev
			if a[i] != b[j] {
				cost++
			}
			prev, row[j+1] = row[j+1], min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
