package simulators

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // Twilio signs with HMAC-SHA1
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Twilio speaks the Messages resource of Twilio's API 2010-04-01: Basic auth, form in, JSON
// out, its error codes (www.twilio.com/docs/api/errors), and signed status callbacks.
type Twilio struct {
	*web
	Troubles *Troubles
	SID      string // the account that it knows
	Token    string
	inbox    *Inbox
}

// NewTwilio starts the simulator on a free loopback port.
func NewTwilio(inbox *Inbox) (*Twilio, error) {
	t := &Twilio{Troubles: &Troubles{}, SID: "AC" + hexID(), Token: hexID(), inbox: inbox}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /2010-04-01/Accounts/{sid}/Messages.json", t.create)
	w, err := serve(mux)
	t.web = w
	return t, err
}

// DSN is the setting that points a sender at the simulator.
func (t *Twilio) DSN(from string) string {
	u := url.URL{
		Scheme: "twilio", User: url.UserPassword(t.SID, t.Token), Host: t.Addr(),
		RawQuery: url.Values{"from": {from}, "plain": {"1"}}.Encode(),
	}
	return u.String()
}

func (t *Twilio) create(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	form, ferr := url.ParseQuery(string(body))
	if err != nil || ferr != nil {
		twilioError(w, http.StatusBadRequest, 20001, "Unknown parameters")
		return
	}
	trouble, bad := t.Troubles.Next()
	if bad && t.refuse(w, r, trouble, form) {
		return
	}
	if status, code, text := t.check(r, form); code != 0 {
		twilioError(w, status, code, text)
		return
	}
	m := t.keep(form, body)
	if bad {
		loseAnswer()
	}
	t.created(w, form, m)
}

// refuse answers with the trouble, except Unknown, which is made after the message was kept.
func (t *Twilio) refuse(w http.ResponseWriter, r *http.Request, tr Trouble, form url.Values) bool {
	switch tr.Kind {
	case Temporary:
		twilioError(w, http.StatusServiceUnavailable, 20503, "Service Unavailable")
	case Throttled:
		w.Header().Set("Retry-After", retryAfter(tr))
		twilioError(w, http.StatusTooManyRequests, 20429, "Too Many Requests")
	case Rejected:
		twilioError(w, http.StatusBadRequest, 21617, "The concatenated message body exceeds the 1600 character limit.")
	case Unreachable:
		twilioError(w, http.StatusBadRequest, 21614, fmt.Sprintf("To number: %s, is not a mobile number", form.Get("To")))
	case Misconfigured:
		twilioError(w, http.StatusUnauthorized, 20003, "Authenticate")
	case Hang:
		hang(r)
	case Unknown:
		return false
	}
	return true
}

var e164 = regexp.MustCompile(`^\+[1-9]\d{6,14}$`)

// check refuses what the real API refuses before it takes a message.
func (t *Twilio) check(r *http.Request, form url.Values) (status, code int, text string) {
	user, password, _ := r.BasicAuth()
	switch {
	case user != t.SID || password != t.Token:
		return http.StatusUnauthorized, 20003, "Authenticate"
	case r.PathValue("sid") != t.SID:
		return http.StatusNotFound, 20404, "The requested resource " + r.URL.Path + " was not found"
	case form.Get("To") == "":
		return http.StatusBadRequest, 21604, "A 'To' phone number is required."
	case !e164.MatchString(form.Get("To")):
		return http.StatusBadRequest, 21211, fmt.Sprintf("The 'To' number %s is not a valid phone number.", form.Get("To"))
	case form.Get("From") == "" && form.Get("MessagingServiceSid") == "":
		return http.StatusBadRequest, 21603, "A 'From' phone number is required."
	case form.Get("Body") == "":
		return http.StatusBadRequest, 21602, "Message body is required."
	case utf8.RuneCountInString(form.Get("Body")) > 1600:
		return http.StatusBadRequest, 21617, "The concatenated message body exceeds the 1600 character limit."
	}
	return 0, 0, ""
}

func (t *Twilio) keep(form url.Values, body []byte) Captured {
	callback, _ := url.Parse(form.Get("StatusCallback"))
	encoding, parts := segments(form.Get("Body"))
	m := Captured{
		Channel: "sms", Provider: "twilio", MessageID: "SM" + hexID(),
		To: form.Get("To"), From: form.Get("From") + form.Get("MessagingServiceSid"), Text: form.Get("Body"),
		Encoding: encoding, Segments: parts, Raw: body,
	}
	if callback != nil {
		m.Reference = callback.Query().Get("delivery")
	}
	return t.inbox.Add(m)
}

func (t *Twilio) created(w http.ResponseWriter, form url.Values, m Captured) {
	answerJSON(w, http.StatusCreated, map[string]any{
		"account_sid": t.SID, "api_version": "2010-04-01", "sid": m.MessageID, "status": "queued", "direction": "outbound-api",
		"to": m.To, "from": form.Get("From"), "messaging_service_sid": nil, "body": m.Text,
		"num_segments": strconv.Itoa(m.Segments), "num_media": "0", "error_code": nil, "error_message": nil,
		"price": nil, "price_unit": "USD", "uri": "/2010-04-01/Accounts/" + t.SID + "/Messages/" + m.MessageID + ".json",
	})
}

// Report is the signed callback that Twilio makes when a message's status changes: "sent",
// "delivered", "undelivered", "failed". code is the error's, 0 for none.
func (t *Twilio) Report(ctx context.Context, m Captured, status string, code int) (*http.Request, error) {
	form, err := url.ParseQuery(string(m.Raw))
	if err != nil {
		return nil, err
	}
	report := url.Values{
		"AccountSid": {t.SID}, "ApiVersion": {"2010-04-01"}, "MessageSid": {m.MessageID}, "SmsSid": {m.MessageID},
		"MessageStatus": {status}, "SmsStatus": {status}, "To": {m.To}, "From": {m.From},
	}
	if code != 0 {
		report.Set("ErrorCode", strconv.Itoa(code))
	}
	return t.Signed(ctx, form.Get("StatusCallback"), report)
}

// Signed is a request as Twilio makes it, with its X-Twilio-Signature
// (www.twilio.com/docs/usage/security).
func (t *Twilio) Signed(ctx context.Context, target string, form url.Values) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha1.New, []byte(t.Token))
	mac.Write([]byte(target))
	for _, k := range slices.Sorted(maps.Keys(form)) {
		mac.Write([]byte(k + form.Get(k)))
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	return r, nil
}

func twilioError(w http.ResponseWriter, status, code int, text string) {
	answerJSON(w, status, map[string]any{
		"code": code, "message": text, "more_info": fmt.Sprintf("https://www.twilio.com/docs/errors/%d", code), "status": status,
	})
}

// retryAfter is a trouble's wait in whole seconds.
func retryAfter(t Trouble) string {
	return strconv.Itoa(max(1, int(t.RetryAfter.Seconds())))
}

func hexID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}
