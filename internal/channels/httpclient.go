package channels

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// maxAnswer bounds an answer: a provider's JSON is a few hundred bytes.
const maxAnswer = 256 << 10

// NewHTTPClient returns a client for one provider. It keeps as many connections as workers
// may need at once (the default transport keeps two a host and opens the rest again and
// again), follows no redirect and has no timeout of its own: every call brings a context
// with a deadline.
func NewHTTPClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			ForceAttemptHTTP2:     true,
			MaxIdleConns:          128,
			MaxIdleConnsPerHost:   64,
			MaxConnsPerHost:       128,
			IdleConnTimeout:       60 * time.Second,
			TLSHandshakeTimeout:   5 * time.Second,
			ExpectContinueTimeout: time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Answer is a provider's whole answer.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// OK says whether the status is a 2xx.
func (a Answer) OK() bool { return a.Status/100 == 2 }

// Do sends req within ctx and reads its whole answer, whatever the status. The error is a
// [notify.SendError]: Temporary as long as the request had not left, Unknown after that.
// hide is what its text must not tell.
func Do(ctx context.Context, client *http.Client, provider string, req *http.Request, hide ...string) (Answer, error) {
	var d departure
	resp, err := client.Do(req.WithContext(httptrace.WithClientTrace(ctx, d.trace()))) //nolint:gosec // where to is the operator's configuration
	if err != nil {
		return Answer{}, Lost(provider, err, d.left(), hide...)
	}
	defer resp.Body.Close()
	a := Answer{Status: resp.StatusCode, Header: resp.Header}
	a.Body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil && a.OK() {
		return a, Lost(provider, err, true, hide...)
	}
	return a, nil // a refusal whose body broke off is a refusal
}

// departure watches whether a request has left. A request that broke off while it was being
// written was not complete, so the provider can't have acted on it.
type departure struct{ headers, broken atomic.Bool }

func (d *departure) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn:      func(httptrace.GotConnInfo) { d.headers.Store(false); d.broken.Store(false) },
		WroteHeaders: func() { d.headers.Store(true) },
		WroteRequest: func(i httptrace.WroteRequestInfo) { d.broken.Store(i.Err != nil) },
	}
}

func (d *departure) left() bool { return d.headers.Load() && !d.broken.Load() }
