package render

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// Lint says what is wrong with a set: with its words (lint_words.go), its templates
// (lint_pages.go), and with the messages that they make of every sample for every audience,
// by every channel, in every language (lint_messages.go). Findings are in the files' order.
func Lint(s *Set) []Finding {
	findings := slices.Concat(s.lintWords(), s.lintPages(), s.lintMessages())
	return sorted(findings)
}

// lintMessages makes every message that the set can make, and looks at it.
func (s *Set) lintMessages() []Finding {
	r := New(s)
	r.Now = func() time.Time { return SampleTime }
	audiences := Audiences()
	found := make([][]Finding, len(audiences))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, a := range audiences {
		g.Go(func() error {
			found[i] = r.lintAudience(s, a)
			return nil
		})
	}
	_ = g.Wait() // nobody fails: what is wrong is a finding
	return slices.Concat(found...)
}

// lintAudience makes an audience's messages. A template that panics is a finding.
func (r *Renderer) lintAudience(s *Set, a Audience) (findings []Finding) {
	defer func() {
		if v := recover(); v != nil {
			findings = append(findings, Finding{File: "templates", What: wrong("%s panicked: %v", a.Message, v)})
		}
	}()
	for _, sample := range s.Samples(a.Type) {
		event := sampleEvent(a.Type, sample)
		_, _ = eventtypes.Check(&event) // once for all its messages; where it fails, each of them says so
		for _, locale := range s.Locales() {
			for _, ch := range notify.Channels() {
				c := check{set: s, audience: a, sample: sample.Name, locale: locale, channel: ch}
				m, err := r.render(s, sampleDelivery(a.Type, a.Role, ch, locale, event), sample.To, c.whole())
				c.message(m, err)
				findings = append(findings, c.findings...)
			}
		}
	}
	return findings
}

// Coverage is how much of the source a language says.
type Coverage struct {
	Locale     string   `json:"locale"`
	Texts      int      `json:"texts"`      // what the source has
	Translated int      `json:"translated"` // of it
	Missing    []string `json:"missing,omitempty"`
	Stale      []string `json:"stale,omitempty"` // words made of an older English
}

// Percent is the translated share, rounded down: 100 means all.
func (c Coverage) Percent() int { return c.Translated * 100 / max(c.Texts, 1) }

// Coverage counts each language against the source.
func (s *Set) Coverage() []Coverage {
	source := s.words[English]
	var list []Coverage
	for _, tag := range s.Locales() {
		c := Coverage{Locale: tag, Texts: len(source.texts), Stale: s.stale(tag)}
		for id := range source.texts {
			if s.words[tag].has(id) {
				c.Translated++
			} else {
				c.Missing = append(c.Missing, id)
			}
		}
		slices.Sort(c.Missing)
		list = append(list, c)
	}
	return list
}

// lintWords looks at the locale files.
func (s *Set) lintWords() (findings []Finding) {
	types := map[string]*eventtypes.Type{}
	for _, a := range Audiences() {
		types[a.Message] = a.Type
	}
	l := wordLint{set: s, source: s.words[English], types: types, shared: s.sources.shared()}
	for _, tag := range s.Locales() {
		l.words = s.words[tag]
		l.missing()
		for id := range l.words.texts {
			l.text(id)
		}
		for _, u := range s.stale(tag) {
			l.add(u, true, "%s was made of an older English text: look it over, then run notifyctl locales stamp", u)
		}
	}
	return l.findings
}

// line finds where words stand: at the id, at its table, else nowhere.
func (w *words) line(id string) int {
	for id != "" {
		if n, ok := w.lines[id]; ok {
			return n
		}
		id = id[:max(strings.LastIndexByte(id, '.'), 0)]
	}
	return 0
}

func fieldNames(t *eventtypes.Type) string {
	var names []string
	for _, f := range t.Payload.Fields() {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

// wrong writes a finding's text.
func wrong(format string, args ...any) string { return fmt.Sprintf(format, args...) }
