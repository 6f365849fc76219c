package simulators

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// FCM speaks Firebase Cloud Messaging's HTTP v1 (projects/*/messages:send) with its real
// error bodies, and the token endpoint of Google's OAuth for service accounts. Requests
// without authorisation are taken too, until [FCM.RequireAuth].
type FCM struct {
	*web
	Troubles *Troubles
	Project  string // the project that it knows
	inbox    *Inbox
	access   *fcmAccess
}

// NewFCM starts the simulator on a free loopback port.
func NewFCM(inbox *Inbox) (*FCM, error) {
	f := &FCM{Troubles: &Troubles{}, Project: "vondi-dev", inbox: inbox, access: newFCMAccess()}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/projects/{project}/messages:send", f.send)
	mux.HandleFunc("POST /token", f.access.grant)
	w, err := serve(mux)
	f.web = w
	return f, err
}

// fcmMessage is the part of a message that a person sees, and what steers it.
type fcmMessage struct {
	Token        string            `json:"token"`
	Data         map[string]string `json:"data"`
	Notification struct {
		Title string `json:"title"`
		Body  string `json:"body"`
		Image string `json:"image"`
	} `json:"notification"`
	Android struct {
		CollapseKey string `json:"collapse_key"`
		Priority    string `json:"priority"`
		TTL         string `json:"ttl"`
	} `json:"android"`
	APNS struct {
		Headers map[string]string `json:"headers"`
	} `json:"apns"`
	Webpush struct {
		Headers map[string]string `json:"headers"`
	} `json:"webpush"`
}

func (f *FCM) send(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	trouble, bad := f.Troubles.Next()
	if bad && refuseFCM(w, r, trouble) {
		return
	}
	if !f.access.allows(r) {
		fcmError(w, http.StatusUnauthorized, "UNAUTHENTICATED", "", "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.")
		return
	}
	if r.PathValue("project") != f.Project {
		fcmError(w, http.StatusForbidden, "PERMISSION_DENIED", "SENDER_ID_MISMATCH", "SenderId mismatch")
		return
	}
	var q struct {
		Message      fcmMessage `json:"message"`
		ValidateOnly bool       `json:"validate_only"`
	}
	if err := json.Unmarshal(body, &q); err != nil || q.Message.Token == "" {
		fcmError(w, http.StatusBadRequest, "INVALID_ARGUMENT", "INVALID_ARGUMENT", "The registration token is not a valid FCM registration token")
		return
	}
	name := "projects/" + f.Project + "/messages/0:" + hexID()
	if !q.ValidateOnly {
		f.keep(q.Message, name, body)
	}
	if bad {
		loseAnswer()
	}
	answerJSON(w, http.StatusOK, map[string]string{"name": name})
}

func (f *FCM) keep(m fcmMessage, name string, body []byte) {
	headers := map[string][]string{
		"collapse_key": {m.Android.CollapseKey}, "priority": {m.Android.Priority}, "ttl": {m.Android.TTL},
	}
	for k, v := range m.APNS.Headers {
		headers[k] = []string{v}
	}
	for k, v := range m.Webpush.Headers {
		headers["webpush-"+strings.ToLower(k)] = []string{v}
	}
	f.inbox.Add(Captured{
		Channel: "push", Provider: "fcm", MessageID: name, To: m.Token,
		Title: m.Notification.Title, Text: m.Notification.Body, Image: m.Notification.Image,
		Link: m.Data["link"], Reference: m.Data["delivery"], Headers: headers, Raw: body,
	})
}

// refuseFCM answers with the trouble, except Unknown, which is made after the message was kept.
func refuseFCM(w http.ResponseWriter, r *http.Request, tr Trouble) bool {
	switch tr.Kind {
	case Temporary:
		fcmError(w, http.StatusServiceUnavailable, "UNAVAILABLE", "UNAVAILABLE", "The service is currently unavailable.")
	case Throttled:
		w.Header().Set("Retry-After", retryAfter(tr))
		fcmError(w, http.StatusTooManyRequests, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED", "Quota exceeded for quota metric 'Messages sent'.")
	case Rejected:
		fcmError(w, http.StatusBadRequest, "INVALID_ARGUMENT", "INVALID_ARGUMENT", "Request contains an invalid argument.")
	case Unreachable:
		fcmError(w, http.StatusNotFound, "NOT_FOUND", "UNREGISTERED", "Requested entity was not found.")
	case Misconfigured:
		fcmError(w, http.StatusUnauthorized, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR", "Auth error from APNS or Web Push Service")
	case Hang:
		hang(r)
	case Unknown:
		return false
	}
	return true
}

func fcmError(w http.ResponseWriter, code int, status, fcm, text string) {
	e := map[string]any{"code": code, "message": text, "status": status}
	if fcm != "" {
		e["details"] = []any{map[string]string{"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": fcm}}
	}
	answerJSON(w, code, map[string]any{"error": e})
}
