package render

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"github.com/vondi-global/notifications/internal/notify"
)

func TestMoney(t *testing.T) {
	for _, c := range []struct {
		locale     string
		hundredths int64
		want       string
	}{
		{SerbianLatin, 599000, "5.990 RSD"},
		{SerbianLatin, 599050, "5.990,50 RSD"},
		{SerbianCyrillic, 599005, "5.990,05 RSD"},
		{Russian, 599000, "5 990 RSD"},
		{Russian, 123456789, "1 234 567,89 RSD"},
		{English, 599000, "RSD 5,990"},
		{English, 599050, "RSD 5,990.50"},
		{English, 99, "RSD 0.99"},
		{SerbianLatin, 0, "0 RSD"},
		{SerbianLatin, 100, "1 RSD"},
		{SerbianLatin, -599000, "−5.990 RSD"},
		{SerbianLatin, 100000000, "1.000.000 RSD"},
	} {
		got := styleOf(c.locale).money(c.hundredths, "RSD")
		if strings.Contains(got, " ") {
			t.Errorf("%s: %q may break at a plain space", c.locale, got)
		}
		if got = plainSpaces(got); got != c.want {
			t.Errorf("%s: got %q, want %q", c.locale, got, c.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{styleOf(SerbianLatin).integer(9999), "9999"},
		{styleOf(SerbianLatin).integer(12345), "12.345"},
		{styleOf(English).integer(12345), "12,345"},
		{styleOf(SerbianLatin).number(92), "92"},
		{styleOf(SerbianLatin).number(92.54), "92,5"},
		{styleOf(English).number(92.5), "92.5"},
		{plainSpaces(phone("+381631234567")), "+381 63 123 4567"},
		{plainSpaces(phone("+79161234567")), "+7 916 123 4567"},
		{plainSpaces(phone("+4915112345678")), "+49 151 123 456 78"},
		{phone("063/123-4567"), "063/123-4567"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestMoments(t *testing.T) {
	near := map[string]*nearDays{
		SerbianLatin: {"juče", "danas", "sutra", "{{.day}} u {{.time}}"},
		Russian:      {"вчера", "сегодня", "завтра", "{{.day}} в {{.time}}"},
		English:      {"yesterday", "today", "tomorrow", "{{.day}} at {{.time}}"},
	}
	known := new(zones)
	read := time.Date(2026, 11, 24, 22, 30, 0, 0, time.UTC) // 23:30 in Belgrade
	for _, c := range []struct {
		locale, zone, at, want string
	}{
		{SerbianLatin, "", "2026-11-24T22:45:00Z", "danas u 23:45"},
		{SerbianLatin, "", "2026-11-24T23:15:00Z", "sutra u 00:15"},
		{SerbianLatin, "Europe/London", "2026-11-24T23:15:00Z", "danas u 23:15"},
		{SerbianLatin, "", "2026-11-23T10:00:00Z", "juče u 11:00"},
		{SerbianLatin, "", "2026-12-25T10:00:00Z", "25. decembra u 11:00"},
		{SerbianLatin, "", "2027-07-01T10:00:00Z", "1. jula 2027. u 12:00"},
		{SerbianLatin, "", "2026-12-25T00:00:00Z", "25. decembra"},
		{SerbianLatin, "", "2026-12-24T23:00:00Z", "25. decembra"},
		{Russian, "", "2026-12-25T10:00:00Z", "25 декабря в 11:00"},
		{Russian, "Europe/Moscow", "2026-11-25T10:00:00Z", "сегодня в 13:00"},
		{English, "", "2027-01-12T09:00:00Z", "12 January 2027 at 10:00"},
		{English, "Nowhere/Land", "2026-11-25T09:00:00Z", "tomorrow at 10:00"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		k := clock{style: styleOf(c.locale), zone: known.of(c.zone), now: read, near: near[c.locale]}
		if got := plainSpaces(k.moment(at)); got != c.want {
			t.Errorf("%s %s %s: got %q, want %q", c.locale, c.zone, c.at, got, c.want)
		}
	}
}

func TestMomentsInAnSMS(t *testing.T) {
	at := time.Date(2026, 12, 5, 10, 0, 0, 0, time.UTC)
	for locale, want := range map[string]string{
		SerbianLatin: "5.12. 11:00", SerbianCyrillic: "5.12. 11:00", Russian: "5.12 11:00", English: "5 Dec 11:00",
	} {
		k := clock{style: styleOf(locale), zone: new(zones).of(Home), now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC), short: true}
		if got := k.moment(at); got != want {
			t.Errorf("%s: got %q, want %q", locale, got, want)
		}
	}
}

func TestADayOf23HoursIsOne(t *testing.T) {
	home := new(zones).of(Home)
	before := time.Date(2026, 3, 28, 12, 0, 0, 0, home)
	if n := daysBetween(before, time.Date(2026, 3, 29, 12, 0, 0, 0, home)); n != 1 {
		t.Errorf("got %d days over the change to summer time", n)
	}
}

func TestLocale(t *testing.T) {
	for tag, want := range map[string]string{
		"": SerbianLatin, "sr": SerbianLatin, "sr-RS": SerbianLatin, "sr-Latn": SerbianLatin, "sr_Latn_RS": SerbianLatin,
		"sr-Cyrl": SerbianCyrillic, "sr-Cyrl-RS": SerbianCyrillic, "SR-CYRL": SerbianCyrillic,
		"hr": SerbianLatin, "bs-BA": SerbianLatin, "cnr": SerbianLatin, "sh": SerbianLatin, "sr-ME": SerbianLatin,
		"ru-RU": Russian, "uk": Russian, "be": Russian, "en-GB": English, "de": English, "mk": English, "zz": English,
	} {
		if got := Locale(tag); got != want {
			t.Errorf("%q: got %s, want %s", tag, got, want)
		}
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"Lonac Zepter 3 l":              "Lonac Zepter 3 l",
		"  two \r\n lines\t":            "two lines",
		"a\u202egnp.exe\u2066b\u200b":   "agnp.exeb",
		"\x00\x1b[31mred":               "[31mred",
		"bad \xff\xfe utf8":             "bad utf8",
		"👩‍👩‍👧‍👦 family":                "👩‍👩‍👧‍👦 family",
		"Šporet na drva":                "Šporet na drva",
		"5.990\u00a0RSD":                "5.990\u00a0RSD",
		"\ufeffmark":                    "mark",
		"":                              "",
		" ":                             "",
		"line\u2028separator\u2029next": "line separator next",
	} {
		if got := clean(in, 100); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCutAtAGrapheme(t *testing.T) {
	for _, c := range []struct {
		in    string
		limit int
		want  string
	}{
		{"short", 10, "short"},
		{"exactly ten", 11, "exactly ten"},
		{"cut after a word, please", 16, "cut after a wor…"},
		{"ends, here", 6, "ends…"},
		{"👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 12, "👩‍👩‍👧‍👦…"},
		{"👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 11, "…"},
		{"e\u0301e\u0301e\u0301", 4, "e\u0301…"},
		{"a" + strings.Repeat("\u0301", 5000), 10, "…"},
	} {
		got := cut(c.in, c.limit)
		if got != c.want || units(got) > c.limit {
			t.Errorf("cut(%q, %d) = %q, want %q", notify.Printable(c.in, 40), c.limit, notify.Printable(got, 40), c.want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("Šporet na drva 👩‍👩‍👧‍👦", 10)
	f.Add("\r\n\u202e\xff<b>", 3)
	f.Add(strings.Repeat("Ж\u0301", 4000), 78)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		if limit < 1 || limit > 4096 {
			limit = 60
		}
		got := clean(s, limit)
		switch {
		case !utf8.ValidString(got):
			t.Fatalf("%q is no UTF-8", got)
		case units(got) > limit:
			t.Fatalf("%d units, want at most %d", units(got), limit)
		case strings.ContainsAny(got, "\r\n\x00\u202e\u2066"):
			t.Fatalf("%q steers", got)
		case clean(got, limit) != got:
			t.Fatalf("cleaning %q again gives %q", got, clean(got, limit))
		case uniseg.GraphemeClusterCount(got) > uniseg.GraphemeClusterCount(s)+1:
			t.Fatalf("%q has more graphemes than %q", got, s)
		}
	})
}

func TestOnePeriod(t *testing.T) {
	for in, want := range map[string]string{
		"Stiže: 25.12..": "Stiže: 25.12.", "Wait...": "Wait...", "a.. b..": "a. b.", "plain.": "plain.", "sold out.. Again": "sold out. Again",
	} {
		if got := onePeriod(in); got != want {
			t.Errorf("onePeriod(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTelegramHTML(t *testing.T) {
	n, wrongs := telegramHTML(`<b>Porudžbina</b> &#34;x&#34; <a href="https://p.rs/?a=1&amp;b=2">prati</a> 😀`)
	if n != 23 || len(wrongs) != 0 {
		t.Errorf("got %d units, %v", n, wrongs)
	}
	for _, bad := range []string{
		"<p>x</p>", "x<br/>", "a&nbsp;b", "<b>y<i>z</b></i>", `<a href="https://x" target="_blank">q</a>`, "<b>open", "<!-- note -->x", "</b>",
	} {
		if _, wrongs := telegramHTML(bad); len(wrongs) == 0 {
			t.Errorf("%q: found nothing wrong", bad)
		}
	}
}

func TestInlining(t *testing.T) {
	rest, s, err := takeSheet(`<style>td{a:1} .x, p.y { b: 2; } @media (max-width:480px) { .x { c: 3 } }</style><td class="x">`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.inline(rest + `<table>{{range .Items}}<tr><td class="x z">{{.}}</td></tr>{{end}}</table><p class="y" id="1">{{mso "<td>"}}`)
	want := "<style>\n@media (max-width:480px) {.x { c: 3 }}\n</style>" + `<td style="a:1;b: 2" class="x">` +
		`<table>{{range .Items}}<tr><td style="a:1;b: 2" class="x z">{{.}}</td></tr>{{end}}</table><p style="b: 2" class="y" id="1">{{mso "<td>"}}`
	if err != nil || got != want {
		t.Errorf("got  %s\nwant %s\n%v", got, want, err)
	}
	for name, src := range map[string]string{
		"an action between attributes": `<td {{if .X}}class="a"{{end}}>`,
		"an action in class":           `<td class="{{.X}}">`,
		"two styles":                   `<td class="x" style="d:4">`,
	} {
		if _, err := s.inline(src); err == nil {
			t.Errorf("%s: found nothing wrong", name)
		}
	}
	for _, css := range []string{".a .b{c:d}", "#id{a:b}", ".a{b:c", "a:hover{b:c}"} {
		if _, _, err := takeSheet("<style>" + css + "</style>"); err == nil {
			t.Errorf("%s: found nothing wrong", css)
		}
	}
}

func TestIDLines(t *testing.T) {
	got := idLines("# c\n[a.b]\nx = \"1\"\n\n[a.b.y]\none = \"\"\"\n[not.this]\n\"\"\"\nother = \"2\"\n")
	for id, want := range map[string]int{"a.b": 2, "a.b.x": 3, "a.b.y": 5, "a.b.y.one": 6, "a.b.y.other": 9} {
		if got[id] != want {
			t.Errorf("%s: got line %d, want %d", id, got[id], want)
		}
	}
	if got["not.this"] != 0 {
		t.Error("took a line inside a text for a table")
	}
}
