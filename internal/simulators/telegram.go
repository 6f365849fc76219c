package simulators

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Telegram is a Bot API server that knows sendMessage, getMe, getUpdates, setWebhook,
// deleteWebhook and getWebhookInfo. It takes any bot token unless Token is set, and parses
// HTML as the real one does.
type Telegram struct {
	Troubles *Troubles
	Token    string // set before the first request

	*web
	inbox *Inbox

	mu       sync.Mutex
	messages int64
	moved    map[string]int64 // chat → the supergroup that it became
	updates  []json.RawMessage
	first    int64 // update_id of updates[0]
	arrived  chan struct{}
	hook     hook
}

type hook struct{ url, secret string }

// NewTelegram starts a Bot API server on a free loopback port.
func NewTelegram(inbox *Inbox) (*Telegram, error) {
	s := &Telegram{Troubles: &Troubles{}, inbox: inbox, moved: map[string]int64{}, first: 1, arrived: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("/{bot}/{method}", s.serve)
	var err error
	s.web, err = serve(mux)
	return s, err
}

// Move turns a group into a supergroup with a new id.
func (s *Telegram) Move(chat string, to int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moved[chat] = to
}

// Hear makes the bot hear an update: the JSON of a Bot API Update without its update_id. It
// goes to the webhook if one is set, else to getUpdates.
func (s *Telegram) Hear(update map[string]any) error {
	s.mu.Lock()
	update["update_id"] = s.first + int64(len(s.updates))
	raw, err := json.Marshal(update)
	if err != nil {
		s.mu.Unlock()
		return err
	}
	h := s.hook
	if h.url == "" {
		s.updates = append(s.updates, raw)
		close(s.arrived)
		s.arrived = make(chan struct{})
	}
	s.mu.Unlock()
	if h.url == "" {
		return nil
	}
	return h.call(raw)
}

func (h hook) call(raw []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Telegram-Bot-Api-Secret-Token", h.secret)
	resp, err := (&http.Client{}).Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("the webhook answered %s", resp.Status)
	}
	return nil
}

func (s *Telegram) serve(w http.ResponseWriter, r *http.Request) {
	token, ok := strings.CutPrefix(r.PathValue("bot"), "bot")
	if !ok {
		refuse(w, http.StatusNotFound, "Not Found", nil)
		return
	}
	if s.Token != "" && token != s.Token {
		refuse(w, http.StatusUnauthorized, "Unauthorized", nil)
		return
	}
	if err := r.ParseForm(); err != nil {
		refuse(w, http.StatusBadRequest, "Bad Request: can't parse form", nil)
		return
	}
	switch r.PathValue("method") {
	case "sendMessage":
		s.sendMessage(w, r)
	case "getMe":
		grant(w, map[string]any{"id": 1, "is_bot": true, "first_name": "Simulator", "username": "simulator_bot"})
	case "getUpdates":
		s.getUpdates(w, r)
	case "setWebhook":
		s.setHook(hook{r.Form.Get("url"), r.Form.Get("secret_token")})
		grant(w, true)
	case "deleteWebhook":
		s.setHook(hook{})
		grant(w, true)
	case "getWebhookInfo":
		grant(w, map[string]any{"url": s.getHook().url, "pending_update_count": 0})
	default:
		refuse(w, http.StatusNotFound, "Not Found: method not found", nil)
	}
}

func (s *Telegram) setHook(h hook) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = h
}

func (s *Telegram) getHook() hook {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hook
}

