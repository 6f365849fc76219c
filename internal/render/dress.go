package render

import "fmt"

// dress is a brand in one language: what a message says of its sender, said once when the
// set is loaded.
type dress struct {
	Brand    Brand
	T        map[string]string // [common] by key
	Farewell string
	Why      string
	Help     string
	Training string // title of the calendar entry

	pages map[string][]piece
}

type dressKey struct{ locale, storefront string }

// dresses makes them for all brands and languages. A language whose [common] has a gap has
// none: its emails speak another language as a whole.
func dresses(all map[string]*words, brand Brand) (map[dressKey]*dress, error) {
	m := map[dressKey]*dress{}
	for locale, w := range all {
		d, err := newDress(w, brand)
		if err != nil {
			return nil, err
		}
		m[dressKey{locale, ""}] = d
		for id, b := range brand.Storefronts {
			b = b.over(brand)
			if err := b.check(); err != nil {
				return nil, fmt.Errorf("storefront %s: %w", id, err)
			}
			if m[dressKey{locale, id}], err = newDress(w, b); err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}

func newDress(w *words, b Brand) (*dress, error) {
	d := &dress{Brand: b, T: w.common, pages: compilePaths(b)}
	values := map[string]any{"brand": b.Name, "support": b.Support}
	for key, s := range map[string]*string{
		"farewell": &d.Farewell, "why": &d.Why, "help": &d.Help, "calendar_title": &d.Training,
	} {
		if w.texts["common."+key] == nil {
			continue
		}
		var err error
		if *s, err = w.say(w.text("common."+key), values, nil); err != nil {
			return nil, err
		}
	}
	return d, nil
}
