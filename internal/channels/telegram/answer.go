package telegram

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
)

// noChat are the words of a 400 that speak of the chat and not of the message.
var noChat = regexp.MustCompile(`(?i)chat not found|peer_id_invalid|user not found|user is deactivated|not enough rights|have no rights|need administrator rights|chat_write_forbidden|group is deactivated|topic_closed|bot is not a member|chat_id is empty|user_is_blocked|input_user_deactivated`)

// refused turns an answer into a fault (Bot API, "Making requests" and its descriptions).
func refused(err error, hide []string) error {
	if se, ok := errors.AsType[*notify.SendError](err); ok {
		return se
	}
	if u, ok := errors.AsType[unreadableError](err); ok {
		return channels.Refused(provider, unreadableFault(u.status), strconv.Itoa(u.status), u.Error())
	}
	e, ok := errors.AsType[*tgbotapi.Error](err)
	if !ok {
		return garbled(err, hide)
	}
	se := channels.Refused(provider, fault(e), strconv.Itoa(e.Code), e.Message, hide...)
	se.RetryAfter = time.Duration(e.RetryAfter) * time.Second
	if e.MigrateToChatID != 0 {
		se.NewChat = strconv.FormatInt(e.MigrateToChatID, 10)
	}
	return se
}

func fault(e *tgbotapi.Error) notify.Fault {
	switch {
	case e.MigrateToChatID != 0:
		return notify.Temporary
	case e.Code == http.StatusForbidden: // blocked, kicked, deactivated, never started
		return notify.Unreachable
	case e.Code == http.StatusBadRequest && noChat.MatchString(e.Message):
		return notify.Unreachable
	}
	return channels.StatusFault(e.Code)
}

// unreadableFault: a page with a 200 may hide an accepted message; one with a 403 is a
// proxy's and says nothing of the person.
func unreadableFault(status int) notify.Fault {
	if status/100 == 2 {
		return notify.Unknown
	}
	return channels.StatusFault(status)
}

// garbled is JSON that broke off or isn't the Bot API's. What it said is not known.
func garbled(err error, hide []string) error {
	_, syntax := errors.AsType[*json.SyntaxError](err)
	_, kind := errors.AsType[*json.UnmarshalTypeError](err)
	read := syntax || kind || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
	return channels.Lost(provider, err, read, hide...)
}
