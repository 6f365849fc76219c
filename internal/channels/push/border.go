package push

import (
	"bytes"
	"errors"
	"io"
	"net/http"

	"cloud.google.com/go/auth"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
)

// exchange is what really happened on the wire in one send: the SDK's errors tell neither
// whether the request had left nor, after a failed login, that it never tried.
type exchange struct {
	hide   []string
	answer channels.Answer
	err    error // the exchange broke off; then the answer is made up
}

type exchangeKey struct{}

// border stands between the SDK and the network. It logs in, sends once, notes what
// happened in the context's exchange, and gives the SDK nothing that it would retry: neither
// a transport's error nor a 503 whose Retry-After it would sit out.
type border struct {
	client *http.Client
	creds  *auth.Credentials // nil: no login
}

// neverRetry is a Retry-After beyond what the SDK is willing to wait (two minutes).
const neverRetry = "86400"

func (b border) RoundTrip(r *http.Request) (*http.Response, error) {
	ex, ok := r.Context().Value(exchangeKey{}).(*exchange)
	if !ok {
		return nil, errors.New("a request outside of a send")
	}
	if ex.err = b.exchange(r, ex); ex.err != nil {
		ex.answer = channels.Answer{Status: http.StatusBadGateway, Header: http.Header{}}
	}
	return response(r, ex.answer), nil
}

func (b border) exchange(r *http.Request, ex *exchange) (err error) {
	if b.creds != nil {
		token, err := b.creds.Token(r.Context())
		if err != nil {
			return loginFailed(err, ex.hide)
		}
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+token.Value)
		ex.hide = append(ex.hide, token.Value)
	}
	ex.answer, err = channels.Do(r.Context(), b.client, provider, r, ex.hide...)
	return err
}

func response(r *http.Request, a channels.Answer) *http.Response {
	h := a.Header
	if a.Status == http.StatusServiceUnavailable {
		h = h.Clone()
		h.Set("Retry-After", neverRetry)
	}
	return &http.Response{
		StatusCode: a.Status, Status: http.StatusText(a.Status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: io.NopCloser(bytes.NewReader(a.Body)), ContentLength: int64(len(a.Body)), Request: r,
	}
}

// loginFailed tells a refused login, which nobody but us can mend, from one that didn't
// come through.
func loginFailed(err error, hide []string) error {
	e, ok := errors.AsType[*auth.Error](err)
	if !ok || e.Response == nil || e.Response.StatusCode >= 500 || e.Response.StatusCode == http.StatusTooManyRequests {
		return channels.Lost(provider, err, false, hide...)
	}
	return channels.Refused(provider, notify.Misconfigured, "login", "Google refuses the service account's login", hide...)
}
