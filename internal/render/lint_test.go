package render_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/locales"
	"github.com/vondi-global/notifications/templates"
)

func TestTheBuiltInSetIsClean(t *testing.T) {
	start := time.Now()
	for _, f := range render.Lint(load(t)) {
		t.Error(f)
	}
	t.Logf("linted in %s", time.Since(start).Round(time.Millisecond))
}

// mistakes are edits of a file with what the lint says about them. They don't touch each
// other, so that one lint finds them all.
type mistake struct {
	file, old, with string
	want            string
	mild            bool
}

func TestLintFindsMistakesOfWords(t *testing.T) {
	findMistakes(t, []mistake{
		{file: "ru.toml", old: "[order.accepted]", with: "[order.agreed]", want: "locales/ru.toml: found no order.accepted.title, want it as locales/en.toml has it"},
		{file: "en.toml", old: "[order.processing]", with: "[order.proceeding]", want: "found no order.processing.short, want it: producers may ask for any channel"},
		{file: "en.toml", old: "has accepted order {{.order}} and", with: "has accepted order {{.oder}} and", want: "names {{.oder}}, which order.accepted doesn't carry: want one of order_id, buyer_id, order_number"},
		{file: "ru.toml", old: "[order.delivered]\nsubject = \"", with: "[order.delivered]\nsubject = \"{{.order_id}} ", want: "order.delivered.subject (other) names {{.order}}, {{.order_id}}, want the fields of locales/en.toml: {{.order}}"},
		{file: "en.toml", old: "{{with .carrier}} Carrier: {{.}}.{{end}}", with: " Carrier: {{.carrier}}.", want: "names {{.carrier}}, which may be absent: want {{with .carrier}}…{{.}}…{{end}}"},
		{file: "ru.toml", old: "[common.and_more]\ndescription = \"count: count\"\none = ", with: "[common.and_more]\ndescription = \"count: count\"\ntwo = ", want: `common.and_more lacks the plural form "one", want one, few, many, other`},
		{file: "en.toml", old: "[pvz.parcel.arrived.short]\ndescription = \"count: storage_days\"", with: "[pvz.parcel.arrived.short]\ndescription = \"count: pvz_code\"", want: `pvz.parcel.arrived.short counts "pvz_code", want a whole number of pvz.parcel.arrived`},
		{file: "en.toml", old: "[pvz.parcel.returned.body]\ndescription = \"count: days_stored\"\n", with: "[pvz.parcel.returned.body]\n", want: "has plural forms and doesn't say what it counts"},
		{file: "en.toml", old: `subject = "Your order {{.order}} has arrived"`, with: `subject = "` + strings.Repeat("Your order ", 8) + `{{.order}}"`, want: "want one line of at most 78"},
		{file: "sr-Latn.toml", old: "je kod vas. Ako nešto nije u redu, javite nam se.", with: "je kod vas. " + strings.Repeat("Ako nešto nije u redu, javite nam se. ", 4), want: "order.delivered.short with the typical sample: takes 2 SMS segments"},
		{file: "en.toml", old: `short = "Order {{.order}} is packed.`, with: `short = "Order {{.order}} is 李 packed.`, want: "a character that GSM-7 doesn't have"},
		{file: "en.toml", old: `title = "Order {{.order}} has arrived"`, with: `title = "Order {{.order}}\nhas arrived"`, want: "order.delivered.title has a line break"},
		{file: "en.toml", old: `title = "We've packed order`, with: `title = "We've  packed order`, want: "packing.completed.title has spaces too many", mild: true},
		{file: "en.toml", old: "[common]\n", with: "[common]\nbye = \"Bye\"\n", want: "found common.bye, which no message uses", mild: true},
		{file: "ru.toml", old: "[common]\n", with: "[common]\nciao = \"Пока\"\n", want: "found common.ciao, which locales/en.toml doesn't have", mild: true},
		{file: "ru.toml", old: "[pvz.parcel.arrived.body]\ndescription = \"count: storage_days\"", with: "[pvz.parcel.arrived.body]\ndescription = \"count: days\"", want: `pvz.parcel.arrived.body counts "days", want what locales/en.toml counts: "storage_days"`},
		{file: "en.toml", old: `button = "Secure your account"`, with: `button = "` + strings.Repeat("Secure your account ", 7) + `now"`, want: "found a button that Telegram doesn't take"},
		{file: "ru.toml", old: `damaged = "посылка повреждена"`, with: `damaged = "посылка {{повреждена"`, want: "values.reason.damaged can't be read"},
		{file: "en.toml", old: "We hope you like it!", with: "We hope that you like it!", want: "order.delivered was made of an older English text", mild: true},
	}, false)
}

