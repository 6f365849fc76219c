//go:build browser

package browsertest

import (
	"path/filepath"
	"testing"
)

// shots are the pictures of docs/screenshots: each channel's default, and the pages where
// one sees them.
var shots = []struct {
	file, path, selector string
	width                int
	dark                 bool
}{
	{"email.png", "order.created/email/sr-Latn/typical.html", ".frames figure:first-child iframe", 1440, false},
	{"email-dark.png", "order.created/email/ru/typical.html#dark", ".frames figure:first-child iframe", 1440, true},
	{"email-narrow.png", "pvz.parcel.arrived/email/ru/typical.html", ".frames figure:last-child iframe", 1440, false},
	{"telegram.png", "order.shipped/telegram/sr-Latn/typical.html", ".phone", 1440, false},
	{"sms.png", "pvz.parcel.arrived/sms/sr-Latn/typical.html", ".phone", 1440, false},
	{"push.png", "order.shipped/push/en/typical.html", ".cards", 1440, false},
	{"preview.png", "pvz.parcel.arrived/email/sr-Cyrl/typical.html", "body", 1440, false},
	{"preview-dark.png", "order.created/telegram/ru/typical.html", "body", 1440, true},
	{"preview-index.png", "", "body", 1200, false},
}

// TestScreenshots takes the pictures, and writes them with -screenshots only: fonts differ
// from machine to machine.
func TestScreenshots(t *testing.T) {
	dir := t.TempDir()
	if *screenshots {
		dir = filepath.Join("..", "..", "docs", "screenshots")
	}
	top := serve(t, "notifyctl", "templates", "preview")
	p := start(t).open(t, top)
	for _, s := range shots {
		p.size(s.width, 1000)
		p.dark(s.dark)
		p.visit(top + s.path)
		p.await(`[...document.querySelectorAll("iframe")].every((f) => f.contentDocument?.readyState === "complete" && f.style.height)`)
		p.screenshot(filepath.Join(dir, s.file), s.selector)
	}
	dev, _ := inbox(t)
	p.dark(false)
	p.size(1200, 1600)
	p.visit(dev + "?event=pvz.parcel.arrived")
	p.await(`document.querySelectorAll(".card").length > 3`)
	p.screenshot(filepath.Join(dir, "inbox.png"), "body")
}
