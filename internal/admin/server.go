// Package admin is the operators' server: health, metrics, asynqmon, the profiler. It has a
// port of its own and is never public. What shows jobs or memory stands behind a login;
// without one it answers on loopback only.
package admin

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/proxies"
	"github.com/vondi-global/notifications/internal/secret"
)

// grace is how long open requests may take when the server stops.
const grace = 2 * time.Second

// Config is where the server listens and who may look: who knows the login, and whom one of
// the proxies names in the header. Without either, who is on the same machine.
type Config struct {
	Addr        string
	User        string
	Password    secret.String
	ProxyHeader string // such as X-Auth-Request-Email
	Proxies     proxies.Set
}

// Server is the operators' server.
type Server struct {
	http     *http.Server
	listener net.Listener
	mux      *http.ServeMux
	guard    guard
	started  bool
	done     chan struct{}
	log      zerolog.Logger
}

// Listen takes the address at once, so that a port in use fails the start.
func Listen(cfg Config, log zerolog.Logger) (*Server, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", cfg.Addr)
	if err != nil {
		return nil, err
	}
	s := &Server{
		listener: l, mux: http.NewServeMux(), log: log, done: make(chan struct{}),
		guard: guard{
			user: cfg.User, password: cfg.Password, header: cfg.ProxyHeader, proxies: cfg.Proxies,
			visits: newVisits(time.Now), log: log,
		},
	}
	s.http = &http.Server{
		Handler:           http.NewCrossOriginProtection().Handler(s.mux),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: time.Minute, IdleTimeout: time.Minute,
	}
	if s.guard.open() {
		log.Warn().Str("addr", l.Addr().String()).Msg("No admin login is set: asynqmon, the profiler and /config answer on loopback only")
	}
	return s, nil
}

// Addr is the address that the server listens on.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Open serves a path to everybody who reaches the port.
func (s *Server) Open(pattern string, h http.Handler) { s.mux.Handle(pattern, h) }

// Guarded serves a path to those who log in.
func (s *Server) Guarded(pattern string, h http.Handler) { s.mux.Handle(pattern, s.guard.wrap(h)) }

// Profiler serves /debug/pprof/ behind the login.
func (s *Server) Profiler() {
	s.Guarded("GET /debug/pprof/", http.HandlerFunc(pprof.Index))
	s.Guarded("GET /debug/pprof/profile", http.HandlerFunc(pprof.Profile))
	s.Guarded("GET /debug/pprof/symbol", http.HandlerFunc(pprof.Symbol))
	s.Guarded("GET /debug/pprof/trace", http.HandlerFunc(pprof.Trace))
}

// Start begins to serve. [Server.Stop] ends it.
func (s *Server) Start() {
	s.started = true
	go func() {
		defer close(s.done)
		if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error().Err(err).Msg("Admin server ended")
		}
	}()
}

// Stop ends the server: open requests get a moment, live streams are cut. A server that
// was never started only gives its port back.
func (s *Server) Stop(ctx context.Context) error {
	if !s.started {
		return s.listener.Close()
	}
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = s.http.Close()
	}
	<-s.done
	return err
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	_ = enc.Encode(v) // the client has gone
}