func TestLintFindsMistakesOfTemplates(t *testing.T) {
	findMistakes(t, []mistake{
		{file: "telegram/default.html", old: "<b>{{.Title}}</b>", with: "<p>{{.Title}}</p>", want: "found <p>, want one of Telegram's tags"},
		{file: "email/layout.html", old: "{{.Farewell}}", with: `{{.Farewell}} <a href="http://vondi.rs">Vondi</a>`, want: "<a href> leads to something that is no https:// link"},
		{file: "email/_button.html", old: `{{define "button"}}`, with: `{{define "button"}}<script>1</script>`, want: "found <script>, want no active content"},
		{file: "email/franchise.training_scheduled.html", old: "<table", with: strings.Repeat("<br>much more", 10<<10) + "<table", want: "want at most 100: Gmail clips"},
		{file: "email/payment.completed.html", old: ".F.method", with: ".F.metod", want: "templates/email/payment.completed.html:2: names .F.metod, which payment.completed doesn't carry"},
		{file: "email/payment.refunded.html", old: ".T.method", with: ".T.way", want: "names .T.way, which [common] in locales/en.toml doesn't have"},
		{file: "email/order.created.html", old: `"items"`, with: `"itmes"`, want: "templates/email/order.created.html: order.created in "},
		{file: "email/order.creatd.html", with: `{{define "details"}}{{end}}`, want: `no message is called "order.creatd"`, mild: true},
		{file: "email/pvz.shift.ended.html", old: "<table ", with: `<table onclick="1" `, want: "found onclick on <table>, want no active content"},
		{file: "email/user.registered.html", old: "<h1 ", with: `<img src="data:image/png;base64,x"><h1 `, want: "<img src> leads to something that is no https:// link"},
		{file: "telegram/pvz.shift.ended.html", old: "{{.Body}}", with: "{{.Body}}" + strings.Repeat(" more", 1000), want: "characters, want at most 4096"},
		{file: "telegram/listing.price_changed.html", old: "<s>", with: `<s class="old">`, want: "found class on <s>, want no such attribute"},
		{file: "telegram/pvz.parcel.arrived.html", old: "</code>", with: "", want: "found no </code>, want each tag closed"},
		{file: "telegram/order.created.seller.html", old: "{{.Body}}", with: "{{.Body}}&nbsp;", want: "found &nbsp;, want the character itself"},
		{file: "push/order.shipped.txt", with: `{{define "title"}}{{end}}{{define "body"}}{{.Short}}{{end}}`, want: "order.shipped.title with the typical sample: found an empty title or text"},
		{file: "push/order.delivered.txt", with: `{{define "title"}}{{.Title}}{{end}}{{define "body"}}` + strings.Repeat("more ", 800) + `{{end}}`, want: "makes a push message of"},
		{file: "push/default.txt", old: "{{.Short}}", with: "{{.Shorter}}", want: "templates/push/default.txt: "},
	}, true)
}

func findMistakes(t *testing.T, mistakes []mistake, inTemplates bool) {
	t.Helper()
	var edits []string
	for _, m := range mistakes {
		edits = append(edits, m.file, m.old, m.with)
	}
	var shapes, words fs.FS = templates.Files, locales.Files
	if inTemplates {
		shapes = edited(t, shapes, edits...)
	} else {
		words = edited(t, words, edits...)
	}
	findings := render.Lint(loadFiles(t, shapes, words))
	for _, m := range mistakes {
		i := slices.IndexFunc(findings, func(f render.Finding) bool { return strings.Contains(f.String(), m.want) })
		if i < 0 {
			t.Errorf("%s: found nothing like %q", m.file, m.want)
		} else if findings[i].Mild != m.mild {
			t.Errorf("mild is %t: %s", findings[i].Mild, findings[i])
		}
	}
	if t.Failed() {
		for _, f := range findings[:min(len(findings), 60)] {
			t.Log(f)
		}
	}
}

func TestLoadSaysWhereASetIsBroken(t *testing.T) {
	for name, c := range map[string]struct {
		edits []string
		shape bool
		want  string
	}{
		"TOML":               {edits: []string{"ru.toml", "[common]", "[common"}, want: "locales/ru.toml: "},
		"a placeholder":      {edits: []string{"en.toml", "has accepted order {{.order}}", "has accepted order {{.order"}, want: "locales/en.toml:"},
		"no default":         {shape: true, edits: []string{"telegram/default.html", "", ""}, want: "templates/telegram/default.html: found no such file"},
		"no body":            {shape: true, edits: []string{"push/default.txt", "\"body\"", "\"boddy\""}, want: "templates/push/default.txt: found no"},
		"no folder":          {shape: true, edits: []string{"sms/default.txt", "", ""}, want: "templates/sms: "},
		"a shared text":      {edits: []string{"ru.toml", "{{.name}}!", "{{.name!"}, want: "locales/ru.toml:6: "},
		"a tag":              {edits: []string{"sr.toml", "", "a = \"b\""}, want: `found the tag "sr", want an exact one`},
		"an unknown tag":     {edits: []string{"klingon_x.toml", "", "a = \"b\""}, want: "want an exact one"},
		"no source":          {edits: []string{"en.toml", "", ""}, want: "found no en.toml"},
		"a template":         {shape: true, edits: []string{"email/layout.html", "{{.Subject}}", "{{.Subject"}, want: "templates/"},
		"a selector":         {shape: true, edits: []string{"email/layout.html", ".title {", ".main .title {"}, want: "found selector \".main .title\""},
		"an action in a tag": {shape: true, edits: []string{"email/order.created.html", "{{template", "<td {{if .Link}}x{{end}}>{{template"}, want: "templates/email/order.created.html: <td>"},
	} {
		t.Run(name, func(t *testing.T) {
			var shapes, words fs.FS = templates.Files, locales.Files
			if c.shape {
				shapes = edited(t, shapes, c.edits...)
			} else {
				words = edited(t, words, c.edits...)
			}
			_, err := render.Load(shapes, words, render.DefaultBrand())
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestCoverage(t *testing.T) {
	words := edited(t, locales.Files, "ru.toml", "unsubscribe = ", "unsubscribed = ", "en.toml", "We hope you like it!", "Enjoy!")
	for _, c := range loadFiles(t, templates.Files, words).Coverage() {
		missing, stale := 0, 0
		switch c.Locale {
		case "ru":
			missing, stale = 1, 1
		case "sr-Latn", "sr-Cyrl":
			stale = 1
		}
		if len(c.Missing) != missing || len(c.Stale) != stale || c.Translated != c.Texts-missing {
			t.Errorf("%s: %+v", c.Locale, c)
		}
	}
}
