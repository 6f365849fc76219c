package sms_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/sms"
)

func TestCount(t *testing.T) {
	for name, c := range map[string]struct {
		text     string
		segments int
		enc      sms.Encoding
	}{
		"empty":                         {"", 1, sms.GSM7},
		"160 letters":                   {strings.Repeat("a", 160), 1, sms.GSM7},
		"161 letters":                   {strings.Repeat("a", 161), 2, sms.GSM7},
		"306 letters":                   {strings.Repeat("a", 306), 2, sms.GSM7},
		"307 letters":                   {strings.Repeat("a", 307), 3, sms.GSM7},
		"80 euro signs":                 {strings.Repeat("€", 80), 1, sms.GSM7},
		"an escape pair never splits":   {strings.Repeat("€", 153), 3, sms.GSM7},
		"70 letters with marks":         {strings.Repeat("č", 70), 1, sms.UCS2},
		"71 letters with marks":         {strings.Repeat("č", 71), 2, sms.UCS2},
		"135 letters with marks":        {strings.Repeat("č", 135), 3, sms.UCS2},
		"35 emoji":                      {strings.Repeat("😀", 35), 1, sms.UCS2},
		"a surrogate pair never splits": {strings.Repeat("😀", 67), 3, sms.UCS2},
		"a no-break space costs dear":   {"5.990\u00a0RSD", 1, sms.UCS2},
		"the escape itself is no text":  {"\x1b", 1, sms.UCS2},
	} {
		t.Run(name, func(t *testing.T) {
			n, enc := sms.Count(c.text)
			if n != c.segments || enc != c.enc {
				t.Errorf("got %d segments of %s, want %d of %s", n, enc, c.segments, c.enc)
			}
		})
	}
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"Vaša porudžbina od 5.990\u00a0RSD je poslata – „Čarape“…": `Vasa porudzbina od 5.990 RSD je poslata - "Carape"...`,
		"Ђорђе Његош":          "Djordje Njegos",
		"Đorđe":                "Djordje",
		"Щукина Юлия":          "Scukina Julija",
		"Łukasz Żółć":          "Lukasz Zolc",
		"plain":                "plain",
		"\u202eevil\u200b":     "evil",
		"Zoë Müller, 5 € [ok]": "Zoe Müller, 5 € [ok]",
		"李雷":                   "李雷",

		"Ana 👩‍👩‍👧‍👦 🇷🇸 !": "Ana   !",
	} {
		if got := sms.Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLatin(t *testing.T) {
	for in, want := range map[string]string{
		"Љубав": "Ljubav", "ЉУБАВ": "LJUBAV", "ЏАК Џак": "DŽAK Džak", "КОЊ": "KONJ", "КОЊ!": "KONJ!",
		"Ђорђе": "Đorđe", "Šabac": "Šabac", "Љ": "Lj",
	} {
		if got := sms.Latin(in); got != want {
			t.Errorf("Latin(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSegmentsOfALongText(t *testing.T) {
	parts, enc := sms.Segments(strings.Repeat("a", 153) + "€" + strings.Repeat("b", 151) + "€")
	want := []string{strings.Repeat("a", 153), "€" + strings.Repeat("b", 151), "€"}
	if diff := cmp.Diff(want, parts); diff != "" || enc != sms.GSM7 {
		t.Errorf("%s: %s", enc, diff)
	}
}

func FuzzSegments(f *testing.F) {
	f.Add("Vaša porudžbina")
	f.Add(strings.Repeat("😀", 100))
	f.Add(strings.Repeat("€", 200))
	f.Fuzz(func(t *testing.T, text string) {
		if again := sms.Fold(sms.Fold(text)); again != sms.Fold(text) {
			t.Fatalf("folding twice differs: %q", again)
		}
		text = strings.ToValidUTF8(text, "") // as texts are when they are sent
		parts, enc := sms.Segments(text)
		if strings.Join(parts, "") != text {
			t.Fatalf("joined parts differ from the text")
		}
		if n, e := sms.Count(text); n != len(parts) || e != enc {
			t.Fatalf("Count says %d %s, Segments %d %s", n, e, len(parts), enc)
		}
		for _, p := range parts {
			if n, _ := sms.Units(p); len(parts) > 1 && enc == sms.EncodingOf(p) && n > sms.Room(2, enc)/2 {
				t.Fatalf("a part of %d units", n)
			}
		}
	})
}

func BenchmarkCount(b *testing.B) {
	text := "Vasa porudzbina #1042 je poslata. Pratite je na https://vondi.rs/t/Ab3dE - hvala sto kupujete kod nas!"
	b.ReportAllocs()
	for b.Loop() {
		sms.Count(text)
	}
}

func BenchmarkFold(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		sms.Fold("Vaša porudžbina od 5.990\u00a0RSD je poslata – „Čarape“…")
	}
}
