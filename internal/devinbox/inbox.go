// Package devinbox is the page of dev mode: every message that the simulators have
// accepted, the way a person sees it. The list is rendered here and live events only add to
// it, so that the page works without scripts too. Nothing of a message runs: email HTML
// stands in a sandboxed frame with a policy of its own.
package devinbox

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/vondi-global/notifications/internal/screen"
	"github.com/vondi-global/notifications/internal/simulators"
)

//go:embed page.html style.css live.js
var files embed.FS

// About is what the platform knows of a captured message.
type About struct {
	Delivery string `json:"delivery,omitempty"`
	Event    string `json:"event,omitempty"` // type
	EventID  string `json:"event_id,omitempty"`
	Person   string `json:"person,omitempty"` // user id
	Role     string `json:"role,omitempty"`
	Locale   string `json:"locale,omitempty"`
}

// Records finds what a message is about by its provider's id of it.
type Records interface {
	About(ctx context.Context, provider, messageID string) (About, bool)
}

// Page serves the inbox.
type Page struct {
	inbox   *simulators.Inbox
	records Records
	tmpl    *template.Template
	mux     *http.ServeMux
}

// New returns the page of an inbox.
func New(inbox *simulators.Inbox, records Records) *Page {
	p := &Page{inbox: inbox, records: records, mux: http.NewServeMux()}
	p.tmpl = template.Must(template.New("").Funcs(template.FuncMap{
		"clock":    func(t time.Time) string { return t.Format("15:04:05") },
		"telegram": screen.Telegram,
		"only":     func(f Filter, key, value string) template.URL { return template.URL("?" + f.with(key, value)) },
	}).ParseFS(files, "page.html"))
	p.mux.HandleFunc("GET /{$}", p.list)
	p.mux.HandleFunc("GET /inbox/events", p.events)
	p.mux.HandleFunc("GET /inbox/messages/{id}/{part}", p.part)
	p.mux.HandleFunc("GET /inbox/api/messages", p.api)
	p.mux.HandleFunc("DELETE /inbox/api/messages", func(w http.ResponseWriter, _ *http.Request) {
		p.inbox.Clear()
		w.WriteHeader(http.StatusNoContent)
	})
	p.mux.Handle("GET /inbox/static/", http.StripPrefix("/inbox/static/", http.FileServerFS(files)))
	return p
}

// ServeHTTP answers the page's paths: / and /inbox/….
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; frame-src 'self'; img-src https: data:; base-uri 'none'; form-action 'self'")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Referrer-Policy", "no-referrer")
	p.mux.ServeHTTP(w, r)
}

// Card is a message with what it is about.
type Card struct {
	simulators.Captured
	About About `json:"about"`
}

// Filter narrows the list.
type Filter struct{ Channel, Person, Event string }

func filterOf(q url.Values) Filter {
	return Filter{Channel: q.Get("channel"), Person: q.Get("person"), Event: q.Get("event")}
}

// Takes says whether a card passes.
func (f Filter) Takes(c Card) bool {
	return (f.Channel == "" || f.Channel == c.Channel) &&
		(f.Person == "" || f.Person == c.About.Person) &&
		(f.Event == "" || f.Event == c.About.Event)
}

// with is the query of the filter with one key changed.
func (f Filter) with(key, value string) string {
	q := url.Values{}
	for k, v := range map[string]string{"channel": f.Channel, "person": f.Person, "event": f.Event} {
		if k == key {
			v = value
		}
		if v != "" {
			q.Set(k, v)
		}
	}
	return q.Encode()
}

// cards returns all messages, newest first.
func (p *Page) cards(ctx context.Context) []Card {
	messages := p.inbox.Messages()
	slices.Reverse(messages)
	cards := make([]Card, len(messages))
	for i, m := range messages {
		cards[i] = p.card(ctx, m)
	}
	return cards
}

func (p *Page) card(ctx context.Context, m simulators.Captured) Card {
	about, _ := p.records.About(ctx, m.Provider, m.MessageID)
	return Card{Captured: m, About: about}
}

type view struct {
	Filter   Filter
	Channels []string
	People   []string
	Events   []string
	Cards    []Card
	Total    int
}

func (p *Page) list(w http.ResponseWriter, r *http.Request) {
	v := view{Filter: filterOf(r.URL.Query()), Channels: []string{"email", "telegram", "sms", "push"}}
	all := p.cards(r.Context())
	for _, c := range all {
		if v.Filter.Takes(c) {
			v.Cards = append(v.Cards, c)
		}
		v.People = append(v.People, c.About.Person)
		v.Events = append(v.Events, c.About.Event)
	}
	v.Total, v.People, v.Events = len(all), distinct(v.People), distinct(v.Events)
	p.render(w, "page", v)
}

func distinct(list []string) []string {
	slices.Sort(list)
	list = slices.Compact(list)
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

func (p *Page) render(w http.ResponseWriter, name string, data any) {
	var b bytes.Buffer
	if err := p.tmpl.ExecuteTemplate(&b, name, data); err != nil {
		http.Error(w, "the page could not be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(b.Bytes())
}

// part serves the pieces of one message: html (for the frame) and raw.
func (p *Page) part(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	messages := p.inbox.Messages()
	i := slices.IndexFunc(messages, func(m simulators.Captured) bool { return m.ID == id })
	if i < 0 {
		http.NotFound(w, r)
		return
	}
	switch r.PathValue("part") {
	case "html":
		w.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src https: data:")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(screen.Email(messages[i].HTML, pictures(messages[i]))))
	case "raw":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write(messages[i].Raw)
	default:
		http.NotFound(w, r)
	}
}

// pictures are the files that an email shows, by id or by name: mail programs know both.
func pictures(m simulators.Captured) (list []screen.Picture) {
	for _, f := range m.Files {
		list = append(list, screen.Picture{Names: []string{f.ContentID, f.Name}, Type: f.Type, Data: f.Data})
	}
	return list
}

func (p *Page) api(w http.ResponseWriter, r *http.Request) {
	f := filterOf(r.URL.Query())
	cards := slices.DeleteFunc(p.cards(r.Context()), func(c Card) bool { return !f.Takes(c) })
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(cards); err != nil {
		http.Error(w, fmt.Sprint(err), http.StatusInternalServerError)
	}
}
