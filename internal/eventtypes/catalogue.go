package eventtypes

import (
	"slices"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/similar"
)

// Catalogue is every type, by domain, in the passport's order.
func Catalogue() []*Type { return catalogue }

// Lookup finds a type by its name.
func Lookup(name string) (*Type, bool) { t, ok := byName[name]; return t, ok }

// Names lists the names of all types.
func Names() []string {
	names := make([]string, len(catalogue))
	for i, t := range catalogue {
		names[i] = string(t.Name)
	}
	return names
}

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
		return nil, &UnknownType{Type: e.Type, Nearest: EventType(similar.Nearest(e.Type, Names()))}
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
