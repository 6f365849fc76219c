package telegram_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/channels/channelstest"
	"github.com/vondi-global/notifications/internal/notify"
)

func TestConform(t *testing.T) {
	channelstest.Conform(t, channelstest.Case{
		New: func(t *testing.T) channelstest.Rig {
			server, inbox := api(t)
			return channelstest.Rig{Sender: sender(t, server.URL()), Troubles: server.Troubles, Inbox: inbox}
		},
		To: chat, Message: message(), Secrets: []string{token}, Answers: answers(),
	})
}

func answers() []channelstest.Answer {
	var list []channelstest.Answer
	for _, a := range []struct {
		status int
		body   string
		fault  notify.Fault
		after  time.Duration
	}{
		{429, `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 35","parameters":{"retry_after":35}}`, notify.Throttled, 35 * time.Second},
		{403, `{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}`, notify.Unreachable, 0},
		{403, `{"ok":false,"error_code":403,"description":"Forbidden: user is deactivated"}`, notify.Unreachable, 0},
		{403, `{"ok":false,"error_code":403,"description":"Forbidden: bot can't initiate conversation with a user"}`, notify.Unreachable, 0},
		{403, `{"ok":false,"error_code":403,"description":"Forbidden: bot was kicked from the supergroup chat"}`, notify.Unreachable, 0},
		{400, `{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}`, notify.Unreachable, 0},
		{400, `{"ok":false,"error_code":400,"description":"Bad Request: PEER_ID_INVALID"}`, notify.Unreachable, 0},
		{400, `{"ok":false,"error_code":400,"description":"Bad Request: not enough rights to send text messages to the chat"}`, notify.Unreachable, 0},
		{400, `{"ok":false,"error_code":400,"description":"Bad Request: can't parse entities: Unsupported start tag \"p\" at byte offset 0"}`, notify.Rejected, 0},
		{400, `{"ok":false,"error_code":400,"description":"Bad Request: message is too long"}`, notify.Rejected, 0},
		{400, `{"ok":false,"error_code":400,"description":"Bad Request: BUTTON_URL_INVALID"}`, notify.Rejected, 0},
		{401, `{"ok":false,"error_code":401,"description":"Unauthorized"}`, notify.Misconfigured, 0},
		{404, `{"ok":false,"error_code":404,"description":"Not Found"}`, notify.Misconfigured, 0},
		{500, `{"ok":false,"error_code":500,"description":"Internal Server Error"}`, notify.Temporary, 0},
		{502, `<html>502 Bad Gateway</html>`, notify.Temporary, 0},
		{503, ``, notify.Temporary, 0},
		{403, `<html>blocked by the proxy</html>`, notify.Misconfigured, 0},
		{200, `<html>a hotel's login page</html>`, notify.Unknown, 0},
		{200, `{"ok":true,"resu`, notify.Unknown, 0},
		{302, `{"ok":false}`, notify.Misconfigured, 0},
		{400, `{"ok":false,"error_code":400,"description":"Bad Request: chat 987654321 of https://vondi.rs/t/12345 ` + token + ` is odd"}`, notify.Rejected, 0},
	} {
		list = append(list, channelstest.Answer{
			Name: http.StatusText(a.status) + " " + a.body, Fault: a.fault, RetryAfter: a.after,
			Sender: func(t *testing.T) channelstest.Sender {
				s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					w.WriteHeader(a.status)
					_, _ = w.Write([]byte(a.body))
				}))
				t.Cleanup(s.Close)
				return sender(t, s.URL)
			},
		})
	}
	return append(list, channelstest.Answer{
		Name: "nobody listens", Fault: notify.Temporary,
		Sender: func(t *testing.T) channelstest.Sender {
			s := httptest.NewServer(http.NotFoundHandler())
			s.Close()
			return sender(t, s.URL)
		},
	})
}
