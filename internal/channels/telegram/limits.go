package telegram

import (
	"strings"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
)

// Limits are Telegram's (core.telegram.org/bots/faq): about 30 messages a second in all, one
// a second in a chat with short bursts, 20 a minute in a group. Ours stay a little below.
func Limits(to notify.Address) []channels.Limit {
	scope := "chat:" + strings.TrimPrefix(to.Key(), "telegram:")
	chat := channels.Limit{Scope: scope, Rate: 1, Burst: 3}
	if strings.HasPrefix(to.Value, "-") {
		chat = channels.Limit{Scope: scope, Rate: 20.0 / 60, Burst: 5}
	}
	return []channels.Limit{{Rate: 28, Burst: 10}, chat}
}
