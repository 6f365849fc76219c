package preview

import (
	"fmt"
	"net/http"
	"time"
)

// events tells an open page of each change, until the page is closed or the server stops.
func (g *Gallery) events(w http.ResponseWriter, r *http.Request) {
	changed := g.watch()
	defer g.unwatch(changed)
	w.Header().Set("Content-Type", "text/event-stream")
	rc := http.NewResponseController(w)
	_ = rc.SetWriteDeadline(time.Time{})
	fmt.Fprint(w, ": ready\n\n")
	for rc.Flush() == nil {
		select {
		case <-r.Context().Done():
			return
		case <-changed:
			fmt.Fprint(w, "data: changed\n\n")
		}
	}
}

func (g *Gallery) watch() chan struct{} {
	ch := make(chan struct{}, 1)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.watching[ch] = true
	return ch
}

func (g *Gallery) unwatch(ch chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.watching, ch)
}
