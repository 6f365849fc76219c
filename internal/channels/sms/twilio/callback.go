package twilio

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // Twilio signs with HMAC-SHA1
	"encoding/base64"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/secret"
)

// Callback reads what Twilio tells by webhook: a message's status, or a message from a
// phone. signing is the account's auth token; origin is the public address in front of us
// ("https://notify.example"), which the signature covers: what a proxy makes of the request
// doesn't matter.
func Callback(signing secret.String, origin string) func(r *http.Request, body []byte) ([]channels.Feedback, error) {
	return func(r *http.Request, body []byte) ([]channels.Feedback, error) {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, errors.New("twilio: the body is no form")
		}
		target := strings.TrimSuffix(origin, "/") + r.URL.RequestURI()
		if !Signed(signing, target, form, r.Header.Get("X-Twilio-Signature")) {
			return nil, channels.ErrSignature
		}
		if f, ok := feedback(form, r.URL.Query().Get("delivery")); ok {
			return []channels.Feedback{f}, nil
		}
		return nil, nil
	}
}

// Signed checks X-Twilio-Signature: HMAC-SHA1 over the address and the sorted fields
// (www.twilio.com/docs/usage/security).
func Signed(token secret.String, target string, form url.Values, signature string) bool {
	got, err := base64.StdEncoding.DecodeString(signature)
	if err != nil || token.Empty() {
		return false
	}
	mac := hmac.New(sha1.New, []byte(token.Reveal()))
	_, _ = io.WriteString(mac, target)
	for _, k := range slices.Sorted(maps.Keys(form)) {
		for _, v := range slices.Compact(slices.Sorted(slices.Values(form[k]))) {
			_, _ = io.WriteString(mac, k+v)
		}
	}
	return hmac.Equal(got, mac.Sum(nil))
}

// feedback reads a signed form. ok is false where it tells nothing: a state on the way, or a
// message from a phone that isn't a STOP.
func feedback(form url.Values, delivery string) (f channels.Feedback, ok bool) {
	f = channels.Feedback{Provider: provider, MessageID: form.Get("MessageSid"), DeliveryID: delivery, Code: form.Get("ErrorCode")}
	switch form.Get("MessageStatus") {
	case "delivered", "read":
		f.Kind = channels.Delivered
		return f, true
	case "undelivered", "failed":
		if f.Code == Stopped {
			return stopped(form.Get("To")), true
		}
		f.Kind, f.Hard = channels.Bounced, hard(f.Code)
		return f, true
	case "":
		return stopped(form.Get("From")), form.Get("OptOutType") == "STOP" || channels.IsStop(form.Get("Body"))
	}
	return f, false
}

func stopped(number string) channels.Feedback {
	return channels.Feedback{Provider: provider, Kind: channels.Stopped, From: number}
}

// hard are the errors after acceptance that don't go away: an unknown phone, a landline, and
// numbers that Twilio finds invalid only later.
func hard(code string) bool {
	return slices.Contains([]string{"30005", "30006", "21211", "21614"}, code)
}
