package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"

	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/proxies"
	"github.com/vondi-global/notifications/internal/secret"
)

// guard lets in who knows the login, and whom a proxy has logged in. Without either it lets
// in who comes from this machine.
type guard struct {
	user     string
	password secret.String
	header   string      // in which the proxies name the person
	proxies  proxies.Set // whose header is believed
	visits   *visits
	log      zerolog.Logger
}

func (g guard) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, ok := g.admits(r)
		if !ok {
			g.refuse(w)
			return
		}
		g.note(who, r)
		w.Header().Set("X-Frame-Options", "DENY")
		next.ServeHTTP(w, r)
	})
}

// admits says who asks, and whether they may.
func (g guard) admits(r *http.Request) (who string, ok bool) {
	if g.open() {
		return "this machine", loopback(r)
	}
	if who := g.named(r); who != "" {
		return who, true
	}
	user, pass, ok := r.BasicAuth()
	// Both are compared always, in constant time and without telling their lengths.
	sameUser, samePass := same(user, g.user), same(pass, g.password.Reveal())
	return user, ok && sameUser && samePass && !g.password.Empty()
}

// open says that no login is configured.
func (g guard) open() bool { return g.password.Empty() && g.header == "" }

// named is whom a proxy names, once: a second value would be the sender's own.
func (g guard) named(r *http.Request) string {
	if g.header == "" || !g.proxies.Sent(r) {
		return ""
	}
	if names := r.Header.Values(g.header); len(names) == 1 {
		return names[0]
	}
	return ""
}

func (g guard) refuse(w http.ResponseWriter) {
	switch {
	case g.open():
		http.Error(w, "Set VONDINOTIFY_ADMIN_PASSWORD to see this from another machine.", http.StatusForbidden)
	case g.password.Empty():
		http.Error(w, "Come by the proxy that asks for your login.", http.StatusForbidden)
	default:
		w.Header().Set("WWW-Authenticate", `Basic realm="notifyd", charset="UTF-8"`)
		http.Error(w, "Log in.", http.StatusUnauthorized)
	}
}

func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// loopback says whether a request comes from this machine and means it: under another name a
// page of somebody else's could ask (DNS rebinding).
func loopback(r *http.Request) bool {
	from, _, err := net.SplitHostPort(r.RemoteAddr)
	return err == nil && net.ParseIP(from).IsLoopback() && localName(r.Host)
}

func localName(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}
