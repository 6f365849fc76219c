package infobip_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vondi-global/notifications/internal/channels/channelstest"
	"github.com/vondi-global/notifications/internal/channels/sms/infobip"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/simulators"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const key = "0123456789abcdef0123456789abcdef-01234567-89ab-cdef"

var number, message = channelstest.SMS()

func simulator(t testing.TB) (*simulators.Infobip, *simulators.Inbox) {
	t.Helper()
	return channelstest.Simulated(t, simulators.NewInfobip)
}

func sender(t testing.TB, dsn string) *infobip.Sender {
	t.Helper()
	return channelstest.Opened(t, dsn, infobip.ParseURL, infobip.New)
}

func TestConforms(t *testing.T) {
	channelstest.Conform(t, channelstest.Case{
		New: func(t *testing.T) channelstest.Rig {
			sim, inbox := simulator(t)
			return channelstest.Rig{Sender: sender(t, sim.DSN("VONDI")), Troubles: sim.Troubles, Inbox: inbox}
		},
		To: number, Message: message, Secrets: []string{key, "381641234567"},
		Answers: []channelstest.Answer{
			refusal("wrong key", 401, "E401", notify.Misconfigured),
			refusal("not allowed", 403, "E403", notify.Misconfigured),
			refusal("not the account's host", 404, "E404", notify.Misconfigured),
			refusal("a bad request", 400, "E400", notify.Rejected),
			refusal("internal error", 500, "E500", notify.Temporary),
			refusal("away", 503, "E503", notify.Temporary),
			{Name: "too many requests", Fault: notify.Throttled, Code: "E429", RetryAfter: 7 * time.Second, Sender: fixed(429, `{"errorCode":"E429"}`, "Retry-After", "7")},
			{Name: "the older envelope", Fault: notify.Misconfigured, Code: "UNAUTHORIZED", Sender: fixed(401, `{"requestError":{"serviceException":{"messageId":"UNAUTHORIZED","text":"Invalid login details"}}}`)},
			{Name: "a proxy's page", Fault: notify.Temporary, Code: "502", Sender: fixed(502, "<html>Bad Gateway</html>")},
			status("REJECTED", "REJECTED_INVALID_DESTINATION", notify.Unreachable),
			status("REJECTED", "REJECTED_PREFIX_MISSING", notify.Unreachable),
			status("REJECTED", "REJECTED_DND", notify.Unreachable),
			status("REJECTED", "REJECTED_NOT_ENOUGH_CREDITS", notify.Misconfigured),
			status("REJECTED", "REJECTED_SENDER", notify.Misconfigured),
			status("REJECTED", "REJECTED_NETWORK", notify.Misconfigured),
			status("REJECTED", "REJECTED_DESTINATION_NOT_REGISTERED", notify.Misconfigured),
			status("REJECTED", "REJECTED_FLOODING_FILTER", notify.Temporary).After(15 * time.Minute),
			status("REJECTED", "REJECTED_SYSTEM_ERROR", notify.Temporary),
			status("REJECTED", "REJECTED_MESSAGE_TOO_LONG", notify.Rejected),
			status("UNDELIVERABLE", "UNDELIVERABLE_REJECTED_OPERATOR", notify.Rejected),
		},
	})
}

// The answer to the first attempt was lost; the second is refused as a duplicate. It has
// arrived once, and that is a receipt.
func TestADuplicateIsAReceipt(t *testing.T) {
	sim, inbox := simulator(t)
	sim.RefuseDuplicates()
	s := sender(t, sim.DSN("VONDI"))
	sim.Troubles.Once(simulators.Trouble{Kind: simulators.Unknown})
	if _, err := s.Send(t.Context(), number, message); notify.FaultOf(err) != notify.Unknown {
		t.Fatalf("error %v: want unknown", err)
	}
	r, err := s.Send(t.Context(), number, message)
	if err != nil || r.ID != message.Delivery {
		t.Errorf("receipt %+v, %v: want the delivery's id", r, err)
	}
	if n := inbox.Total(); n != 1 {
		t.Errorf("%d messages arrived, want 1", n)
	}
}

// refusal is an error envelope that quotes all that it shouldn't.
func refusal(name string, code int, errorCode string, f notify.Fault) channelstest.Answer {
	body := `{"errorCode":"` + errorCode + `","description":"` + number.Value + ` with ` + key + `: ` + message.Text + `","action":"","violations":[],"resources":[]}`
	return channelstest.Answer{Name: name, Fault: f, Code: errorCode, Sender: fixed(code, body)}
}

func status(group, name string, f notify.Fault) channelstest.Answer {
	body := `{"messages":[{"messageId":"x","destination":"381641234567","status":{"groupId":5,"groupName":"` + group + `","id":6,"name":"` + name + `","description":"` + number.Value + `"}}]}`
	return channelstest.Answer{Name: name, Fault: f, Code: name, Sender: fixed(200, body)}
}

func fixed(status int, body string, header ...string) func(t *testing.T) channelstest.Sender {
	return func(t *testing.T) channelstest.Sender {
		return sender(t, "infobip://"+key+"@"+channelstest.Fixed(t, status, body, header...)+"?from=VONDI&plain=1")
	}
}
