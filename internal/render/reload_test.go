package render_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/locales"
	"github.com/vondi-global/notifications/templates"
)

// reloads takes what the watcher says.
type reloads chan reload

type reload struct {
	taken    bool
	findings []render.Finding
}

func (reloads) FellBack(string, string, string) {}
func (r reloads) Reloaded(taken bool, findings []render.Finding) {
	r <- reload{taken, findings}
}

func (r reloads) next(t *testing.T) reload {
	t.Helper()
	select {
	case got := <-r:
		return got
	case <-time.After(30 * time.Second):
		t.Fatal("nothing was reloaded")
		return reload{}
	}
}

// mount is a directory as Kubernetes mounts a ConfigMap: names that lead through ..data,
// which is swapped.
type mount struct {
	dir     string
	version int
}

func (m *mount) write(t *testing.T, files fs.FS) {
	t.Helper()
	m.version++
	version := "..v" + string(rune('0'+m.version))
	if err := os.CopyFS(filepath.Join(m.dir, version), files); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(version, filepath.Join(m.dir, "..data_tmp")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(m.dir, "..data_tmp"), filepath.Join(m.dir, "..data")); err != nil {
		t.Fatal(err)
	}
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		_ = os.Symlink(filepath.Join("..data", e.Name()), filepath.Join(m.dir, e.Name())) // there already, after the first
	}
}

// watched runs a watcher over two mounts for the test's time.
func watched(t *testing.T, every time.Duration, notices bool) (r *render.Renderer, w *render.Watcher, words, shapes *mount, got reloads) {
	t.Helper()
	words, shapes, got = &mount{dir: t.TempDir()}, &mount{dir: t.TempDir()}, make(reloads, 8)
	words.write(t, locales.Files)
	shapes.write(t, templates.Files)
	w = &render.Watcher{Templates: os.DirFS(shapes.dir), Locales: os.DirFS(words.dir), Brand: render.DefaultBrand(), Every: every, Log: zerolog.Nop()}
	s, err := w.Load()
	if err != nil {
		t.Fatal(err)
	}
	r = renderer(s)
	r.Observer, w.Renderer = got, r
	if notices {
		w.Dirs = []string{shapes.dir, words.dir}
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- w.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return r, w, words, shapes, got
}

func subject(t *testing.T, r *render.Renderer) string {
	t.Helper()
	return mustRender(t, r, delivery(t, "order.delivered", notify.Email, "en"), notify.Contact{}).Subject
}

func TestASwappedConfigMapIsTaken(t *testing.T) {
	for name, notices := range map[string]bool{"by notice": true, "by content": false} {
		t.Run(name, func(t *testing.T) {
			every := time.Hour
			if !notices {
				every = 20 * time.Millisecond
			}
			r, _, words, shapes, got := watched(t, every, notices)
			for _, verb := range []string{"has come", "is here"} { // the second swap is the one that a watched file misses
				words.write(t, edited(t, locales.Files, "en.toml", `has arrived"`, verb+`"`))
				if re := got.next(t); !re.taken {
					t.Fatalf("refused: %v", render.Errors(re.findings))
				}
				if s := subject(t, r); !strings.Contains(s, verb) {
					t.Errorf("got %q, want %q in it", s, verb)
				}
			}
			shapes.write(t, edited(t, templates.Files, "email/layout.txt", "{{.Title}}", "** {{.Title}} **"))
			if re := got.next(t); !re.taken {
				t.Fatalf("refused: %v", render.Errors(re.findings))
			}
			m := mustRender(t, r, delivery(t, "order.delivered", notify.Email, "en"), notify.Contact{})
			if !strings.HasPrefix(m.Text, "** ") {
				t.Errorf("got %q", m.Text[:40])
			}
		})
	}
}

func TestABadSetIsRefusedAndTheOldOneStays(t *testing.T) {
	r, w, words, _, got := watched(t, time.Hour, true)
	for name, edit := range map[string][]string{
		"it can't be read":    {"en.toml", "[common]", "[common"},
		"the lint forbids it": {"en.toml", "has arrived", "has arrived {{.nothing}}"},
	} {
		words.write(t, edited(t, locales.Files, edit...))
		re := got.next(t)
		if re.taken || len(render.Errors(re.findings)) == 0 {
			t.Errorf("%s: it was taken", name)
		}
		if s := subject(t, r); s != "Your order ORD-2025-001 has arrived" && s != "Your order 12345 has arrived" {
			t.Errorf("%s: got %q", name, s)
		}
	}
	words.write(t, locales.Files)
	if re := got.next(t); !re.taken {
		t.Error("a good set wasn't taken after bad ones")
	}
	if findings := w.Reload(); len(findings) != 0 || !got.next(t).taken {
		t.Errorf("reload by signal: %v", findings)
	}
}

// TestNothingWaitsForAReload: messages are made with the old set until the new one is whole.
func TestNothingWaitsForAReload(t *testing.T) {
	r, w, words, _, got := watched(t, time.Hour, false)
	words.write(t, edited(t, locales.Files, "en.toml", `has arrived"`, `is here"`))
	done := make(chan struct{})
	go func() { defer close(done); w.Reload() }()
	before := 0
	for reloading := true; reloading; {
		select {
		case <-done:
			reloading = false
		default:
			if strings.Contains(subject(t, r), "has arrived") {
				before++
			}
		}
	}
	if before < 10 {
		t.Errorf("%d messages were made while the set was read", before)
	}
	if !got.next(t).taken || !strings.Contains(subject(t, r), "is here") {
		t.Error("the new set isn't taken")
	}
}
