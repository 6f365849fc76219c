// Package preview is the gallery in which authors look at what people will get: every
// message of the catalogue, by every channel, in every language, of samples that they may
// change, with the lint's findings beside it. Pages are made here; scripts only save clicks.
//
// A page's address is the message's place, and all links are relative, so that the same
// pages work from the server ([Serve]) and from a folder ([Gallery.Export]):
//
//	index.html                                  what there is, and what is wrong with it
//	order.created/email/sr-Latn/typical.html    one message
//	static/…                                    style sheet and script
//
// Nothing of a message runs: an email stands in a sandboxed frame with a policy of its own.
package preview

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"sync"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/internal/screen"
)

//go:embed pages static
var files embed.FS

// Gallery shows a renderer's current set. It is the [render.Observer] of that renderer.
type Gallery struct {
	renderer *render.Renderer
	tmpl     *template.Template
	mux      *http.ServeMux

	mu       sync.Mutex
	findings findings
	watching map[chan struct{}]bool // open pages
}

// New returns the gallery of a renderer, and becomes its observer.
func New(r *render.Renderer) *Gallery { return open(r, render.Lint(r.Set())) }

func open(r *render.Renderer, found []render.Finding) *Gallery {
	g := &Gallery{renderer: r, mux: http.NewServeMux(), findings: sortOut(found), watching: map[chan struct{}]bool{}}
	r.Observer = g
	g.tmpl = template.Must(template.New("").Funcs(template.FuncMap{
		"telegram": screen.Telegram,
		"tab":      func(root string, t tab) rootedTab { return rootedTab{t, root} },
	}).ParseFS(files, "pages/*.html"))
	g.mux.HandleFunc("GET /{$}", g.index)
	g.mux.HandleFunc("GET /index.html", g.index)
	g.mux.HandleFunc("GET /events", g.events)
	g.mux.HandleFunc("GET /{message}/{channel}/{locale}/{sample}", g.show)
	g.mux.HandleFunc("POST /{message}/{channel}/{locale}/{sample}", g.try)
	g.mux.Handle("GET /static/{file}", http.FileServerFS(files))
	return g
}

// policy lets the page's own script run and nothing else. Emails bring their styles in
// attributes.
const policy = "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; frame-src 'self'; " +
	"img-src https: data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// ServeHTTP answers the gallery's paths.
func (g *Gallery) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", policy)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Cache-Control", "no-store")
	g.mux.ServeHTTP(w, r)
}

// FellBack is the renderer's notice of another language than wanted; the page shows it itself.
func (g *Gallery) FellBack(string, string, string) {}

// Reloaded is the watcher's notice of a change: open pages are told.
func (g *Gallery) Reloaded(_ bool, list []render.Finding) {
	sorted := sortOut(list)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.findings = sorted
	for ch := range g.watching {
		select {
		case ch <- struct{}{}:
		default: // it has a notice that it hasn't read yet
		}
	}
}

// wrong returns the current findings.
func (g *Gallery) wrong() findings {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.findings
}

func (g *Gallery) write(w http.ResponseWriter, name string, data any) {
	page, err := g.page(name, data)
	if err != nil {
		http.Error(w, "the page could not be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(page)
}

func (g *Gallery) page(name string, data any) ([]byte, error) {
	var b bytes.Buffer
	err := g.tmpl.ExecuteTemplate(&b, name, data)
	return b.Bytes(), err
}

// rootedTab is a tab on a page that is so far below the top.
type rootedTab struct {
	tab
	Root string
}

// channelNames are how people call the channels.
var channelNames = map[notify.Channel]string{
	notify.Email: "Email", notify.Telegram: "Telegram", notify.SMS: "SMS", notify.Push: "Push",
}
