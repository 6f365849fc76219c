package ctl

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/channels"
)

// askTime bounds one question to somebody outside.
const askTime = 3 * time.Second

// botAnswer is what the doctor reads of the Bot API's getMe and getWebhookInfo.
type botAnswer struct {
	OK     bool `json:"ok"`
	Result struct {
		Username string `json:"username"`
		URL      string `json:"url"`
		Pending  int    `json:"pending_update_count"`
		Error    string `json:"last_error_message"`
	} `json:"result"`
}

// webhook asks Telegram who the bot is, and where it sends what people do.
func (d doctor) webhook(ctx context.Context) []check {
	const area = "telegram bot"
	cfg := d.s.cfg.Telegram
	if cfg.Token.Empty() {
		return nil
	}
	me, ok := d.askBot(ctx, "getMe")
	if !ok {
		return []check{{area, "Telegram doesn't answer from here: bot and webhook were not looked at", unknown, ""}}
	}
	if !me.OK {
		return []check{{area, "Telegram refuses the token", wrong, "take the one of @BotFather"}}
	}
	checks := []check{botName(area, cfg.Bot, me.Result.Username)}
	hook, ok := d.askBot(ctx, "getWebhookInfo")
	if !ok || !hook.OK {
		return append(checks, check{area, "Telegram doesn't say where it sends what people do", unknown, ""})
	}
	return append(checks, hookState(area, cfg.Updates, hook))
}

func botName(area, configured, real string) check {
	configured = strings.TrimPrefix(configured, "@")
	switch {
	case configured == "":
		return check{area, "it is @" + real + "; telegram.bot is not set: no link to it can be made", doubt, "set telegram.bot: " + real}
	case real != "" && !strings.EqualFold(configured, real):
		return check{area, "telegram.bot is " + configured + ", but the token's bot is @" + real, wrong, "set telegram.bot: " + real}
	}
	return check{area, "it is @" + configured, fine, ""}
}

func hookState(area, updates string, hook botAnswer) check {
	set := hook.Result.URL != ""
	switch {
	case updates == "webhook" && !set:
		return check{area, "no webhook is set: /start and /stop are not heard", wrong, "the daemon sets it at its start, when public.url is set"}
	case updates == "poll" && set:
		return check{area, "a webhook is set: Telegram refuses polling while it is", wrong, "deleteWebhook, or telegram.updates: webhook"}
	case hook.Result.Error != "":
		return check{area, "Telegram's last call of the webhook failed", doubt, "is public.url reachable from outside?"}
	case set:
		return check{area, "a webhook is set; " + plural(hook.Result.Pending, "update") + " waiting", fine, ""}
	case updates == "poll":
		return check{area, "no webhook; the daemon polls", fine, ""}
	}
	return check{area, "no webhook is set: /start and /stop are not heard", doubt, "telegram.updates: webhook or poll"}
}

// askBot asks the Bot API. Its errors are dropped: they would show the token, which is a
// part of the URL.
func (d doctor) askBot(ctx context.Context, method string) (a botAnswer, answered bool) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	cfg := d.s.cfg.Telegram
	base := strings.TrimRight(cfg.Endpoint, "/")
	if base == "" {
		base = "https://api.telegram.org"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/bot"+cfg.Token.Reveal()+"/"+method, http.NoBody)
	if err != nil {
		return a, false
	}
	resp, err := channels.NewHTTPClient().Do(req)
	if err != nil {
		return a, false
	}
	defer resp.Body.Close()
	return a, json.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(&a) == nil
}
