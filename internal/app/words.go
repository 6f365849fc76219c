package app

import (
	"fmt"
	"time"

	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/public"
	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/internal/telemetry"
	"github.com/vondi-global/notifications/internal/wording"
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

func newWatcher(cfg config.Config) *render.Watcher {
	w := wording.Watcher(cfg.Words, cfg.Brand)
	w.Brand = brand(cfg)
	return w
}

// brand is the configured one, with links that unsubscribe.
func brand(cfg config.Config) render.Brand {
	b, links := wording.Brand(cfg.Brand), public.Links{Base: cfg.Public.URL, Key: cfg.Public.Key}
	b.Unsubscribe = func(d notify.Delivery) string {
		return links.Unsubscribe(d, eventtypes.EventType(d.Event.Type).Category())
	}
	invitations := invitations(cfg)
	b.Invitation = func(c notify.Contact) string { return invitations.Link(c, public.InvitationLife) }
	return b
}

// invitations are the links by which people make their Telegram chat known.
func invitations(cfg config.Config) public.Invitations {
	return public.Invitations{Bot: cfg.Telegram.Bot, Key: cfg.Public.Key, Now: time.Now}
}
