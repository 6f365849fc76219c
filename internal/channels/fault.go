package channels

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

// StatusFault is what an HTTP status means where the provider's own code says nothing more
// exact. 404 is ours: the endpoint or the token in its path is wrong.
func StatusFault(status int) notify.Fault {
	switch status {
	case http.StatusTooManyRequests:
		return notify.Throttled
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusConflict:
		return notify.Temporary
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound,
		http.StatusMethodNotAllowed, http.StatusProxyAuthRequired, http.StatusPaymentRequired:
		return notify.Misconfigured
	}
	switch {
	case status >= 500:
		return notify.Temporary
	case status >= 400:
		return notify.Rejected
	}
	return notify.Misconfigured // a redirect or an answer that no API gives: not the API's address
}

// maxRetryAfter bounds what a provider may ask for.
const maxRetryAfter = 24 * time.Hour

// RetryAfter reads the header of that name, in seconds or as a date (RFC 9110, 10.2.3).
// 0 means that the answer doesn't say.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	v := h.Get("Retry-After")
	if v == "" {
		return 0
	}
	if n, err := strconv.ParseFloat(v, 64); !errors.Is(err, strconv.ErrSyntax) {
		return seconds(n)
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	return min(max(0, at.Sub(now)), maxRetryAfter)
}

func seconds(n float64) time.Duration {
	switch {
	case n >= maxRetryAfter.Seconds():
		return maxRetryAfter
	case n > 0:
		return time.Duration(n * float64(time.Second))
	}
	return 0 // also for NaN
}

// Refused is a provider's refusal in its own words, sealed. code is the provider's code;
// hide are the texts of the attempt that must not be told: address, token, words.
func Refused(provider string, f notify.Fault, code, text string, hide ...string) *notify.SendError {
	return &notify.SendError{Fault: f, Provider: provider, Code: code, Err: errors.New(Seal(text, hide...))}
}

// Lost is an exchange that broke off. Before the request had left it is Temporary, after
// that nobody knows.
func Lost(provider string, err error, sent bool, hide ...string) *notify.SendError {
	f := notify.Temporary
	if sent {
		f = notify.Unknown
	}
	return &notify.SendError{Fault: f, Provider: provider, Err: sealed(err, hide...)}
}

// sealed keeps the kind of a context's error for errors.Is, and only the words of others.
// The URL of a [url.Error] goes first: it holds tokens.
func sealed(err error, hide ...string) error {
	if ue, ok := errors.AsType[*url.Error](err); ok {
		err = ue.Err
	}
	for _, known := range []error{context.DeadlineExceeded, context.Canceled} {
		if errors.Is(err, known) {
			return known
		}
	}
	return errors.New(Seal(err.Error(), hide...))
}
