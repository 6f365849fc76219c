package translations_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/internal/translations"
)

// texts have everything that a file has to keep.
var texts = []render.Text{
	{ID: "order.created.title", Source: `He said "{{.x}}" \n`, Said: "Он сказал «{{.x}}», \\ \"так\""},
	{ID: "order.created.body", Form: "one", Source: "one", Said: "a,b;c\td\ne"},
	{ID: "order.created.body", Form: "few", Source: "others"},
}

func TestWhatGoesOutComesBack(t *testing.T) {
	for _, f := range []translations.Format{translations.CSV, translations.PO} {
		var b bytes.Buffer
		if err := f.Write(&b, "ru", texts); err != nil {
			t.Fatal(err)
		}
		got, err := f.Read(&b)
		if diff := cmp.Diff(texts, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", f, err, diff)
		}
	}
}

func TestWhatOthersMakeOfFiles(t *testing.T) {
	want := []render.Text{{ID: "a.b", Form: "one", Source: "x", Said: "y z"}}
	for name, c := range map[string]struct {
		format translations.Format
		file   string
	}{
		"columns in another order, as Excel saves them": {translations.CSV, "\ufefftext,note,id,form,source\r\ny z,?,a.b,one,x\r\n"},
		"lines broken, comments, no empty line":         {translations.PO, "# by Ana\n#: x.go:1\nmsgctxt \"a.b|one\"\nmsgid \"x\"\nmsgstr \"\"\n\"y \"\n\"z\""},
	} {
		got, err := c.format.Read(strings.NewReader(c.file))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

func TestAFuzzyEntryIsNobodysWord(t *testing.T) {
	got, err := translations.PO.Read(strings.NewReader("#, fuzzy\nmsgctxt \"a.b\"\nmsgid \"x\"\nmsgstr \"y\"\n"))
	if err != nil || len(got) != 1 || got[0].Said != "" {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestBrokenFilesNameTheLine(t *testing.T) {
	for file, want := range map[string]string{
		"id,text\na,b\n":                      `line 1: found no column "source"`,
		"":                                    "line 1: found no line of columns",
		"id,source,text\n\"a,b\n":             "line 2",
		"msgctxt \"a\"\nmsgid_plural \"x\"\n": "line 2: found \"msgid_plural\"",
		"msgctxt \"a\"\nmsgid x\n":            "line 2: found a text that isn't in quotes",
	} {
		format := translations.CSV
		if strings.HasPrefix(file, "msg") {
			format = translations.PO
		}
		if _, err := format.Read(strings.NewReader(file)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", file, err, want)
		}
	}
}

func TestTheLocaleFileKeepsItsShape(t *testing.T) {
	const before = `# Ours.
[order.created]
subject = "old"   # kept in its line
title   = "x"

[order.created.body]
description = "count: n"
one   = "old"
other = "o"

[order.shipped]
title = "not this"
`
	const want = `# Ours.
[order.created]
subject = "new \"one\""
title   = "x"
short = "s"

[order.created.body]
description = "count: n"
one   = "{{.n}}"
other = "o"
few = "f"

[order.shipped]
title = "not this"

[order.lost.body]
description = "count: m"
one = "1"
`
	got := translations.Into(before, []render.Text{
		{ID: "order.created.subject", Said: `new "one"`},
		{ID: "order.created.short", Said: "s"},
		{ID: "order.created.title"},
		{ID: "order.created.body", Form: "one", Count: "n", Said: "{{.n}}"},
		{ID: "order.created.body", Form: "few", Count: "n", Said: "f"},
		{ID: "order.lost.body", Form: "one", Count: "m", Said: "1"},
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPseudoKeepsActions(t *testing.T) {
	for in, want := range map[string]string{
		"Order {{.order}} is on{{with .a}} it {{.}}{{end}}": "[Ördér {{.order}} íš öñ{{with .a}} ít {{.}}{{end}}~~~~~~]",
		"{{.order}}": "[{{.order}}]", "{{": "[{{~]",
	} {
		if got := translations.Pseudo(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("id,form,source,text\na,one,x,y\n")
	f.Add("#, fuzzy\nmsgctxt \"a|one\"\nmsgid \"x\\n\"\nmsgstr \"\"\n\"y\"\n")
	f.Fuzz(func(t *testing.T, file string) {
		for _, format := range []translations.Format{translations.CSV, translations.PO} {
			texts, err := format.Read(strings.NewReader(file))
			if err != nil {
				continue
			}
			for _, x := range texts {
				if x.ID == "" && format == translations.PO {
					t.Error("an entry without an id")
				}
			}
		}
	})
}
