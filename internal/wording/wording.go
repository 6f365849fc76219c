// Package wording reads templates, locales and brands as the configuration says: the daemon
// and notifyctl have to speak alike.
package wording

import (
	"io/fs"
	"os"

	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/locales"
	"github.com/vondi-global/notifications/templates"
)

// Watcher reads the configured directories, or what is built in where none is named.
func Watcher(words config.Words, brand config.Brand) *render.Watcher {
	w := &render.Watcher{
		Templates: dirOr(words.Templates, templates.Files), Locales: dirOr(words.Locales, locales.Files), Brand: Brand(brand),
	}
	for _, dir := range []string{words.Templates, words.Locales} {
		if dir != "" {
			w.Dirs = append(w.Dirs, dir)
		}
	}
	return w
}

func dirOr(dir string, builtIn fs.FS) fs.FS {
	if dir == "" {
		return builtIn
	}
	return os.DirFS(dir)
}

// Brand is what messages say of the sender, and of each storefront with a brand of its own.
func Brand(b config.Brand) render.Brand {
	out := render.Brand{
		Name: b.Name, Site: b.Site, Logo: b.Logo, Color: b.Color, Address: b.Address, Support: b.Support, Currency: b.Currency, Paths: b.Paths,
	}
	if len(b.Storefronts) > 0 {
		out.Storefronts = make(map[string]render.Brand, len(b.Storefronts))
	}
	for id, s := range b.Storefronts {
		out.Storefronts[id] = Brand(s)
	}
	return out
}
