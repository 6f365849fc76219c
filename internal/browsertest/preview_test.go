//go:build browser

package browsertest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func edit(t *testing.T, file, old, with string) {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(src), old) {
		t.Fatalf("%s doesn't have %q: %v", file, old, err)
	}
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(src), old, with)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// mail is the text of the email in the first frame.
const mail = `document.querySelector("iframe.wide").contentDocument.body.innerText`

func TestPreview(t *testing.T) {
	shapes, texts := words(t)
	top := serve(t, "notifyctl", "templates", "preview", "--templates", shapes, "--locales", texts)
	p := start(t).open(t, top)

	// From the index to an email, and to another language.
	p.click(`.who a[href="order.created/email/sr-Latn/typical.html"]`)
	p.await(mail + `.includes("Primili smo porudžbinu ORD-2025-001")`)
	p.click(`.tabs a[href$="/order.created/email/ru/typical.html"]`)
	p.await(mail + `.includes("ORD-2025-001") && /[а-я]/.test(` + mail + `)`)

	// The dark look is the email's own.
	const paper = `getComputedStyle(document.querySelector("iframe.wide").contentDocument.querySelector(".card")).backgroundColor`
	light := p.eval(paper)
	p.click("#dark")
	p.await(paper + " !== " + quoted(light.(string)))
	p.click("#dark")
	p.await(paper + " === " + quoted(light.(string)))

	// Data is shown as it is typed, and judged by the catalogue.
	typeIn := func(data string) {
		p.eval(`(() => { const data = document.querySelector("textarea"); data.value = ` + quoted(data) + `; data.dispatchEvent(new Event("input", { bubbles: true })); })()`)
	}
	typeIn(`{"order_id": 7, "order_number": "ORD-TYPED", "buyer_id": 890, "storefront_id": 67, "total_amount": 100, "items": [{"listing_id": 1, "quantity": 1}]}`)
	p.await(`!!document.querySelector("iframe.wide") && ` + mail + `.includes("ORD-TYPED")`)
	typeIn(`{"order_number": "ORD-TYPED"}`)
	p.await(`document.querySelector("#shown").innerText.includes("order_id: found nothing")`)

	// A saved file is seen at once, with its findings.
	p.visit(top + "order.created/telegram/en/typical.html")
	p.await(`document.querySelector("#live").classList.contains("on")`)
	edit(t, filepath.Join(texts, "en.toml"), "Thank you for shopping with us!", "Thanks a million!")
	p.await(`document.querySelector(".bubble").innerText.includes("Thanks a million!")`)
	edit(t, filepath.Join(texts, "en.toml"), "Thanks a million!", "Thanks {{.nobody}}!")
	p.await(`document.querySelector("#shown .findings").innerText.includes("{{.nobody}}")`)
	edit(t, filepath.Join(texts, "en.toml"), "Thanks {{.nobody}}!", "Thanks!")
	p.await(`document.querySelector(".bubble")?.innerText.includes("Thanks!") && !document.querySelector("#shown .findings")`)
}

// TestNoScriptRuns lets a template's script try: authors are trusted with words, not with
// the browser of who looks at them.
func TestNoScriptRuns(t *testing.T) {
	shapes, texts := words(t)
	const attack = `<script>document.title = "broken in"; try { top.document.title = "broken in" } catch {}</script>` +
		`<img src="x" onerror="top.document.title = 'broken in'"><a id="jump" href="javascript:top.document.title='broken in'">x</a>`
	edit(t, filepath.Join(shapes, "email", "layout.html"), "<body>", "<body>"+attack)
	edit(t, filepath.Join(shapes, "telegram", "default.html"), "{{.Body}}", "{{.Body}}"+attack)
	top := serve(t, "notifyctl", "templates", "preview", "--templates", shapes, "--locales", texts)
	p := start(t).open(t, top+"order.shipped/email/en/hostile.html")
	p.await(`document.querySelector("iframe.wide").contentDocument?.readyState === "complete" && !!document.querySelector("iframe.wide").contentDocument.querySelector("#jump")`)
	p.eval(`document.querySelector("iframe.wide").contentDocument.querySelector("#jump").click()`)
	const titles = `[document.title, ...[...document.querySelectorAll("iframe")].map((f) => f.contentDocument.title)].join()`
	p.await(titles + `.includes("preview")`)
	if got := p.eval(titles).(string); strings.Contains(got, "broken in") {
		t.Errorf("a template's script ran: %s", got)
	}
	p.visit(top + "order.shipped/telegram/en/hostile.html")
	p.await(`document.querySelector(".bubble").innerText.includes("<script>")`)
	if got := p.eval("document.title").(string); strings.Contains(got, "broken in") {
		t.Errorf("a template's script ran: %s", got)
	}
	if n := p.eval(`document.querySelectorAll(".bubble script, .bubble img").length`); n != 0.0 {
		t.Errorf("%v elements of the template became elements of the page", n)
	}
}
