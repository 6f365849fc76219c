package simulators

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// Infobip speaks Infobip's SMS API v3 (POST /sms/3/messages): an API key, JSON both ways, a
// status per message, its error envelope, delivery reports.
type Infobip struct {
	*web
	Troubles *Troubles
	Key      string // the API key that it knows
	inbox    *Inbox

	mu   sync.Mutex
	once map[string]bool // message ids seen, while duplicates are refused; nil while they aren't
}

// NewInfobip starts the simulator on a free loopback port.
func NewInfobip(inbox *Inbox) (*Infobip, error) {
	s := &Infobip{Troubles: &Troubles{}, Key: hexID() + "-" + hexID(), inbox: inbox}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /sms/3/messages", s.send)
	w, err := serve(mux)
	s.web = w
	return s, err
}

// DSN is the setting that points a sender at the simulator.
func (s *Infobip) DSN(from string) string {
	u := url.URL{
		Scheme: "infobip", User: url.User(s.Key), Host: s.Addr(),
		RawQuery: url.Values{"from": {from}, "plain": {"1"}}.Encode(),
	}
	return u.String()
}

// RefuseDuplicates makes it refuse a message id that it has taken already, as the real
// service does.
func (s *Infobip) RefuseDuplicates() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.once = map[string]bool{}
}

type infobipRequest struct {
	Messages []struct {
		Sender       string `json:"sender"`
		Destinations []struct {
			To        string `json:"to"`
			MessageID string `json:"messageId"`
		} `json:"destinations"`
		Content struct {
			Text string `json:"text"`
		} `json:"content"`
	} `json:"messages"`
}

type infobipStatus struct {
	GroupID     int    `json:"groupId"`
	GroupName   string `json:"groupName"`
	ID          int    `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
}

func (s *Infobip) send(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	trouble, bad := s.Troubles.Next()
	if bad && trouble.Kind != Unreachable && s.refuse(w, r, trouble) {
		return
	}
	if r.Header.Get("Authorization") != "App "+s.Key {
		infobipError(w, http.StatusUnauthorized, "E401", "Unauthorized", "Check your credentials and try again.")
		return
	}
	var q infobipRequest
	if err := json.Unmarshal(body, &q); err != nil || len(q.Messages) != 1 || len(q.Messages[0].Destinations) != 1 || q.Messages[0].Content.Text == "" {
		infobipError(w, http.StatusBadRequest, "E400", "Request cannot be processed.", "Check the syntax, violations, or the resources.")
		return
	}
	status := s.take(q, body, bad && trouble.Kind == Unreachable)
	if bad && trouble.Kind == Unknown {
		loseAnswer()
	}
	infobipAnswer(w, q, status)
}

func (s *Infobip) refuse(w http.ResponseWriter, r *http.Request, tr Trouble) bool {
	switch tr.Kind {
	case Temporary:
		infobipError(w, http.StatusInternalServerError, "E500", "Something went wrong.", "Contact our support team.")
	case Throttled:
		w.Header().Set("Retry-After", retryAfter(tr))
		infobipError(w, http.StatusTooManyRequests, "E429", "The request limit has been reached.", "Reduce the rate of requests.")
	case Rejected:
		infobipError(w, http.StatusBadRequest, "E400", "Request cannot be processed.", "Check the syntax, violations, or the resources.")
	case Misconfigured:
		infobipError(w, http.StatusUnauthorized, "E401", "Unauthorized", "Check your credentials and try again.")
	case Hang:
		hang(r)
	case Unknown, Unreachable:
		return false
	}
	return true
}

// take keeps the message unless its destination is dead or its id was seen.
func (s *Infobip) take(q infobipRequest, body []byte, dead bool) infobipStatus {
	m := q.Messages[0]
	to := m.Destinations[0]
	switch {
	case dead:
		return infobipStatus{5, "REJECTED", 52, "REJECTED_DESTINATION", "Destination " + to.To + " is invalid"}
	case !s.first(to.MessageID):
		return infobipStatus{5, "REJECTED", 23, "REJECTED_DUPLICATE_MESSAGE_ID", "Message id is not unique"}
	}
	encoding, parts := segments(m.Content.Text)
	s.inbox.Add(Captured{
		Channel: "sms", Provider: "infobip", MessageID: to.MessageID, Reference: to.MessageID,
		To: "+" + strings.TrimPrefix(to.To, "+"), From: m.Sender, Text: m.Content.Text,
		Encoding: encoding, Segments: parts, Raw: body,
	})
	return infobipStatus{1, "PENDING", 26, "PENDING_ACCEPTED", "Message sent to next instance"}
}

func (s *Infobip) first(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.once == nil {
		return true
	}
	seen := s.once[id]
	s.once[id] = true
	return !seen
}

func infobipAnswer(w http.ResponseWriter, q infobipRequest, status infobipStatus) {
	to := q.Messages[0].Destinations[0]
	_, parts := segments(q.Messages[0].Content.Text)
	answerJSON(w, http.StatusOK, map[string]any{
		"bulkId": hexID(),
		"messages": []any{map[string]any{
			"messageId": to.MessageID, "destination": to.To, "status": status, "details": map[string]any{"messageCount": parts},
		}},
	})
}

// Report is the body of the delivery report of a message. group is PENDING, DELIVERED,
// UNDELIVERABLE, EXPIRED or REJECTED; name is the error's, and permanent says whether its error will never go away.
func (s *Infobip) Report(m Captured, group, name string, permanent bool) []byte {
	state := map[string]infobipStatus{
		"PENDING": {1, group, 7, "PENDING_ENROUTE", ""}, "UNDELIVERABLE": {2, group, 9, "UNDELIVERABLE_NOT_DELIVERED", ""},
		"DELIVERED": {3, group, 5, "DELIVERED_TO_HANDSET", ""}, "EXPIRED": {4, group, 15, "EXPIRED_EXPIRED", ""},
		"REJECTED": {5, group, 52, "REJECTED_DESTINATION", ""},
	}[group]
	b, _ := json.Marshal(map[string]any{"results": []any{map[string]any{
		"bulkId": hexID(), "messageId": m.MessageID, "to": strings.TrimPrefix(m.To, "+"), "sender": m.From,
		"sentAt": "2026-11-24T10:00:00.000+0000", "doneAt": "2026-11-24T10:00:02.000+0000", "messageCount": m.Segments,
		"status": state,
		"error":  map[string]any{"groupId": 1, "groupName": "HANDSET_ERRORS", "id": 1, "name": name, "description": name, "permanent": permanent},
	}}})
	return b
}

func infobipError(w http.ResponseWriter, status int, code, description, action string) {
	answerJSON(w, status, map[string]any{
		"errorCode": code, "description": description, "action": action, "violations": []any{}, "resources": []any{},
	})
}
