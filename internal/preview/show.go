package preview

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/render"
)

// messagePage is a message among its neighbours.
type messagePage struct {
	frame
	Place                      place
	Channels, Locales, Samples []tab
	Brands                     []tab
	Data, Reader               string // the sample: its payload, and the name of who reads it
	Edited                     bool
	Shown                      shown
	Findings                   []render.Finding
}

// frame is what all pages share.
type frame struct {
	Root  string // the way to the gallery's top
	Title string
	Live  bool // there is a server behind it
	Tree  []domain
	Wrong int // findings in all
}

func (g *Gallery) show(w http.ResponseWriter, r *http.Request) {
	set := g.renderer.Set()
	p, sample, ok := g.asked(set, r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	g.write(w, "message", g.messagePage(set, p, sample, true))
}

// try shows a message of data that the author has changed. The catalogue judges it.
func (g *Gallery) try(w http.ResponseWriter, r *http.Request) {
	set := g.renderer.Set()
	p, sample, ok := g.asked(set, r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 256<<10)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "the data is too large", http.StatusRequestEntityTooLarge)
		return
	}
	sample.Data, sample.To.Name = json.RawMessage(r.PostForm.Get("data")), r.PostForm.Get("reader")
	page := g.messagePage(set, p, sample, true)
	page.Edited = true
	g.write(w, "message", page)
}

// asked finds what a request is about.
func (g *Gallery) asked(set *render.Set, r *http.Request) (p place, sample render.Sample, ok bool) {
	p, ok = find(set, r.PathValue("message"), r.PathValue("channel"), r.PathValue("locale"), r.PathValue("sample"))
	if !ok {
		return p, sample, false
	}
	sample, err := p.sample(set)
	return p, sample, err == nil
}

func (g *Gallery) messagePage(set *render.Set, p place, sample render.Sample, live bool) messagePage {
	all := g.wrong()
	page := messagePage{
		frame: frame{Root: "../../../", Title: p.Audience.Message, Live: live, Wrong: len(all.all)},
		Place: p, Channels: p.channels(all), Locales: p.locales(set, all), Samples: p.samples(), Brands: p.brands(set),
		Data: indented(sample.Data), Reader: sample.To.Name, Shown: p.render(set, sample), Findings: all.at(p),
	}
	if live {
		page.Tree = tree(p, render.Audiences(), all)
	}
	return page
}

// indented lays JSON out for people; what can't be read is left as it is.
func indented(data json.RawMessage) string {
	var b bytes.Buffer
	if json.Indent(&b, data, "", "  ") != nil {
		return string(data)
	}
	return b.String()
}

// reasons are what is wrong with a sample, one by one.
func reasons(err error) (list []string) {
	if invalid, ok := errors.AsType[*eventtypes.InvalidPayload](err); ok {
		for _, v := range invalid.Violations {
			list = append(list, v.String())
		}
		return list
	}
	return []string{err.Error()}
}
