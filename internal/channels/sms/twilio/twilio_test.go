package twilio_test

import (
	"net/url"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vondi-global/notifications/internal/channels/channelstest"
	"github.com/vondi-global/notifications/internal/channels/sms/twilio"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/simulators"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	sid   = "AC00000000000000000000000000000001"
	token = "0123456789abcdef0123456789abcdef"
)

var number, message = channelstest.SMS()

func simulator(t testing.TB) (*simulators.Twilio, *simulators.Inbox) {
	t.Helper()
	return channelstest.Simulated(t, simulators.NewTwilio)
}

func sender(t testing.TB, dsn string) *twilio.Sender {
	t.Helper()
	return channelstest.Opened(t, dsn, twilio.ParseURL, twilio.New)
}

func TestConforms(t *testing.T) {
	channelstest.Conform(t, channelstest.Case{
		New: func(t *testing.T) channelstest.Rig {
			sim, inbox := simulator(t)
			return channelstest.Rig{Sender: sender(t, sim.DSN("VONDI")+"&callback="+url.QueryEscape("https://n.example/v1/dlr/twilio")), Troubles: sim.Troubles, Inbox: inbox}
		},
		To: number, Message: message, Secrets: []string{sid, token},
		Answers: []channelstest.Answer{
			answer("wrong credentials", 401, 20003, notify.Misconfigured),
			answer("no such account", 404, 20404, notify.Misconfigured),
			answer("suspended", 400, 30002, notify.Misconfigured),
			answer("the sender isn't ours", 400, 21660, notify.Misconfigured),
			answer("the sender can't", 400, 21606, notify.Misconfigured),
			answer("no route from the sender", 400, 21612, notify.Misconfigured),
			answer("alphanumeric senders not enabled", 400, 21267, notify.Misconfigured),
			answer("region not enabled", 400, 21408, notify.Misconfigured),
			answer("not a number", 400, 21211, notify.Unreachable),
			answer("not reachable", 400, 21217, notify.Unreachable),
			answer("landline", 400, 21614, notify.Unreachable),
			answer("has sent STOP", 400, 21610, notify.Unreachable),
			answer("too long", 400, 21617, notify.Rejected),
			answer("no text", 400, 21602, notify.Rejected),
			answer("filtered", 400, 30007, notify.Rejected),
			answer("a code we don't know", 400, 29999, notify.Rejected),
			answer("too many requests", 429, 20429, notify.Throttled, "Retry-After", "7").After(7 * time.Second),
			answer("the sender's queue is full", 400, 21611, notify.Throttled).After(5 * time.Second),
			answer("internal error", 500, 20500, notify.Temporary),
			{Name: "a proxy's page", Fault: notify.Temporary, Code: "502", Sender: fixed(502, "<html>Bad Gateway</html>")},
			{Name: "a redirect", Fault: notify.Misconfigured, Code: "302", Sender: fixed(302, "", "Location", "https://elsewhere.example/")},
		},
	})
}

// answer is a Twilio error that quotes all that it shouldn't.
func answer(name string, status, code int, f notify.Fault, header ...string) channelstest.Answer {
	c := strconv.Itoa(code)
	body := `{"code":` + c + `,"message":"The number ` + number.Value + ` of ` + sid + ` with ` + token + `: ` + message.Text + `","more_info":"https://www.twilio.com/docs/errors/` + c + `","status":` + strconv.Itoa(status) + `}`
	return channelstest.Answer{Name: name, Fault: f, Code: c, Sender: fixed(status, body, header...)}
}

func fixed(status int, body string, header ...string) func(t *testing.T) channelstest.Sender {
	return func(t *testing.T) channelstest.Sender {
		return sender(t, "twilio://"+sid+":"+token+"@"+channelstest.Fixed(t, status, body, header...)+"?from=VONDI&plain=1")
	}
}
