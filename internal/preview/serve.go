package preview

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Listen opens an address of this machine; others are refused: the gallery has no login.
func Listen(addr string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("address %q: want host:port, for example 127.0.0.1:0", addr)
	}
	if !loopback(host) {
		return nil, fmt.Errorf("address %q: want one of this machine, such as 127.0.0.1:0: the preview has no login", addr)
	}
	return net.Listen("tcp", addr)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Serve answers until ctx ends.
func Serve(ctx context.Context, l net.Listener, g *Gallery) error {
	srv := &http.Server{
		Handler:     local(http.NewCrossOriginProtection().Handler(g)),
		ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute,
		BaseContext: func(net.Listener) context.Context { return ctx }, // open pages end with it
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	err := srv.Shutdown(stop)
	if served := <-done; !errors.Is(served, http.ErrServerClosed) {
		return errors.Join(err, served)
	}
	return err
}

// local refuses names that lead here from elsewhere: a stranger's page may have its own name
// point to this machine.
func local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if !loopback(host) {
			http.Error(w, "open the preview by its address on this machine", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}
