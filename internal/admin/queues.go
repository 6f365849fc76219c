package admin

import (
	"fmt"
	"net/http"

	"github.com/hibiken/asynqmon"
	"github.com/redis/go-redis/v9"
)

// connect makes a client for asynqmon, which closes it.
type connect func() redis.UniversalClient

// MakeRedisClient is asynq's name for it.
func (c connect) MakeRedisClient() any { return c() }

// Queues mounts asynqmon at /asynqmon/, behind the login; writable lets it change queues.
// It shows no payload: jobs carry references only, and even those are not people's business.
// The function that it returns closes its connections.
func (s *Server) Queues(open func() redis.UniversalClient, writable bool) (stop func() error) {
	h := asynqmon.New(asynqmon.Options{
		RootPath: "/asynqmon", RedisConnOpt: connect(open), ReadOnly: !writable,
		PayloadFormatter: asynqmon.PayloadFormatterFunc(size), ResultFormatter: asynqmon.ResultFormatterFunc(size),
	})
	s.Guarded("/asynqmon/", offline(h))
	return h.Close
}

func size(_ string, b []byte) string { return fmt.Sprintf("%d bytes (hidden)", len(b)) }

// offline keeps the browser from asking other servers for fonts: the page works without.
func offline(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'")
		w.Header().Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}
