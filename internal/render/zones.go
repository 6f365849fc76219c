package render

import (
	"sync"
	"time"
	_ "time/tzdata" // the image has no zone files
)

// Home is the zone of people whose zone isn't known.
const Home = "Europe/Belgrade"

// zones keeps the zones that were asked for: reading one costs more than a message. There are
// no more of them than IANA has names; others aren't kept.
type zones struct{ known sync.Map }

// of returns a person's time zone, the home of all where it isn't known.
func (z *zones) of(name string) *time.Location {
	if name == "" {
		name = Home
	}
	if loc, ok := z.known.Load(name); ok {
		return loc.(*time.Location)
	}
	loc, err := time.LoadLocation(name)
	switch {
	case err == nil:
	case name == Home:
		return time.UTC // there is no zone data at all, against the import above
	default:
		return z.of(Home)
	}
	z.known.Store(name, loc)
	return loc
}
