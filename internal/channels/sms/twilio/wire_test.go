package twilio_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/channels/channelstest"
	"github.com/vondi-global/notifications/internal/channels/sms/twilio"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/simulators"
)

// form sends a message and returns the form that was on the wire.
func form(t *testing.T, settings string, m notify.Message) url.Values {
	t.Helper()
	sim, inbox := simulator(t)
	if _, err := sender(t, sim.DSN("VONDI")+settings).Send(t.Context(), number, m); err != nil {
		t.Fatal(err)
	}
	f, err := url.ParseQuery(string(inbox.Messages()[0].Raw))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestWhatIsOnTheWire(t *testing.T) {
	m := message
	m.Text = "Porudžbina 12345 & račun + 5.990 RSD"
	want := url.Values{
		"To": {number.Value}, "From": {"VONDI"}, "Body": {m.Text},
		"StatusCallback": {"https://n.example/cb?v=1&delivery=" + m.Delivery},
	}
	if diff := cmp.Diff(want, form(t, "&callback="+url.QueryEscape("https://n.example/cb?v=1"), m)); diff != "" {
		t.Error(diff)
	}
}

func TestAMessagingServiceIsNoNumber(t *testing.T) {
	sim, inbox := simulator(t)
	service := "MG" + strings.Repeat("0", 32)
	if _, err := sender(t, sim.DSN(service)).Send(t.Context(), number, message); err != nil {
		t.Fatal(err)
	}
	f, _ := url.ParseQuery(string(inbox.Messages()[0].Raw))
	if f.Get("MessagingServiceSid") != service || f.Has("From") {
		t.Errorf("form %v: want the messaging service and no From", f)
	}
}

func TestValidityEndsWithTheMessage(t *testing.T) {
	for _, tc := range []struct {
		left     time.Duration
		from, to int
	}{
		{time.Hour, 3590, 3600},
		{48 * time.Hour, 36000, 36000}, // the longest that Twilio takes
		{-time.Hour, 1, 1},
	} {
		m := message
		m.Expires = time.Now().Add(tc.left)
		n, err := strconv.Atoi(form(t, "", m).Get("ValidityPeriod"))
		if err != nil || n < tc.from || n > tc.to {
			t.Errorf("%s left: validity %d, %v, want %d to %d seconds", tc.left, n, err, tc.from, tc.to)
		}
	}
}

func TestPartsAreThoseOfTheText(t *testing.T) {
	sim, _ := simulator(t)
	m := message
	m.Text = strings.Repeat("č", 71)
	r, err := sender(t, sim.DSN("VONDI")).Send(t.Context(), number, m)
	if err != nil || r.Parts != 2 || !strings.HasPrefix(r.ID, "SM") {
		t.Errorf("receipt %+v, %v: want 2 parts and the message's sid", r, err)
	}
}

// No request is made for what can't be dialled.
func TestWhatIsNoNumber(t *testing.T) {
	sim, inbox := simulator(t)
	s := sender(t, sim.DSN("VONDI"))
	for _, v := range []string{"", "0641234567", "+0641234567", "381641234567", "+381 64 123 4567", "+3816412345678901", "pera@example.com", "+381641234567\r\nBody=x"} {
		_, err := s.Send(t.Context(), notify.Address{Channel: notify.SMS, Value: v}, message)
		if notify.FaultOf(err) != notify.Unreachable || v != "" && strings.Contains(err.Error(), v) {
			t.Errorf("%q: %v, want unreachable and unnamed", v, err)
		}
	}
	if inbox.Total() != 0 {
		t.Errorf("%d messages arrived, want none", inbox.Total())
	}
}

func TestAnAPIKeyAuthenticatesForItsAccount(t *testing.T) {
	u, _ := url.Parse("twilio://SK1:s3cret@api.example?account=AC1&from=VONDI&signing=t0ken")
	got, err := twilio.ParseURL(u)
	if err != nil {
		t.Fatal(err)
	}
	want := twilio.Config{Account: "AC1", Key: "SK1", Token: "s3cret", From: "VONDI", Host: "api.example", Signing: "t0ken"}
	if got != want {
		t.Errorf("config %+v, want %+v", got, want)
	}
}

// byHand is what the same send takes by hand, without any of our care.
func byHand(t testing.TB, sim *simulators.Twilio) func() error {
	client := channels.NewHTTPClient()
	t.Cleanup(client.CloseIdleConnections)
	target := sim.URL() + "/2010-04-01/Accounts/" + sim.SID + "/Messages.json"
	return func() error {
		f := url.Values{"To": {number.Value}, "From": {"VONDI"}, "Body": {message.Text}}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader(f.Encode()))
		if err != nil {
			return err
		}
		req.SetBasicAuth(sim.SID, sim.Token)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return err
		}
		var m struct {
			SID string `json:"sid"`
		}
		return json.Unmarshal(body, &m)
	}
}

func beside(t testing.TB) channelstest.Beside {
	sim, _ := simulator(t)
	s := sender(t, sim.DSN("VONDI"))
	return channelstest.Beside{Alone: byHand(t, sim), Ours: func() error { _, err := s.Send(t.Context(), number, message); return err }}
}

func TestAllocations(t *testing.T) { beside(t).Allocations(t) }

func BenchmarkSend(b *testing.B) { beside(b).Benchmark(b) }
