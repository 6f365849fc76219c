package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"

	"github.com/vondi-global/notifications/internal/secret"
)

// guard lets in who knows the login; without one, who comes from this machine.
type guard struct {
	user     string
	password secret.String
}

func (g guard) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !g.admits(r) {
			g.refuse(w)
			return
		}
		w.Header().Set("X-Frame-Options", "DENY")
		next.ServeHTTP(w, r)
	})
}

func (g guard) admits(r *http.Request) bool {
	if g.password.Empty() {
		return loopback(r.RemoteAddr)
	}
	user, pass, ok := r.BasicAuth()
	// Both are compared always, in constant time and without telling their lengths.
	sameUser, samePass := same(user, g.user), same(pass, g.password.Reveal())
	return ok && sameUser && samePass
}

func (g guard) refuse(w http.ResponseWriter) {
	if g.password.Empty() {
		http.Error(w, "Set VONDINOTIFY_ADMIN_PASSWORD to see this from another machine.", http.StatusForbidden)
		return
	}
	w.Header().Set("WWW-Authenticate", `Basic realm="notifyd", charset="UTF-8"`)
	http.Error(w, "Log in.", http.StatusUnauthorized)
}

func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

func loopback(remote string) bool {
	host, _, err := net.SplitHostPort(remote)
	return err == nil && net.ParseIP(host).IsLoopback()
}
