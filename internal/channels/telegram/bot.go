package telegram

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/vondi-global/notifications/internal/channels"
)

// bot calls methods of the Bot API.
type bot struct {
	api    tgbotapi.BotAPI
	client *http.Client
	token  string
}

func newBot(c Config) *bot {
	b := &bot{client: channels.Overheard(channels.NewHTTPClient(), c.Wire), token: c.Token.Reveal()}
	b.api.Token = b.token
	b.api.SetAPIEndpoint(strings.ReplaceAll(c.endpoint(), "%", "%%") + "/bot%s/%s")
	return b
}

// call makes one request within ctx. The error is a [*tgbotapi.Error], an [unreadableError]
// answer or a [notify.SendError] of an exchange that broke off.
func (b *bot) call(ctx context.Context, method string, p tgbotapi.Params, hide ...string) (*tgbotapi.APIResponse, error) {
	api := b.api
	api.Client = callClient{ctx, b.client, append(hide, b.token)}
	return api.MakeRequest(method, p)
}

// callClient is the library's HTTP client for one call.
type callClient struct {
	ctx    context.Context
	client *http.Client
	hide   []string
}

func (c callClient) Do(req *http.Request) (*http.Response, error) {
	a, err := channels.Do(c.ctx, c.client, provider, req, c.hide...)
	if err != nil {
		return nil, err
	}
	if body := bytes.TrimSpace(a.Body); len(body) == 0 || body[0] != '{' {
		return nil, unreadableError{a.Status}
	}
	return &http.Response{StatusCode: a.Status, Header: a.Header, Body: io.NopCloser(bytes.NewReader(a.Body))}, nil
}

// unreadableError is an answer that isn't the Bot API's, such as a proxy's error page.
type unreadableError struct{ status int }

func (u unreadableError) Error() string { return fmt.Sprintf("the answer (%d) is not JSON", u.status) }
