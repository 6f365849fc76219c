package packed

import (
	"testing"
	"time"
)

func TestWhatIsWrittenIsRead(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 6_000_000, time.UTC)
	var w Writer
	w.Text("one", "", "Ђорђе")
	w.Int(-42)
	w.Time(at)
	w.Time(time.Time{})
	r := Read(append(w, "rest"...))
	var a, b, c string
	r.Text(&a, &b, &c)
	n, then, never := r.Int(), r.Time(), r.Time()
	rest, ok := r.Rest()
	if a != "one" || b != "" || c != "Ђорђе" || n != -42 || !then.Equal(at) || !never.IsZero() || string(rest) != "rest" || !ok {
		t.Errorf("read %q %q %q %d %s %s %q %t", a, b, c, n, then, never, rest, ok)
	}
}

// FuzzReader: whatever the bytes, reading ends without a panic, and a broken record says so.
func FuzzReader(f *testing.F) {
	f.Add([]byte{3, 'o', 'n', 'e', 2})
	f.Add([]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		r := Read(b)
		var s string
		r.Text(&s)
		_ = r.Int()
		_ = r.Time()
		if rest, ok := r.Rest(); ok && len(rest)+len(s) > len(b) {
			t.Errorf("%d bytes gave %d", len(b), len(rest)+len(s))
		}
	})
}
