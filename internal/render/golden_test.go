package render_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/internal/sms"
)

// TestGoldens holds every message of the catalogue against testdata/golden: an archive a
// type, a file an audience, channel and language.
func TestGoldens(t *testing.T) {
	s := load(t)
	archives := map[string]string{}
	for _, a := range render.Audiences() {
		name := string(a.Type.Name)
		if archives[name] == "" {
			archives[name] = a.Type.About + "\n"
		}
		archives[name] += goldens(t, s, a)
	}
	for name, archive := range archives {
		compare(t, name+".txtar", archive)
	}
	if files, _ := filepath.Glob("testdata/golden/*.txtar"); len(files) != len(archives) {
		t.Errorf("found %d goldens for %d types", len(files), len(archives))
	}
}

// TestGoldenLayout holds the whole of one email, whose layout all others share.
func TestGoldenLayout(t *testing.T) {
	s := loadInviting(t)
	for _, file := range []string{"layout.html", "layout.txt"} {
		m := message(t, s, "order.created", "buyer", notify.Email, "sr-Latn")
		body := m.HTML
		if filepath.Ext(file) == ".txt" {
			body = m.Text
		}
		compare(t, file, body)
	}
}

func message(t testing.TB, s *render.Set, typ, role string, ch notify.Channel, locale string) notify.Message {
	t.Helper()
	typed, _ := eventtypes.Lookup(typ)
	sample, err := s.FindSample(typed, render.Typical)
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.RenderSample(typed, role, ch, locale, sample)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// goldens are an audience's messages in the txtar format.
func goldens(t *testing.T, s *render.Set, a render.Audience) string {
	t.Helper()
	var b strings.Builder
	for _, ch := range notify.Channels() {
		for _, locale := range s.Locales() {
			m := message(t, s, string(a.Type.Name), a.Role, ch, locale)
			fmt.Fprintf(&b, "-- %s %s %s --\n%s", a.Message, ch, locale, show(m))
		}
	}
	return b.String()
}

// show writes a message as people would look it over: an email without its layout.
func show(m notify.Message) string {
	var b bytes.Buffer
	line := func(label, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", label, value)
		}
	}
	line("Subject", m.Subject)
	line("Title", m.Title)
	line("Link", m.Link)
	for _, button := range m.Buttons {
		line("Button", button.Text+" → "+button.URL)
	}
	for _, a := range m.Attachments {
		line("Attachment", a.Name+", "+a.Type)
	}
	if m.Channel == notify.SMS {
		n, enc := sms.Count(m.Text)
		line("Segments", fmt.Sprintf("%d × %s", n, enc))
	}
	fmt.Fprintf(&b, "\n%s", strings.TrimRight(m.Text, "\n"))
	if m.Channel == notify.Email {
		b.WriteString("\n\n" + details(m.HTML))
	} else {
		b.WriteString(m.HTML)
	}
	return strings.TrimSpace(b.String()) + "\n"
}

// details is the part of an email that its page makes, without the inlined styles.
func details(html string) string {
	_, main, _ := strings.Cut(html, `class="main">`)
	main, _, _ = strings.Cut(main, `class="why"`)
	for {
		before, rest, ok := strings.Cut(main, ` style="`)
		if !ok {
			break
		}
		_, after, _ := strings.Cut(rest, `"`)
		main = before + after
	}
	lines := strings.FieldsFunc(main, func(r rune) bool { return r == '\n' })
	return strings.Join(lines[:len(lines)-1], "\n")
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", file)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s differs; if that is wanted, run go test -update (-want +got):\n%s", file, diff)
	}
}

// TestTheLockIsUpToDate writes the lock with -update: whoever does that says that all
// translations have been looked over.
func TestTheLockIsUpToDate(t *testing.T) {
	s := load(t)
	if *update {
		lock := s.Stamp("sr-Latn")
		for _, locale := range []string{"sr-Cyrl", "ru"} {
			lock = append(lock, lines(s.Stamp(locale), locale)...)
		}
		if err := os.WriteFile("../../locales/source.lock", lock, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, c := range s.Coverage() {
		if c.Percent() != 100 || len(c.Stale) > 0 {
			t.Errorf("%s: %d%%, missing %v, stale %v", c.Locale, c.Percent(), c.Missing, c.Stale)
		}
	}
}

// lines are a lock's lines of one language.
func lines(lock []byte, locale string) (out []byte) {
	for line := range bytes.Lines(lock) {
		if bytes.HasPrefix(line, []byte(locale+" ")) {
			out = append(out, line...)
		}
	}
	return out
}
