package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
)

// Sender sends messages by a bot.
type Sender struct{ bot *bot }

// New checks the configuration. It connects to nothing.
func New(c Config) (*Sender, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return &Sender{newBot(c)}, nil
}

// Send sends m to the chat. The receipt's id is the message's number in its chat. A group
// that has become a supergroup is sent to at its new id at once; the receipt then names it.
func (s *Sender) Send(ctx context.Context, to notify.Address, m notify.Message) (notify.Receipt, error) {
	hide := []string{to.Value, to.Name, m.HTML, m.Text}
	if n := length(m.HTML, m.Text); n > maxText {
		return notify.Receipt{}, channels.Refused(provider, notify.Rejected, "", "the text has "+strconv.Itoa(n)+" characters, more than 4096")
	}
	p, err := params(m)
	if err != nil {
		return notify.Receipt{}, channels.Refused(provider, notify.Rejected, "", "the buttons could not be written")
	}
	r, err := s.send(ctx, to.Value, p, hide)
	if se, ok := errors.AsType[*notify.SendError](err); ok && se.NewChat != "" {
		r, err = s.send(ctx, se.NewChat, p, append(hide, se.NewChat))
		r.NewChat = se.NewChat
		if again, ok := errors.AsType[*notify.SendError](err); ok {
			again.NewChat = se.NewChat
		}
	}
	return r, err
}

// Provider is the name under which messages are sent.
func (*Sender) Provider() string { return provider }

// Close closes the idle connections.
func (s *Sender) Close() error { s.bot.client.CloseIdleConnections(); return nil }

func (s *Sender) send(ctx context.Context, chat string, p tgbotapi.Params, hide []string) (notify.Receipt, error) {
	p["chat_id"] = chat
	resp, err := s.bot.call(ctx, "sendMessage", p, hide...)
	if err != nil {
		return notify.Receipt{}, refused(err, append(hide, s.bot.token))
	}
	var sent struct {
		ID int64 `json:"message_id"`
	}
	_ = json.Unmarshal(resp.Result, &sent) // accepted is accepted, whatever the rest says
	return notify.Receipt{Provider: provider, ID: chatMessage(chat, sent.ID), Parts: 1}, nil
}

// chatMessage is a message's id for us: the Bot API numbers messages by chat. The chat is
// given by its fingerprint only, since ids are logged.
func chatMessage(chat string, id int64) string {
	key := notify.Address{Channel: notify.Telegram, Value: chat}.Key()
	return strings.TrimPrefix(key, "telegram:") + "-" + strconv.FormatInt(id, 10)
}

// params is the message as sendMessage wants it. The library's own structure is of 2021 and
// knows no link_preview_options.
func params(m notify.Message) (tgbotapi.Params, error) {
	p := tgbotapi.Params{"text": m.HTML, "parse_mode": tgbotapi.ModeHTML, "link_preview_options": `{"is_disabled":true}`}
	if m.HTML == "" {
		p["text"] = m.Text
		delete(p, "parse_mode")
	}
	if m.Priority == notify.Low {
		p["disable_notification"] = "true"
	}
	if len(m.Buttons) == 0 {
		return p, nil
	}
	rows := make([][]notify.Button, len(m.Buttons))
	for i, b := range m.Buttons {
		rows[i] = []notify.Button{b}
	}
	b, err := json.Marshal(map[string]any{"inline_keyboard": rows})
	p["reply_markup"] = string(b)
	return p, err
}
