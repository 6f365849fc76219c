// Package public is the one server that strangers reach: the recipient's links and the
// providers' callbacks. It is off by default and has a port of its own. Every request is
// small, limited in number, and worth nothing without a signature.
package public

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/proxies"
)

// maxBody bounds a request. Providers batch reports; SES puts a whole bounce into one.
const maxBody = 512 << 10

// Preferences takes a person's choice.
type Preferences interface {
	SetPreference(ctx context.Context, userID, key string, c notify.Choice) error
}

// Callback checks a provider's signature and reads what it says. The error is logged and
// answered with 403 ([channels.ErrSignature]) or 400; it names neither secrets nor addresses.
type Callback func(r *http.Request, body []byte) ([]channels.Feedback, error)

// Config is what the server serves.
type Config struct {
	Addr        string
	Proxies     proxies.Set // that stand before it: they say who asks
	Links       Links
	Preferences Preferences
	Feedback    channels.Listener
	Callbacks   map[string]Callback // by the last part of their path: /callbacks/twilio
	Telegram    http.Handler        // /telegram, for the bot's webhook; nil: none
	Log         zerolog.Logger
	Now         func() time.Time
}

// Server is the public server.
type Server struct {
	cfg      Config
	http     *http.Server
	listener net.Listener
	limits   *limits
	done     chan struct{}
	started  bool
}

// Listen takes the address at once.
func Listen(cfg Config) (*Server, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", cfg.Addr)
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, listener: l, limits: newLimits(cfg.Now), done: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /u/{token}", s.askUnsubscribe)
	mux.HandleFunc("POST /u/{token}", s.unsubscribe)
	mux.HandleFunc("POST /callbacks/{provider}", s.callback)
	if cfg.Telegram != nil {
		mux.Handle("POST /telegram", cfg.Telegram)
	}
	s.http = &http.Server{
		Handler:           s.limited(mux),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 20 * time.Second,
		IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}
	return s, nil
}

// Addr is the address that the server listens on.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Start begins to serve. [Server.Stop] ends it.
func (s *Server) Start() {
	s.started = true
	go func() {
		defer close(s.done)
		if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			s.cfg.Log.Error().Err(err).Msg("Public server ended")
		}
	}()
}

// Stop lets open requests finish until ctx ends.
func (s *Server) Stop(ctx context.Context) error {
	if !s.started {
		return s.listener.Close()
	}
	err := s.http.Shutdown(ctx)
	<-s.done
	return err
}

// limited keeps one address from asking too often and any request from being large.
func (s *Server) limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'")
		if !s.limits.allow(s.cfg.Proxies.Client(r)) {
			h.Set("Retry-After", "1")
			http.Error(w, "Too many requests.", http.StatusTooManyRequests)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}
