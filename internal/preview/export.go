package preview

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/render"
)

// Export writes the gallery as a folder for a pull request: of each message whose words'
// key has the word in it, the typical sample by every channel that the catalogue names, in
// every language. It returns how many messages it wrote.
func (g *Gallery) Export(dir, word string) (n int, err error) {
	var audiences []render.Audience
	for _, a := range render.Audiences() {
		if strings.Contains(a.Message, word) {
			audiences = append(audiences, a)
		}
	}
	if err := g.exportFrame(dir, audiences); err != nil {
		return 0, err
	}
	for _, a := range audiences {
		wrote, err := g.exportAudience(dir, a)
		if n += wrote; err != nil {
			return n, err
		}
	}
	return n, nil
}

func (g *Gallery) exportFrame(dir string, audiences []render.Audience) error {
	for _, name := range []string{"static/style.css", "static/preview.js"} {
		src, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if err := save(dir, name, src); err != nil {
			return err
		}
	}
	return g.exportPage(dir, "index.html", "index", g.indexPage(false, audiences))
}

func (g *Gallery) exportAudience(dir string, a render.Audience) (n int, err error) {
	set := g.renderer.Set()
	for _, p := range everywhere(set, a) {
		sample, err := p.sample(set)
		if err != nil {
			return n, err
		}
		if err := g.exportPage(dir, p.Path(), "message", g.messagePage(set, p, sample, false)); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// everywhere lists the places of an audience's typical message.
func everywhere(set *render.Set, a render.Audience) (places []place) {
	for _, s := range set.Storefronts() {
		for _, ch := range notify.Channels() {
			for _, locale := range set.Locales() {
				places = append(places, place{Audience: a, Channel: ch, Locale: locale, Sample: render.Typical, Storefront: s.ID})
			}
		}
	}
	return places
}

func (g *Gallery) exportPage(dir, name, tmpl string, data any) error {
	page, err := g.page(tmpl, data)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return save(dir, name, page)
}

func save(dir, name string, data []byte) error {
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}
