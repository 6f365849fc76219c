package render

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// ErrNoWords says that nothing is written for a message.
var ErrNoWords = errors.New("no words")

// Set is everything that authors own, loaded as a whole. It is read only.
type Set struct {
	brand   Brand
	version string
	words   map[string]*words // by tag
	voices  map[voiceKey]*voice
	dresses map[dressKey]*dress
	sources *sources
	pages   map[string]*pages // by tag
	shapes  shapes
	zones   zones
	lock    []byte // locales/source.lock: which English the translations were made of
}

// Load reads and compiles templates and locales. Its errors name the file, the line where
// it is known, and what is wrong; what can be loaded may still be wrong: see [Lint].
func Load(templates, locales fs.FS, brand Brand) (*Set, error) {
	if brand.Currency == "" {
		brand.Currency = "RSD"
	}
	if err := brand.check("brand"); err != nil {
		return nil, err
	}
	all, err := loadWords(locales)
	if err != nil {
		return nil, err
	}
	src, err := loadSources(templates)
	if err != nil {
		return nil, err
	}
	p := map[string]*pages{}
	for tag, w := range all {
		if p[tag], err = newPages(src, w); err != nil {
			return nil, err
		}
	}
	d, err := dresses(all, brand, p)
	if err != nil {
		return nil, err
	}
	v, err := voices(all, messages())
	if err != nil {
		return nil, err
	}
	sum := fingerprint(templates, locales)
	s := &Set{brand: brand, version: hex.EncodeToString(sum[:4]), words: all, voices: v, dresses: d, sources: src, pages: p, shapes: readShapes()}
	if err := s.readUses(); err != nil {
		return nil, err
	}
	if s.lock, err = fs.ReadFile(locales, lockFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("locales/%s: %w", lockFile, err)
	}
	return s, nil
}

// Version tells one set of files from another: the beginning of a hash of their names and
// contents. The delivery log has it, so that one can say which words somebody got.
func (s *Set) Version() string { return s.version }

// Audience is a type's readers with what is written for them.
type Audience struct {
	Type     *eventtypes.Type
	Role     string
	Message  string           // key of the words
	Channels []notify.Channel // by which the catalogue tells them; empty: a silent type
}

// Audiences lists all of them, in the catalogue's order. A silent type has one, without
// channels: an operator may give it some.
func Audiences() []Audience {
	var list []Audience
	for _, t := range eventtypes.Catalogue() {
		for _, told := range t.Told {
			role := string(told.Role)
			list = append(list, Audience{Type: t, Role: role, Message: t.Words(role), Channels: told.Channels})
		}
		if len(t.Told) == 0 {
			list = append(list, Audience{Type: t, Message: string(t.Name)})
		}
	}
	return list
}

func messages() []string {
	var keys []string
	for _, a := range Audiences() {
		keys = append(keys, a.Message)
	}
	return keys
}

// Locales lists the languages of the set, the platform's first.
func (s *Set) Locales() []string {
	var list []string
	for _, tag := range Locales() {
		if s.words[tag] != nil {
			list = append(list, tag)
		}
	}
	return list
}

// Storefront is a storefront with a brand of its own; the marketplace itself has no id.
type Storefront struct{ ID, Name string }

// Storefronts lists the marketplace and the storefronts that have a brand of their own.
func (s *Set) Storefronts() []Storefront {
	list := []Storefront{{"", s.brand.Name}}
	for _, id := range slices.Sorted(maps.Keys(s.brand.Storefronts)) {
		list = append(list, Storefront{id, s.brand.Storefronts[id].over(s.brand).Name})
	}
	return list
}

// locale returns the set's language for a tag.
func (s *Set) locale(tag string) string {
	if s.words[tag] != nil {
		return tag
	}
	return Locale(tag)
}

// voice finds the words of a message: its own, else the type's first audience's.
func (s *Set) voice(locale, message, typ string, ch notify.Channel) (*voice, error) {
	for _, tag := range chain(locale) {
		for _, key := range []string{message, typ} {
			if v := s.voices[voiceKey{tag, key, ch}]; v != nil {
				return v, nil
			}
		}
	}
	return nil, fmt.Errorf("%w: %s by %s: want them in locales/%s.toml", ErrNoWords, message, ch, English)
}

// dress returns the brand in which an event's messages are dressed.
func (s *Set) dress(locale string, p payload) *dress {
	if len(s.brand.Storefronts) > 0 {
		if d := s.dresses[dressKey{locale, p.extra("storefront_id")}]; d != nil {
			return d
		}
	}
	return s.dresses[dressKey{locale, ""}]
}
