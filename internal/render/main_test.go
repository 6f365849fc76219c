package render_test

import (
	"flag"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"go.uber.org/goleak"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/locales"
	"github.com/vondi-global/notifications/templates"
)

var update = flag.Bool("update", false, "write the goldens and the lock anew")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// load loads the set that is built in.
func load(t testing.TB) *render.Set {
	t.Helper()
	return loadFiles(t, templates.Files, locales.Files)
}

func loadFiles(t testing.TB, shapes, words fs.FS) *render.Set {
	t.Helper()
	s, err := render.Load(shapes, words, render.DefaultBrand())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// loadInviting loads it for a platform that has a bot.
func loadInviting(t testing.TB) *render.Set {
	t.Helper()
	brand := render.DefaultBrand()
	brand.Invitation = func(notify.Contact) string { return "https://t.me/vondi_bot?start=token" }
	s, err := render.Load(templates.Files, locales.Files, brand)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// edited copies files with replacements: path, old, new, and so on. An old text of "" stands
// for the whole file; a new text of "" with it drops the file.
func edited(t testing.TB, files fs.FS, edits ...string) fstest.MapFS {
	t.Helper()
	m := fstest.MapFS{}
	err := fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		src, err := fs.ReadFile(files, name)
		m[name] = &fstest.MapFile{Data: src}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for len(edits) > 0 {
		name, old, with := edits[0], edits[1], edits[2]
		edits = edits[3:]
		if old == "" {
			delete(m, name)
			if with != "" {
				m[name] = &fstest.MapFile{Data: []byte(with)}
			}
			continue
		}
		if m[name] == nil || !strings.Contains(string(m[name].Data), old) {
			t.Fatalf("%s doesn't have %q", name, old)
		}
		m[name] = &fstest.MapFile{Data: []byte(strings.Replace(string(m[name].Data), old, with, 1))}
	}
	return m
}

// now is when the tests' messages are read.
var now = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

func renderer(s *render.Set) *render.Renderer {
	r := render.New(s)
	r.Now = func() time.Time { return now }
	return r
}

// delivery is a delivery of a type's example to its first audience.
func delivery(t testing.TB, typ string, ch notify.Channel, locale string) notify.Delivery {
	t.Helper()
	typed, ok := eventtypes.Lookup(typ)
	if !ok {
		t.Fatalf("no type %s", typ)
	}
	return deliveryOf(t, typ, string(typed.Payload.Example()), ch, locale)
}

// deliveryOf is a delivery of a payload, decoded as the pipeline has it.
func deliveryOf(t testing.TB, typ, payload string, ch notify.Channel, locale string) notify.Delivery {
	t.Helper()
	e := notify.Event{ID: "evt-1", Type: typ, Time: now, Data: []byte(payload)}
	typed, err := eventtypes.Check(&e)
	if err != nil {
		t.Fatal(err)
	}
	d := notify.Delivery{ID: "d1", Event: e, Channel: ch, Locale: locale, Message: typ, Priority: typed.Priority}
	if len(typed.Told) > 0 {
		d.To = notify.Recipient{UserID: "890", Role: string(typed.Told[0].Role)}
	}
	return d
}

func mustRender(t testing.TB, r *render.Renderer, d notify.Delivery, c notify.Contact) notify.Message {
	t.Helper()
	m, err := r.Render(d, c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
