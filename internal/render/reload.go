package render

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/notify"
)

// Watcher keeps a renderer up to date with mounted directories. A set is taken as a whole
// and only without errors: a bad one is refused with its findings, and the old one stays.
type Watcher struct {
	Templates fs.FS    // what [Load] reads
	Locales   fs.FS    //
	Dirs      []string // the directories behind them, for the notices of the system; those built in have none
	Brand     Brand
	Renderer  *Renderer
	Every     time.Duration // how often contents are compared, should no notice come; 0: 5 s
	Anyway    bool          // take sets with errors too, as long as they can be read: for authors, who want to see them
	Log       zerolog.Logger

	mu   sync.Mutex // one reload at a time: a signal may come while a change is being read
	seen [sha256.Size]byte
}

// settle is how long a directory has to be quiet: writers write several files.
const settle = 300 * time.Millisecond

// Load reads the first set, for [New]. It goes through the watcher so that no change between
// it and Run is missed.
func (w *Watcher) Load() (*Set, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = fingerprint(w.Templates, w.Locales)
	return Load(w.Templates, w.Locales, w.Brand)
}

// Run watches until ctx ends. It returns an error only where it can't begin.
func (w *Watcher) Run(ctx context.Context) error {
	notices, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watching templates: %w", err)
	}
	defer notices.Close() // there is nothing to lose in it
	w.follow(notices)
	poll := time.NewTicker(cmp.Or(w.Every, 5*time.Second))
	defer poll.Stop()
	quiet := time.NewTimer(settle) // at once: no notice tells of what changed since Load
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-notices.Events:
			quiet.Reset(settle)
		case err := <-notices.Errors:
			w.Log.Warn().Err(err).Msg("Watching templates: some notices were lost; contents are compared instead")
		case <-quiet.C:
			w.follow(notices) // a swap puts new directories in place of the watched ones
			w.reloadChanged()
		case <-poll.C:
			w.reloadChanged()
		}
	}
}

// follow watches directories, never files: a ConfigMap is swapped by one link, after which
// the watch of a file is silent for ever. Notices don't come from below: folders are
// watched on their own.
func (w *Watcher) follow(notices *fsnotify.Watcher) {
	for _, dir := range w.Dirs {
		_ = notices.Add(dir)
		for _, ch := range notify.Channels() {
			_ = notices.Add(filepath.Join(dir, string(ch))) // where it isn't, the contents are compared
		}
	}
}

func (w *Watcher) reloadChanged() {
	w.mu.Lock()
	changed := fingerprint(w.Templates, w.Locales) != w.seen
	w.mu.Unlock()
	if changed {
		w.Reload()
	}
}

// Reload reads the directories now, whether they changed or not: for SIGHUP. It returns
// what is wrong; the set was taken if none of it is an error.
func (w *Watcher) Reload() []Finding {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = fingerprint(w.Templates, w.Locales)
	s, findings := w.read()
	bad := Errors(findings)
	taken := len(bad) == 0 || w.Anyway && s != nil
	if taken {
		w.Renderer.Swap(s)
		w.Log.Info().Str("version", s.Version()).Int("remarks", len(findings)).Msg("Templates and locales reloaded")
	} else {
		w.Log.Error().Int("findings", len(bad)).Str("first", bad[0].String()).Msg("Templates and locales refused: the old ones stay")
	}
	if o := w.Renderer.Observer; o != nil {
		o.Reloaded(taken, findings)
	}
	return findings
}

// Rebrand takes another brand, with everything read again.
func (w *Watcher) Rebrand(b Brand) []Finding {
	w.mu.Lock()
	w.Brand = b
	w.mu.Unlock()
	return w.Reload()
}

// read loads and lints. A set that panics a template is as bad as one that can't be read.
func (w *Watcher) read() (s *Set, findings []Finding) {
	defer func() {
		if r := recover(); r != nil {
			findings = []Finding{{File: "templates", What: fmt.Sprintf("panicked: %v", r)}}
		}
	}()
	s, err := Load(w.Templates, w.Locales, w.Brand)
	if err != nil {
		return nil, []Finding{{File: "templates and locales", What: err.Error()}}
	}
	return s, Lint(s)
}

// fingerprint is a hash of all names and contents. A file that vanishes meanwhile changes
// it once more when it is back.
func fingerprint(templates, locales fs.FS) (sum [sha256.Size]byte) {
	h := sha256.New()
	add := func(files fs.FS, dir string) {
		entries, err := fs.ReadDir(files, dir)
		if err != nil {
			return
		}
		for _, e := range entries {
			if src, err := fs.ReadFile(files, filepath.ToSlash(filepath.Join(dir, e.Name()))); err == nil {
				fmt.Fprintf(h, "%s/%s %d\n", dir, e.Name(), len(src))
				h.Write(src)
			}
		}
	}
	add(locales, ".")
	for _, ch := range notify.Channels() {
		add(templates, string(ch))
	}
	h.Sum(sum[:0])
	return sum
}
