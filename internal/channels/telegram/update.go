package telegram

import (
	"encoding/json"
	"errors"
	"regexp"
	"strconv"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// Act is what a person did in a chat with the bot.
type Act string

// The acts.
const (
	Start   Act = "start"   // pressed Start: Token links the chat to a person of ours, if there is one
	Stop    Act = "stop"    // wrote /stop: no more messages
	Blocked Act = "blocked" // blocked the bot, or threw it out of the group
	Allowed Act = "allowed" // unblocked it, or took it in
)

// Update is one act. Chat and Token are personal: they belong in no log.
type Update struct {
	ID       int64 // grows; the same update may come twice
	Act      Act
	Chat     string
	Token    string // Start: the part after t.me/<bot>?start=
	Language string // the person's Telegram, "sr": a hint only
	Private  bool   // a person's own chat and not a group
}

// linkToken is what Telegram lets through in a deep link.
var linkToken = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// ParseUpdate reads a Bot API Update. ok is false for the many that mean nothing to us.
func ParseUpdate(raw []byte) (u Update, ok bool, err error) {
	var t tgbotapi.Update
	if err := json.Unmarshal(raw, &t); err != nil {
		return u, false, errors.New("telegram: the body is no update")
	}
	u, ok = read(t)
	return u, ok, nil
}

func read(t tgbotapi.Update) (u Update, ok bool) {
	u.ID = int64(t.UpdateID)
	switch {
	case t.MyChatMember != nil:
		return readMember(u, t.MyChatMember)
	case t.Message != nil && t.Message.Chat != nil:
		return readMessage(u, t.Message)
	}
	return u, false
}

func readMessage(u Update, m *tgbotapi.Message) (Update, bool) {
	u.Chat, u.Private = strconv.FormatInt(m.Chat.ID, 10), m.Chat.IsPrivate()
	if m.From != nil {
		u.Language = m.From.LanguageCode
	}
	command, rest, _ := strings.Cut(strings.TrimSpace(m.Text), " ")
	command, _, _ = strings.Cut(command, "@") // in groups: /start@bot
	switch strings.ToLower(command) {
	case "/start":
		u.Act = Start
		if token := strings.TrimSpace(rest); linkToken.MatchString(token) {
			u.Token = token
		}
	case "/stop":
		u.Act = Stop
	}
	return u, u.Act != ""
}

func readMember(u Update, m *tgbotapi.ChatMemberUpdated) (Update, bool) {
	u.Chat, u.Private, u.Language = strconv.FormatInt(m.Chat.ID, 10), m.Chat.IsPrivate(), m.From.LanguageCode
	switch m.NewChatMember.Status {
	case "kicked", "left":
		u.Act = Blocked
	case "member", "administrator":
		u.Act = Allowed
	}
	return u, u.Act != ""
}
