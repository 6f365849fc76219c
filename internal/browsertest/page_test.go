//go:build browser

package browsertest

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// page is a tab. Its errors end the test.
type page struct {
	t       *testing.T
	browser *browser
	session string
}

func (b *browser) open(t *testing.T, url string) *page {
	t.Helper()
	p := &page{t: t, browser: b}
	var target struct {
		ID string `json:"targetId"`
	}
	p.must(b.call("", "Target.createTarget", map[string]any{"url": "about:blank"}, &target))
	var attached struct {
		ID string `json:"sessionId"`
	}
	p.must(b.call("", "Target.attachToTarget", map[string]any{"targetId": target.ID, "flatten": true}, &attached))
	p.session = attached.ID
	p.size(1440, 1000)
	p.visit(url)
	return p
}

func (p *page) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *page) do(method string, params, result any) {
	p.t.Helper()
	p.must(p.browser.call(p.session, method, params, result))
}

// visit goes to an address and waits until it is there.
func (p *page) visit(url string) {
	p.t.Helper()
	p.try("window.left = true; location.assign(" + quoted(url) + ")")
	p.await(`!window.left && document.readyState === "complete"`)
}

// eval returns the value of an expression.
func (p *page) eval(expression string) any {
	p.t.Helper()
	value, thrown := p.try(expression)
	if thrown != "" {
		p.t.Fatalf("%s: %s", expression, thrown)
	}
	return value
}

// try returns the value of an expression, or what it threw.
func (p *page) try(expression string) (value any, thrown string) {
	p.t.Helper()
	var r struct {
		Result struct {
			Value       any    `json:"value"`
			Description string `json:"description"`
		} `json:"result"`
		Exception *struct{} `json:"exceptionDetails"`
	}
	err := p.browser.call(p.session, "Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &r)
	if err != nil && strings.Contains(err.Error(), "navigated") {
		return nil, err.Error() // the page gave way to another one meanwhile
	}
	p.must(err)
	if r.Exception != nil {
		return nil, r.Result.Description
	}
	return r.Result.Value, ""
}

// await waits until an expression is true. One that throws isn't true yet: what it looks at
// may not be there.
func (p *page) await(expression string) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		value, thrown := p.try(expression)
		if value == true {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("not true in %s: %s %s\nThe page says:\n%.2000s", patience, expression, thrown, p.eval("document.body.innerText"))
		}
	}
}

// click presses an element.
func (p *page) click(selector string) {
	p.t.Helper()
	p.await("!!document.querySelector(" + quoted(selector) + ")")
	p.eval("document.querySelector(" + quoted(selector) + ").click()")
}

func (p *page) size(width, height int) {
	p.t.Helper()
	p.do("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}, nil)
}

// dark makes the page think that the person likes it dark.
func (p *page) dark(on bool) {
	p.t.Helper()
	value := "light"
	if on {
		value = "dark"
	}
	p.do("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": value}}}, nil)
}

// screenshot writes the part of the page that an element takes, of the longest ones the top.
func (p *page) screenshot(file, selector string) {
	p.t.Helper()
	p.do("Page.bringToFront", nil, nil)
	box, _ := p.eval(`(() => { const r = document.querySelector(` + quoted(selector) + `).getBoundingClientRect();
		return { x: r.x + scrollX, y: r.y + scrollY, width: r.width, height: Math.min(r.height, 1600), scale: 1 }; })()`).(map[string]any)
	var shot struct {
		Data string `json:"data"`
	}
	p.do("Page.captureScreenshot", map[string]any{"clip": box, "captureBeyondViewport": true}, &shot)
	png, err := base64.StdEncoding.DecodeString(shot.Data)
	p.must(err)
	p.must(os.MkdirAll(filepath.Dir(file), 0o755))
	p.must(os.WriteFile(file, png, 0o644))
}