// getUpdates waits for updates from offset on, for at most timeout seconds.
func (s *Telegram) getUpdates(w http.ResponseWriter, r *http.Request) {
	if s.getHook().url != "" {
		refuse(w, http.StatusConflict, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first", nil)
		return
	}
	offset, _ := strconv.ParseInt(r.Form.Get("offset"), 10, 64)
	wait, _ := strconv.Atoi(r.Form.Get("timeout"))
	deadline := time.After(time.Duration(wait) * time.Second)
	for {
		list, arrived := s.from(offset)
		if len(list) > 0 {
			grant(w, list)
			return
		}
		select {
		case <-arrived:
		case <-deadline:
			grant(w, []json.RawMessage{})
			return
		case <-r.Context().Done():
			return
		}
	}
}

// from forgets the updates before offset and returns the others.
func (s *Telegram) from(offset int64) ([]json.RawMessage, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if done := min(offset-s.first, int64(len(s.updates))); done > 0 {
		s.updates, s.first = s.updates[done:], s.first+done
	}
	return s.updates, s.arrived
}

func (s *Telegram) sendMessage(w http.ResponseWriter, r *http.Request) {
	trouble, _ := s.Troubles.Next()
	if s.troubled(w, r, trouble) {
		return
	}
	chat := r.Form.Get("chat_id")
	if to, ok := s.movedTo(chat); ok {
		refuse(w, http.StatusBadRequest, "Bad Request: group chat was upgraded to a supergroup chat", map[string]any{"migrate_to_chat_id": to})
		return
	}
	c, complaint := readTelegram(r.Form)
	if complaint != "" {
		refuse(w, http.StatusBadRequest, "Bad Request: "+complaint, nil)
		return
	}
	s.mu.Lock()
	s.messages++
	id := s.messages
	s.mu.Unlock()
	c.MessageID = strconv.FormatInt(id, 10)
	s.inbox.Add(c)
	if trouble.Kind == Unknown {
		loseAnswer()
	}
	chatID, _ := strconv.ParseInt(chat, 10, 64)
	grant(w, map[string]any{
		"message_id": id, "date": time.Now().Unix(), "text": c.Text,
		"chat": map[string]any{"id": chatID, "type": "private"},
	})
}

func (s *Telegram) movedTo(chat string) (int64, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	to, ok := s.moved[chat]
	return to, ok
}

// troubled answers in trouble's words, if there is any.
func (s *Telegram) troubled(w http.ResponseWriter, r *http.Request, t Trouble) bool {
	switch t.Kind {
	case Temporary:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		fmt.Fprint(w, "<html><head><title>502 Bad Gateway</title></head></html>")
	case Throttled:
		n := max(1, int(t.RetryAfter.Seconds()))
		refuse(w, http.StatusTooManyRequests, fmt.Sprintf("Too Many Requests: retry after %d", n), map[string]any{"retry_after": n})
	case Rejected:
		refuse(w, http.StatusBadRequest, `Bad Request: can't parse entities: Unsupported start tag "p" at byte offset 0`, nil)
	case Unreachable:
		refuse(w, http.StatusForbidden, "Forbidden: bot was blocked by the user", nil)
	case Misconfigured:
		refuse(w, http.StatusUnauthorized, "Unauthorized", nil)
	case Hang:
		hang(r)
	default:
		return false
	}
	return true
}

// readTelegram reads the parameters of sendMessage, or says what the real server would
// complain of.
func readTelegram(f url.Values) (c Captured, complaint string) {
	raw := f.Get("text")
	c = Captured{
		Channel: "telegram", Provider: "telegram", To: f.Get("chat_id"), Text: raw,
		Raw: []byte(f.Encode()),
	}
	if _, err := strconv.ParseInt(c.To, 10, 64); err != nil && !strings.HasPrefix(c.To, "@") {
		return c, "chat not found"
	}
	if strings.EqualFold(f.Get("parse_mode"), "HTML") {
		c.HTML = raw
		if c.Text, complaint = TelegramText(raw); complaint != "" {
			return c, "can't parse entities: " + complaint
		}
	}
	c.Text = strings.TrimSpace(c.Text)
	switch n := UTF16Len(c.Text); {
	case n == 0:
		return c, "message text is empty"
	case n > 4096:
		return c, "message is too long"
	}
	c.Buttons, complaint = readKeyboard(f.Get("reply_markup"))
	return c, complaint
}

func readKeyboard(markup string) (buttons []Button, complaint string) {
	if markup == "" {
		return nil, ""
	}
	var m struct {
		Rows [][]Button `json:"inline_keyboard"`
	}
	if json.Unmarshal([]byte(markup), &m) != nil {
		return nil, "can't parse reply keyboard markup JSON object"
	}
	for _, row := range m.Rows {
		for _, b := range row {
			u, err := url.Parse(b.URL)
			switch {
			case b.Text == "":
				return nil, "text buttons are unallowed in the inline keyboard"
			case err != nil, u.Host == "", u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "tg":
				return nil, "BUTTON_URL_INVALID"
			}
			buttons = append(buttons, b)
		}
	}
	return buttons, ""
}

func grant(w http.ResponseWriter, result any) {
	answerJSON(w, http.StatusOK, map[string]any{"ok": true, "result": result})
}

func refuse(w http.ResponseWriter, code int, description string, parameters map[string]any) {
	a := map[string]any{"ok": false, "error_code": code, "description": description}
	if parameters != nil {
		a["parameters"] = parameters
	}
	answerJSON(w, code, a)
}

func answerJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
