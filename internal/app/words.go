package app

import (
	"fmt"
	"io/fs"
	"os"

	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/locales"
	"github.com/vondi-global/notifications/templates"
)

// buildWords loads templates and locales: a broken one stops the start, not a send.
func (a *App) buildWords() error {
	set, err := loadWords(a.cfg)
	if err != nil {
		return err
	}
	a.renderer = render.New(set)
	return nil
}

func loadWords(cfg config.Config) (*render.Set, error) {
	set, err := render.Load(dirOr(cfg.Words.Templates, templates.Files), dirOr(cfg.Words.Locales, locales.Files), brand(cfg.Brand))
	if err != nil {
		return nil, fmt.Errorf("templates and locales: %w", err)
	}
	return set, nil
}

// dirOr is the mounted directory, or what is built in where there is none.
func dirOr(dir string, builtIn fs.FS) fs.FS {
	if dir == "" {
		return builtIn
	}
	return os.DirFS(dir)
}

func brand(b config.Brand) render.Brand {
	out := render.DefaultBrand()
	out.Name, out.Site, out.Logo, out.Color, out.Address, out.Support = b.Name, b.Site, b.Logo, b.Color, b.Address, b.Support
	return out
}
