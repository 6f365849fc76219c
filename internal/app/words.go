package app

import (
	"fmt"
	"io/fs"
	"os"

	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/public"
	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/internal/telemetry"
	"github.com/vondi-global/notifications/locales"
	"github.com/vondi-global/notifications/templates"
)

// buildWords loads templates and locales: a broken one stops the start, not a send. Mounted
// directories are watched from then on.
func (a *App) buildWords() error {
	a.watcher = newWatcher(a.cfg)
	set, err := a.watcher.Load()
	if err != nil {
		return fmt.Errorf("templates and locales: %w", err)
	}
	a.renderer = render.New(set)
	a.renderer.Observer = wordsMetrics{a.metrics}
	a.watcher.Renderer, a.watcher.Log = a.renderer, a.log
	if len(a.watcher.Dirs) > 0 {
		a.supervised("templates", a.watcher.Run)
	}
	return nil
}

// wordsMetrics counts what the renderer reports.
type wordsMetrics struct{ m *telemetry.Metrics }

func (w wordsMetrics) FellBack(_, _, got string)               { w.m.FellBack(got) }
func (w wordsMetrics) Reloaded(taken bool, _ []render.Finding) { w.m.Reloaded(taken) }

// Reload reads templates and locales again, now. A set with errors is refused.
func (a *App) Reload() { a.watcher.Reload() }

func newWatcher(cfg config.Config) *render.Watcher {
	w := &render.Watcher{
		Templates: dirOr(cfg.Words.Templates, templates.Files), Locales: dirOr(cfg.Words.Locales, locales.Files), Brand: brand(cfg),
	}
	for _, dir := range []string{cfg.Words.Templates, cfg.Words.Locales} {
		if dir != "" {
			w.Dirs = append(w.Dirs, dir)
		}
	}
	return w
}

// dirOr is the mounted directory, or what is built in where there is none.
func dirOr(dir string, builtIn fs.FS) fs.FS {
	if dir == "" {
		return builtIn
	}
	return os.DirFS(dir)
}

func brand(cfg config.Config) render.Brand {
	b, out := cfg.Brand, render.DefaultBrand()
	out.Name, out.Site, out.Logo, out.Color, out.Address, out.Support = b.Name, b.Site, b.Logo, b.Color, b.Address, b.Support
	links := public.Links{Base: cfg.Public.URL, Key: cfg.Public.Key}
	out.Unsubscribe = func(d notify.Delivery) string {
		return links.Unsubscribe(d, eventtypes.EventType(d.Event.Type).Category())
	}
	return out
}
