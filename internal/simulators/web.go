package simulators

import (
	"context"
	"net"
	"net/http"
	"time"
)

// web is an HTTP server on a free loopback port, the ground of the HTTP simulators.
type web struct {
	server *http.Server
	addr   string
	ended  chan struct{}
	stop   context.CancelFunc
}

// serve starts a server at once.
func serve(h http.Handler) (*web, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	w := &web{addr: l.Addr().String(), ended: make(chan struct{}), stop: cancel}
	w.server = &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	go func() { _ = w.server.Serve(l); close(w.ended) }()
	return w, nil
}

// Addr is the server's host:port.
func (w *web) Addr() string { return w.addr }

// URL is the server's root, without a slash at the end.
func (w *web) URL() string { return "http://" + w.addr }

// Close ends the server and lets hanging requests go.
func (w *web) Close() error {
	w.stop()
	err := w.server.Close()
	<-w.ended
	return err
}

// hang never answers: it ends when the client goes away or the server closes.
func hang(r *http.Request) {
	<-r.Context().Done()
	panic(http.ErrAbortHandler)
}

// loseAnswer closes the connection without an answer.
func loseAnswer() { panic(http.ErrAbortHandler) }
