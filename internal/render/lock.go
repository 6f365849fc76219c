package render

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// lockFile says of which English each translation was made: a line for each language and
// words, with a hash of the English as it was then. It is go-i18n's hash field, kept apart
// so that the locale files hold nothing but words.
const lockFile = "source.lock"

// unit is what is translated at a time: the words of a message, [common], [values].
func unit(id string) string {
	table := id[:max(strings.LastIndexByte(id, '.'), 0)]
	if first, _, _ := strings.Cut(id, "."); first == "common" || first == "values" {
		return first
	}
	return table
}

// hashes returns a hash of each unit's texts.
func (w *words) hashes() map[string]string {
	sums := map[string]string{}
	ids := slices.Sorted(maps.Keys(w.texts))
	for len(ids) > 0 {
		u, h := unit(ids[0]), sha256.New()
		for len(ids) > 0 && unit(ids[0]) == u {
			m := w.texts[ids[0]]
			fmt.Fprintf(h, "%q %q %q %q %q\n", m.ID, m.One, m.Few, m.Many, m.Other)
			ids = ids[1:]
		}
		sums[u] = hex.EncodeToString(h.Sum(nil)[:4])
	}
	return sums
}

// locked reads the lock: hashes by "language words".
func (s *Set) locked() map[string]string {
	m := map[string]string{}
	lines := bufio.NewScanner(bytes.NewReader(s.lock))
	for lines.Scan() {
		if f := strings.Fields(lines.Text()); len(f) == 3 && !strings.HasPrefix(f[0], "#") {
			m[f[0]+" "+f[1]] = f[2]
		}
	}
	return m
}

// Stamp returns the lock as it is after somebody has looked the words over in a language;
// without words, all of them.
func (s *Set) Stamp(locale string, words ...string) []byte {
	lock := s.locked()
	now := s.words[English].hashes()
	for u, sum := range now {
		if len(words) == 0 || slices.Contains(words, u) {
			lock[locale+" "+u] = sum
		}
	}
	var b bytes.Buffer
	b.WriteString("# Which English each translation was made of. Written by notifyctl locales stamp.\n")
	for _, key := range slices.Sorted(maps.Keys(lock)) {
		if _, u, _ := strings.Cut(key, " "); now[u] != "" {
			fmt.Fprintf(&b, "%s %s\n", key, lock[key])
		}
	}
	return b.Bytes()
}

// stale lists the units of a language that were made of an older English.
func (s *Set) stale(locale string) []string {
	if locale == English {
		return nil
	}
	lock := s.locked()
	var old []string
	for u, sum := range s.words[English].hashes() {
		if was := lock[locale+" "+u]; was != "" && was != sum {
			old = append(old, u)
		}
	}
	slices.Sort(old)
	return old
}
