package channels_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
)

func TestStatusFault(t *testing.T) {
	for status, want := range map[int]notify.Fault{
		400: notify.Rejected, 401: notify.Misconfigured, 403: notify.Misconfigured, 404: notify.Misconfigured,
		408: notify.Temporary, 409: notify.Temporary, 413: notify.Rejected, 422: notify.Rejected, 429: notify.Throttled,
		500: notify.Temporary, 502: notify.Temporary, 503: notify.Temporary, 504: notify.Temporary, 302: notify.Misconfigured,
	} {
		if got := channels.StatusFault(status); got != want {
			t.Errorf("%d: %s, want %s", status, got, want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "0": 0, "-5": 0, "1.5": 1500 * time.Millisecond, "soon": 0,
		"Tue, 24 Nov 2026 12:02:00 GMT": 2 * time.Minute, "Tue, 24 Nov 2026 11:00:00 GMT": 0,
		"99999999": 24 * time.Hour, "1e300": 24 * time.Hour, "NaN": 0, "+Inf": 24 * time.Hour,
	} {
		if got := channels.RetryAfter(http.Header{"Retry-After": {value}}, now); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}

func TestSeal(t *testing.T) {
	for in, want := range map[string]string{
		"user unknown":                                               "user unknown",
		"<jelena@example.com>: user unknown":                         "•••: user unknown",
		"The 'To' number +381 63 123-4567 is not valid":              "The 'To' number ••• is not valid",
		"see https://vondi.rs/reset?t=abc for more":                  "see ••• for more",
		`Post "https://api.telegram.org/bot123:AA/sendMessage": EOF`: `Post "••• EOF`,
		"token 123456:AAbbCCddEEffGGhhIIjjKKllMMnn is wrong":         "token ••• is wrong",
		"line one\r\nline two":                                       "line one··line two",
		"you said HELLO JELENA and more":                             "you said ••• and more",
		"error 21211 at byte offset 17":                              "error 21211 at byte offset 17",
		"550 5.1.1 unknown":                                          "550 5.1.1 unknown",
	} {
		if got := channels.Seal(in, "Hello Jelena"); got != want {
			t.Errorf("%q\n got %q\nwant %q", in, got, want)
		}
	}
}

// A provider may quote the beginning of a long text only.
func TestSealHidesTheBeginningOfALongText(t *testing.T) {
	text := "Vaš kod za preuzimanje pošiljke je 4711. Ne dajte ga nikome, ni kuriru."
	if got := channels.Seal("invalid body: "+text[:50]+"…", text); strings.Contains(got, "4711") {
		t.Errorf("told: %s", got)
	}
}

func FuzzSeal(f *testing.F) {
	f.Add("user <jelena@example.com> unknown", "jelena@example.com")
	f.Add("\xff\xfe", "ab")
	f.Add("00\xd3", "00\xf9")
	f.Fuzz(func(t *testing.T, text, hide string) {
		got := channels.Seal(text, hide)
		h := strings.TrimSpace(hide)
		if len(h) >= 4 && !strings.Contains("•••·…", h) && strings.Contains(text, h) && strings.Contains(got, h) {
			t.Errorf("%q tells %q", got, hide)
		}
		if n := len([]rune(got)); n > 201 {
			t.Errorf("%d characters", n)
		}
	})
}

func TestLostKeepsTheKindAndDropsTheURL(t *testing.T) {
	err := &url.Error{Op: "Post", URL: "https://api.example.com/bot123456:secret/send", Err: fmt.Errorf("dial: %w", context.DeadlineExceeded)}
	for sent, want := range map[bool]notify.Fault{false: notify.Temporary, true: notify.Unknown} {
		got := channels.Lost("stub", err, sent)
		if got.Fault != want || !errors.Is(got, context.DeadlineExceeded) || strings.Contains(got.Error(), "secret") {
			t.Errorf("sent %v: %v", sent, got)
		}
	}
}
