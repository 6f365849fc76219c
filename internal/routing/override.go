package routing

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/similar"
)

// Override changes a type without a build. Empty fields leave the catalogue's.
type Override struct {
	Tell     map[string][]string // role → channels: the whole audience, instead of the catalogue's
	Priority string              // high, normal, low
	Life     time.Duration
	Off      bool // tell nobody

	// Fallback is a channel that is tried only if none of Instead had a success within After.
	Fallback string
	Instead  []string
	After    time.Duration
}

// compile makes the rule of every type. The error joins all that is wrong, each with its
// key and what would be right.
func compile(overrides map[string]Override) (map[string]*rule, error) {
	rules := map[string]*rule{}
	for _, t := range eventtypes.Catalogue() {
		rules[string(t.Name)] = &rule{typ: t, told: t.Told, priority: t.Priority, why: "the catalogue tells nobody"}
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(overrides)) {
		r, ok := rules[name]
		if !ok {
			errs = append(errs, fmt.Errorf("types.%s: unknown event type%s", notify.Printable(name, 80), meant(name, slices.Collect(maps.Keys(rules)))))
			continue
		}
		errs = append(errs, r.override(overrides[name])...)
	}
	return rules, errors.Join(errs...)
}

// meant is a "did you mean", where something is near.
func meant(word string, names []string) string {
	slices.Sort(names)
	if n := similar.Nearest(word, names); n != "" {
		return ", did you mean " + n + "?"
	}
	return ""
}

func (r *rule) override(o Override) (errs []error) {
	key := "types." + string(r.typ.Name)
	if o.Priority != "" {
		p, err := notify.ParsePriority(o.Priority)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s.priority: %w", key, err))
		}
		r.priority = p
	}
	if o.Life < 0 {
		errs = append(errs, fmt.Errorf("%s.life: %s is in the past: want a duration such as 24h", key, o.Life))
	}
	r.life = o.Life
	switch {
	case o.Off && len(o.Tell) > 0:
		errs = append(errs, fmt.Errorf("%s: off and tell contradict each other: want one of them", key))
	case o.Off:
		r.told, r.why = nil, "switched off in the configuration"
	case len(o.Tell) > 0:
		told, bad := r.retell(key+".tell", o.Tell)
		r.told, errs = told, append(errs, bad...)
	}
	return append(errs, r.fallBack(key, o)...)
}

// fallBack makes one channel of every audience its last resort.
func (r *rule) fallBack(key string, o Override) (errs []error) {
	if o.Fallback == "" {
		return nil
	}
	ch, err := notify.ParseChannel(o.Fallback)
	if err != nil {
		errs = append(errs, fmt.Errorf("%s.fallback: %w", key, err))
	}
	instead, bad := parseChannels(key+".instead", o.Instead)
	errs = append(errs, bad...)
	if o.After <= 0 {
		errs = append(errs, fmt.Errorf("%s.after: %s: want a duration such as 2m", key, o.After))
	}
	r.told = slices.Clone(r.told)
	for i := range r.told {
		t := &r.told[i]
		if !slices.Contains(t.Channels, ch) {
			t.Channels = append(slices.Clip(t.Channels), ch)
		}
		t.Fallback = eventtypes.Fallback{Channel: ch, Instead: instead, After: o.After}
	}
	return errs
}

// retell makes the audiences of the roles that an operator names, in the catalogue's order.
func (r *rule) retell(key string, tell map[string][]string) (told []eventtypes.Told, errs []error) {
	possible := r.possible()
	for _, t := range possible {
		names, ok := tell[string(t.Role)]
		if !ok {
			continue
		}
		channels, bad := parseChannels(fmt.Sprintf("%s.%s", key, t.Role), names)
		errs = append(errs, bad...)
		t.Channels, t.Fallback = channels, eventtypes.Fallback{}
		told = append(told, t)
	}
	for _, role := range slices.Sorted(maps.Keys(tell)) {
		if !slices.ContainsFunc(possible, func(t eventtypes.Told) bool { return string(t.Role) == role }) {
			errs = append(errs, fmt.Errorf("%s.%s: %s says nothing of whom to tell in that role: want one of %s",
				key, notify.Printable(role, 40), r.typ.Name, strings.Join(roles(possible), ", ")))
		}
	}
	return told, errs
}

func roles(told []eventtypes.Told) []string {
	var names []string
	for _, t := range told {
		names = append(names, string(t.Role))
	}
	return names
}

func parseChannels(key string, names []string) (list []notify.Channel, errs []error) {
	for _, name := range names {
		ch, err := notify.ParseChannel(name)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", key, err))
		}
		if !slices.Contains(list, ch) {
			list = append(list, ch)
		}
	}
	if len(names) == 0 {
		errs = append(errs, fmt.Errorf("%s: no channels: want some of email, telegram, sms, push, or leave the role out", key))
	}
	return list, errs
}

// possible are the audiences that a type can have: its own, then each role that the
// catalogue finds elsewhere by fields which this type's payload has too.
func (r *rule) possible() []eventtypes.Told {
	list := slices.Clone(r.typ.Told)
	for _, t := range eventtypes.Catalogue() {
		for _, told := range t.Told {
			if i := slices.IndexFunc(list, func(l eventtypes.Told) bool { return l.Role == told.Role }); i < 0 {
				list = append(list, eventtypes.Told{Role: told.Role})
			}
		}
	}
	for i := range list {
		if len(list[i].Find) == 0 {
			list[i].Find = r.ways(list[i].Role)
		}
	}
	return slices.DeleteFunc(list, func(t eventtypes.Told) bool { return len(t.Find) == 0 })
}

// ways are all in which the catalogue finds a role and this type can.
func (r *rule) ways(role eventtypes.Role) []eventtypes.Path {
	var ways []eventtypes.Path
	for _, t := range eventtypes.Catalogue() {
		for _, told := range t.Told {
			if told.Role != role {
				continue
			}
			for _, p := range told.Find {
				if !p.Guest && (p.Field == "" || r.typ.Payload.Has(p.Field)) && !slices.Contains(ways, p) {
					ways = append(ways, p)
				}
			}
		}
	}
	return ways
}
