package main

import (
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
)

// websink stands for Telegram and for FCM: it takes everything, or nothing while it is down.
type websink struct {
	took   atomic.Int64
	down   atomic.Bool
	url    string
	server *http.Server
}

func newWebsink() (*websink, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	w := &websink{url: "http://" + l.Addr().String()}
	w.server = &http.Server{Handler: w}
	go func() { _ = w.server.Serve(l) }()
	return w, nil
}

func (w *websink) close() { _ = w.server.Close() }

func (w *websink) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	rw.Header().Set("Content-Type", "application/json")
	switch {
	case w.down.Load():
		rw.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(rw, `{"ok":false,"error_code":503,"description":"down","error":{"code":503,"status":"UNAVAILABLE"}}`)
	case strings.HasSuffix(r.URL.Path, "messages:send"):
		w.took.Add(1)
		_, _ = io.WriteString(rw, `{"name":"projects/bench/messages/0:1"}`)
	case strings.HasSuffix(r.URL.Path, "/sendMessage"):
		w.took.Add(1)
		_, _ = io.WriteString(rw, `{"ok":true,"result":{"message_id":1,"date":1,"chat":{"id":1,"type":"private"}}}`)
	case strings.HasSuffix(r.URL.Path, "/getUpdates"):
		_, _ = io.WriteString(rw, `{"ok":true,"result":[]}`)
	case strings.HasSuffix(r.URL.Path, "/getMe"):
		_, _ = io.WriteString(rw, `{"ok":true,"result":{"id":1,"is_bot":true,"first_name":"Sink","username":"sink_bot"}}`)
	default:
		_, _ = io.WriteString(rw, `{"ok":true,"result":true}`)
	}
}
