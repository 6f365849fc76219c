package twilio_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/channels/sms/twilio"
	"github.com/vondi-global/notifications/internal/secret"
	"github.com/vondi-global/notifications/internal/simulators"
)

const origin = "https://n.example"

// arrive turns a request as Twilio made it into one as our server sees it behind a proxy.
func arrive(t *testing.T, out *http.Request, token string) ([]channels.Feedback, error) {
	t.Helper()
	body, err := io.ReadAll(out.Body)
	if err != nil {
		t.Fatal(err)
	}
	in := httptest.NewRequest(http.MethodPost, out.URL.RequestURI(), strings.NewReader(string(body)))
	in.Header = out.Header
	return twilio.Callback(secret.String(token), origin)(in, body)
}

// sent sends a message and returns it as it arrived.
func sent(t *testing.T, sim *simulators.Twilio, inbox *simulators.Inbox) simulators.Captured {
	t.Helper()
	dsn := sim.DSN("VONDI") + "&callback=" + url.QueryEscape(origin+"/callbacks/twilio?v=1")
	if _, err := sender(t, dsn).Send(t.Context(), number, message); err != nil {
		t.Fatal(err)
	}
	return inbox.Messages()[0]
}

func TestStatusCallbacks(t *testing.T) {
	for _, tc := range []struct {
		status string
		code   int
		want   []channels.Feedback
	}{
		{"queued", 0, nil},
		{"sent", 0, nil},
		{"delivered", 0, []channels.Feedback{{Kind: channels.Delivered}}},
		{"undelivered", 30003, []channels.Feedback{{Kind: channels.Bounced, Code: "30003"}}},
		{"undelivered", 30005, []channels.Feedback{{Kind: channels.Bounced, Code: "30005", Hard: true}}},
		{"failed", 30006, []channels.Feedback{{Kind: channels.Bounced, Code: "30006", Hard: true}}},
		{"failed", 30007, []channels.Feedback{{Kind: channels.Bounced, Code: "30007"}}},
		{"failed", 21610, []channels.Feedback{{Kind: channels.Stopped, From: number.Value}}},
	} {
		sim, inbox := simulator(t)
		m := sent(t, sim, inbox)
		out, err := sim.Report(t.Context(), m, tc.status, tc.code)
		if err != nil {
			t.Fatal(err)
		}
		for i := range tc.want {
			tc.want[i].Provider = "twilio"
			if tc.want[i].Kind != channels.Stopped {
				tc.want[i].MessageID, tc.want[i].DeliveryID = m.MessageID, message.Delivery
			}
		}
		got, err := arrive(t, out, sim.Token)
		if diff := cmp.Diff(tc.want, got); diff != "" || err != nil {
			t.Errorf("%s %d: %v %s", tc.status, tc.code, err, diff)
		}
	}
}

func TestStopByMessage(t *testing.T) {
	stop := []channels.Feedback{{Provider: "twilio", Kind: channels.Stopped, From: number.Value}}
	for _, tc := range []struct {
		name string
		form url.Values
		want []channels.Feedback
	}{
		{"a word of ours", url.Values{"Body": {"Odjava"}}, stop},
		{"Twilio's own opt-out", url.Values{"Body": {"basta"}, "OptOutType": {"STOP"}}, stop},
		{"something else", url.Values{"Body": {"Hvala"}}, nil},
	} {
		sim, _ := simulator(t)
		tc.form.Set("From", number.Value)
		tc.form.Set("SmsStatus", "received")
		out, err := sim.Signed(t.Context(), origin+"/callbacks/twilio", tc.form)
		if err != nil {
			t.Fatal(err)
		}
		got, err := arrive(t, out, sim.Token)
		if diff := cmp.Diff(tc.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", tc.name, err, diff)
		}
	}
}

func TestForgedCallbacks(t *testing.T) {
	sim, inbox := simulator(t)
	m := sent(t, sim, inbox)
	for name, forge := range map[string]func(r *http.Request){
		"another address": func(r *http.Request) { r.URL.RawQuery = "delivery=another" },
		"another body":    func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("MessageStatus=delivered")) },
		"no signature":    func(r *http.Request) { r.Header.Del("X-Twilio-Signature") },
		"a bad signature": func(r *http.Request) { r.Header.Set("X-Twilio-Signature", "%%%") },
		"a short one":     func(r *http.Request) { r.Header.Set("X-Twilio-Signature", "AAAA") },
	} {
		out, err := sim.Report(t.Context(), m, "delivered", 0)
		if err != nil {
			t.Fatal(err)
		}
		forge(out)
		if got, err := arrive(t, out, sim.Token); !errors.Is(err, channels.ErrSignature) {
			t.Errorf("%s: %v, %v: want ErrSignature", name, got, err)
		}
	}
	out, _ := sim.Report(t.Context(), m, "delivered", 0)
	if _, err := arrive(t, out, ""); !errors.Is(err, channels.ErrSignature) {
		t.Errorf("without a token of ours: %v, want ErrSignature", err)
	}
}

// The example of Twilio's own documentation.
func TestSignatureOfTheDocumentation(t *testing.T) {
	form := url.Values{"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675309"}, "Digits": {"1234"}, "From": {"+14158675309"}, "To": {"+18005551212"}}
	if !twilio.Signed("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", form, "RSOYDt4T1cUTdK1PDd93/VVr8B8=") {
		t.Error("the documented signature does not match")
	}
}
