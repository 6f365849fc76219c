package telegram

import (
	"context"
	"crypto/subtle"
	"io"
	"net/http"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/secret"
)

// Listener takes what people do. An error makes the update come again.
type Listener interface {
	Heard(ctx context.Context, u Update) error
}

// maxUpdate bounds an update; Telegram's are a few kilobytes.
const maxUpdate = 256 << 10

// Webhook takes updates that Telegram posts, on any number of replicas. Secret is the
// secret_token of setWebhook, without which anybody could play Telegram.
type Webhook struct {
	Secret   secret.String
	Listener Listener
	Log      zerolog.Logger
}

// ServeHTTP answers 200 when the update has been dealt with, and 500 when it is to come
// again.
func (h *Webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	got := r.Header.Get("X-Telegram-Bot-Api-Secret-Token")
	if h.Secret.Empty() || subtle.ConstantTimeCompare([]byte(got), []byte(h.Secret.Reveal())) != 1 {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpdate))
	if err != nil {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	u, ok, err := ParseUpdate(raw)
	if err != nil || !ok {
		return // 200: what we can't read now we can't read later
	}
	ctx, cancel := context.WithTimeout(r.Context(), 10*time.Second)
	defer cancel()
	if err := h.Listener.Heard(ctx, u); err != nil {
		h.Log.Error().Err(err).Str("act", string(u.Act)).Msg("Telegram update could not be dealt with")
		w.WriteHeader(http.StatusInternalServerError)
	}
}

// allowed are the updates that we want.
const allowed = `["message","my_chat_member"]`

// Announce tells Telegram to post the updates to url, and again until Telegram has heard or
// ctx ends.
func (h *Webhook) Announce(ctx context.Context, c Config, url string) error {
	if err := c.Validate(); err != nil {
		return err
	}
	b := newBot(c)
	defer b.client.CloseIdleConnections()
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		err := h.set(ctx, b, url)
		if err == nil || ctx.Err() != nil {
			return nil
		}
		h.Log.Warn().Err(err).Msg("Telegram could not be told where the webhook is")
		rest(ctx, waitAfter(err, pause))
	}
}

func (h *Webhook) set(ctx context.Context, b *bot, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	p := tgbotapi.Params{"url": url, "secret_token": h.Secret.Reveal(), "allowed_updates": allowed}
	hide := []string{url, h.Secret.Reveal()}
	if _, err := b.call(ctx, "setWebhook", p, hide...); err != nil {
		return refused(err, append(hide, b.token))
	}
	return nil
}
