package preview

import (
	"net/http"

	"github.com/vondi-global/notifications/internal/render"
)

// indexPage is the gallery's first page.
type indexPage struct {
	frame
	Types, Audiences, Messages int
	Coverage                   []render.Coverage
	Findings                   []render.Finding // the first of them
}

func (g *Gallery) index(w http.ResponseWriter, _ *http.Request) {
	g.write(w, "index", g.indexPage(true, render.Audiences()))
}

// indexPage shows what the listed audiences get.
func (g *Gallery) indexPage(live bool, audiences []render.Audience) indexPage {
	set, all := g.renderer.Set(), g.wrong()
	page := indexPage{
		frame:     frame{Title: "Messages", Live: live, Tree: tree(start(set), audiences, all), Wrong: len(all.all)},
		Audiences: len(audiences), Coverage: set.Coverage(), Findings: all.first(),
	}
	for _, d := range page.Tree {
		page.Types += len(d.Types)
	}
	for _, a := range audiences {
		page.Messages += len(a.Channels) * len(page.Coverage)
	}
	return page
}
