package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/notify"
)

// Poller asks for updates where no webhook can be reached from outside. Telegram allows one
// at a time: the owner runs it on one replica only, under a lock or in the dev mode. It is
// not the library's own, which logs the token.
type Poller struct {
	bot      *bot
	listener Listener
	log      zerolog.Logger
}

// NewPoller checks the configuration. It connects to nothing.
func NewPoller(c Config, l Listener, log zerolog.Logger) (*Poller, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return &Poller{bot: newBot(c), listener: l, log: log}, nil
}

const (
	pollWait   = 25 * time.Second // how long Telegram holds a question open
	firstPause = time.Second
	maxPause   = time.Minute
)

// Run asks until ctx ends. An update that the listener can't deal with is asked for again:
// updates are confirmed by asking for the next.
func (p *Poller) Run(ctx context.Context) {
	defer p.bot.client.CloseIdleConnections()
	next, pause := int64(0), firstPause
	for ctx.Err() == nil {
		list, err := p.ask(ctx, next)
		if err == nil {
			next, err = p.hand(ctx, list, next)
		}
		if err == nil {
			pause = firstPause
			continue
		}
		if ctx.Err() != nil {
			return
		}
		wait := waitAfter(err, pause)
		p.log.Warn().Err(err).Dur("wait", wait).Msg("Telegram updates could not be read")
		pause = min(2*pause, maxPause)
		rest(ctx, wait)
	}
}

// waitAfter is how long to wait after a failure: about a pause, or what Telegram asks for if
// that is more.
func waitAfter(err error, pause time.Duration) time.Duration {
	if se, ok := errors.AsType[*notify.SendError](err); ok {
		pause = max(pause, se.RetryAfter)
	}
	return pause/2 + rand.N(pause)
}

func rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

func (p *Poller) ask(ctx context.Context, next int64) ([]json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, pollWait+10*time.Second)
	defer cancel()
	resp, err := p.bot.call(ctx, "getUpdates", tgbotapi.Params{
		"offset": strconv.FormatInt(next, 10), "timeout": strconv.Itoa(int(pollWait.Seconds())), "allowed_updates": allowed,
	})
	if err != nil {
		return nil, refused(err, []string{p.bot.token})
	}
	var list []json.RawMessage
	err = json.Unmarshal(resp.Result, &list)
	return list, err
}

// hand gives the updates to the listener in order and returns the number to ask for next.
func (p *Poller) hand(ctx context.Context, list []json.RawMessage, next int64) (int64, error) {
	for _, raw := range list {
		u, ok, err := ParseUpdate(raw)
		if err != nil {
			var id struct {
				ID int64 `json:"update_id"`
			}
			_ = json.Unmarshal(raw, &id)
			u.ID = id.ID
		}
		if ok {
			if err := p.listener.Heard(ctx, u); err != nil {
				return next, err
			}
		}
		next = max(next, u.ID+1)
	}
	return next, nil
}
