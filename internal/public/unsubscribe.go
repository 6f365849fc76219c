package public

import (
	"html/template"
	"net/http"

	"github.com/vondi-global/notifications/internal/notify"
)

var pages = template.Must(template.New("").Parse(`{{define "page"}}<!doctype html>
<html lang="sr-Latn"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>Vondi</title>
<style>body{font:17px/1.6 system-ui,sans-serif;max-width:30rem;margin:15vh auto;padding:0 1rem;color:#1c2430;background:#fff}button{font:inherit;padding:.5rem 1.4rem;border:0;border-radius:.5rem;background:#0f766e;color:#fff;cursor:pointer}small{color:#667085}@media(prefers-color-scheme:dark){body{background:#12161c;color:#e6e9ee}}</style></head>
<body>{{template "body" .}}</body></html>{{end}}`))

func page(body string) *template.Template {
	t := template.Must(pages.Clone())
	return template.Must(t.Parse(`{{define "body"}}` + body + `{{end}}`))
}

// The page asks in all languages: a link says nothing about the person.
var (
	asking = page(`<form method="post"><p>Ne želite više ovakve poruke?<br>Не желите више овакве поруке?<br>Больше не присылать такие письма?<br>Stop messages of this kind?</p><p><button>Odjavi me · Одјави ме · Отписаться · Unsubscribe</button></p></form>`)
	done   = page(`<p>Odjavljeni ste. · Одјављени сте. · Вы отписаны. · You are unsubscribed.</p>`)
	broken = page(`<p>Link nije ispravan. · Линк није исправан. · Ссылка недействительна. · The link is not valid.</p>`)
)

// askUnsubscribe shows a button. It changes nothing: scanners of mail servers open every
// link (RFC 8058, section 1).
func (s *Server) askUnsubscribe(w http.ResponseWriter, r *http.Request) {
	if _, err := s.cfg.Links.read(r.PathValue("token")); err != nil {
		s.show(w, http.StatusNotFound, broken)
		return
	}
	s.show(w, http.StatusOK, asking)
}

// unsubscribe is the button, and the mail program's one click (RFC 8058). It needs no login
// and may be repeated.
func (s *Server) unsubscribe(w http.ResponseWriter, r *http.Request) {
	ask, err := s.cfg.Links.read(r.PathValue("token"))
	if err != nil {
		s.show(w, http.StatusNotFound, broken)
		return
	}
	choice := notify.Choice{By: "user " + ask.User, How: "unsubscribe link", At: s.cfg.Now()}
	key := notify.PreferenceKey(ask.Category, string(ask.Channel))
	if err := s.cfg.Preferences.SetPreference(r.Context(), ask.User, key, choice); err != nil {
		s.cfg.Log.Error().Err(err).Str("user_id", ask.User).Msg("Unsubscribing failed")
		http.Error(w, "Try again in a minute.", http.StatusServiceUnavailable)
		return
	}
	s.cfg.Log.Info().Str("user_id", ask.User).Str("preference", key).Msg("Unsubscribed by link")
	s.show(w, http.StatusOK, done)
}

func (s *Server) show(w http.ResponseWriter, status int, t *template.Template) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = t.ExecuteTemplate(w, "page", nil) // the reader has gone
}
