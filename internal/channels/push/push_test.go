package push_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vondi-global/notifications/internal/channels/channelstest"
	"github.com/vondi-global/notifications/internal/channels/push"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/simulators"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	device  = notify.Address{Channel: notify.Push, Value: "dGhpc2lzYXRva2Vu:APA91bHPRgkF3JUikC4ENAHEeMrd41Zxv3hVZjC9KtT8OvPVGJ-hQMRKRrZuJAEcl7B338qju59zJMjw2DELjzEvxwYv7hH5Ynpc1ODQ0aT4U4OFEeco8ohsN5PjL1iC2dNtk2BAokeMCg2ZXKqpc8FXKmhX94kIxQ", Name: "Pera Perić", Platform: "android"}
	message = notify.Message{
		Delivery: "abcdefghijklmnopqrstuvwxyz", Event: "order.confirmed", Category: "order", Channel: notify.Push,
		Title: "Porudžbina potvrđena", Text: "Porudžbina 12345 je potvrđena.", Link: "https://vondi.rs/orders/12345",
	}
)

func simulator(t testing.TB) (*simulators.FCM, *simulators.Inbox) {
	t.Helper()
	inbox := simulators.NewInbox(16)
	sim, err := simulators.NewFCM(inbox)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sim.Close() })
	return sim, inbox
}

func sender(t testing.TB, cfg push.Config) *push.Sender {
	t.Helper()
	s, err := push.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// account writes the simulator's service account to a file.
func account(t *testing.T, sim *simulators.FCM) string {
	t.Helper()
	raw, err := sim.ServiceAccount()
	if err != nil {
		t.Fatal(err)
	}
	return file(t, string(raw))
}

func file(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "credentials.json")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestConforms(t *testing.T) {
	channelstest.Conform(t, channelstest.Case{
		New: func(t *testing.T) channelstest.Rig {
			sim, inbox := simulator(t)
			return channelstest.Rig{Sender: sender(t, push.Config{Endpoint: sim.URL(), Project: sim.Project}), Troubles: sim.Troubles, Inbox: inbox}
		},
		To: device, Message: message,
		Answers: []channelstest.Answer{
			answer("the app is gone", 404, "NOT_FOUND", "UNREGISTERED", "Requested entity was not found.", notify.Unreachable),
			answer("another project's token", 403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH", "SenderId mismatch", notify.Unreachable),
			answer("not a token", 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", "The registration token is not a valid FCM registration token", notify.Unreachable),
			answer("a bad message", 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", "Invalid value at 'message.android.ttl'", notify.Rejected),
			coded(answer("a bad request", 400, "INVALID_ARGUMENT", "", "Invalid JSON payload received.", notify.Rejected), "INVALID_ARGUMENT"),
			wait(answer("quota", 429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED", "Quota exceeded", notify.Throttled, "Retry-After", "7"), 7*time.Second),
			wait(answer("quota without a wait", 429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED", "Quota exceeded", notify.Throttled), time.Minute),
			answer("unavailable", 503, "UNAVAILABLE", "UNAVAILABLE", "The service is currently unavailable.", notify.Temporary, "Retry-After", "3"),
			answer("internal", 500, "INTERNAL", "INTERNAL", "Internal error encountered.", notify.Temporary),
			answer("APNs' key", 401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR", "Auth error from APNS or Web Push Service", notify.Misconfigured),
			coded(answer("no login", 401, "UNAUTHENTICATED", "", "Request had invalid authentication credentials.", notify.Misconfigured), "401"),
			coded(answer("not permitted", 403, "PERMISSION_DENIED", "", "Permission denied on resource project.", notify.Misconfigured), "403"),
			coded(answer("no such project", 404, "NOT_FOUND", "", "Requested entity was not found.", notify.Misconfigured), "404"),
			{Name: "a proxy's page", Fault: notify.Temporary, Code: "502", Sender: fixed(502, "<html>Bad Gateway</html>")},
			{Name: "a 200 that can't be read", Fault: notify.Unknown, Sender: fixed(200, "<html>")},
		},
	})
}

// answer is an FCM error that quotes all that it shouldn't.
func answer(name string, code int, status, fcm, text string, f notify.Fault, header ...string) channelstest.Answer {
	details := ""
	if fcm != "" {
		details = `,"details":[{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"` + fcm + `"}]`
	}
	body := `{"error":{"code":` + strconv.Itoa(code) + `,"message":"` + text + ` ` + device.Value + ` ` + message.Text + `","status":"` + status + `"` + details + `}}`
	return channelstest.Answer{Name: name, Fault: f, Code: fcm, Sender: fixed(code, body, header...)}
}

func wait(a channelstest.Answer, d time.Duration) channelstest.Answer {
	a.RetryAfter = d
	return a
}

func coded(a channelstest.Answer, code string) channelstest.Answer {
	a.Code = code
	return a
}

func fixed(status int, body string, header ...string) func(t *testing.T) channelstest.Sender {
	return func(t *testing.T) channelstest.Sender {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i+1 < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}))
		t.Cleanup(srv.Close)
		return sender(t, push.Config{Endpoint: srv.URL, Project: "p"})
	}
}
