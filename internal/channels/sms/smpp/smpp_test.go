package smpp_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/channels/channelstest"
	"github.com/vondi-global/notifications/internal/channels/sms/smpp"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/simulators"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	number  = notify.Address{Channel: notify.SMS, Value: "+381641234567", Name: "Pera Perić"}
	message = notify.Message{Delivery: "abcdefghijklmnopqrstuvwxyz", Channel: notify.SMS, Text: "Vasa porudzbina 12345 je potvrdjena."}
)

func simulator(t testing.TB) (*simulators.SMPP, *simulators.Inbox) {
	t.Helper()
	inbox := simulators.NewInbox(16)
	sim, err := simulators.NewSMPP(inbox)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sim.Close() })
	return sim, inbox
}

func config(t testing.TB, dsn string) smpp.Config {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := smpp.ParseURL(u)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func sender(t testing.TB, cfg smpp.Config, l channels.Listener) *smpp.Sender {
	t.Helper()
	s, err := smpp.New(cfg, l, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// ear keeps what it is told. It can refuse for a while.
type ear struct {
	mu     sync.Mutex
	refuse int
	heard  chan channels.Feedback
}

func newEar() *ear { return &ear{heard: make(chan channels.Feedback, 100)} }

func (e *ear) Feedback(_ context.Context, f []channels.Feedback) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.refuse > 0 {
		e.refuse--
		return errors.New("not now")
	}
	for _, one := range f {
		e.heard <- one
	}
	return nil
}

func (e *ear) next(t *testing.T) channels.Feedback {
	t.Helper()
	select {
	case f := <-e.heard:
		return f
	case <-time.After(5 * time.Second):
		t.Fatal("nothing was heard")
		return channels.Feedback{}
	}
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline, tick := time.After(10*time.Second), time.NewTicker(5*time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not in time: %s", what)
		}
	}
}

func TestConforms(t *testing.T) {
	channelstest.Conform(t, channelstest.Case{
		New: func(t *testing.T) channelstest.Rig {
			sim, inbox := simulator(t)
			return channelstest.Rig{Sender: sender(t, config(t, sim.DSN("VONDI")), newEar()), Troubles: sim.Troubles, Inbox: inbox}
		},
		To: number, Message: message, Secrets: []string{"381641234567", "s3cretpw"}, NoRetryAfter: true,
		Answers: []channelstest.Answer{
			{Name: "wrong password", Fault: notify.Misconfigured, Code: "0x0e", Sender: badAccount("vondi")},
			{Name: "wrong user", Fault: notify.Misconfigured, Code: "0x0f", Sender: badAccount("nobody")},
			{Name: "nobody listens there", Fault: notify.Temporary, Sender: nowhere},
			{Name: "throttled", Fault: notify.Throttled, Code: "0x58", RetryAfter: 2 * time.Second, Sender: troubled(simulators.Throttled)},
			{Name: "not a destination", Fault: notify.Unreachable, Code: "0x0b", Sender: troubled(simulators.Unreachable)},
			{Name: "not our sender", Fault: notify.Misconfigured, Code: "0x0a", Sender: troubled(simulators.Misconfigured)},
		},
	})
}

func badAccount(user string) func(t *testing.T) channelstest.Sender {
	return func(t *testing.T) channelstest.Sender {
		sim, _ := simulator(t)
		cfg := config(t, sim.DSN("VONDI"))
		cfg.SystemID, cfg.Password = user, "s3cretpw"
		if user == "vondi" {
			cfg.SystemID = sim.SystemID
		}
		return sender(t, cfg, nil)
	}
}

func nowhere(t *testing.T) channelstest.Sender {
	sim, _ := simulator(t)
	cfg := config(t, sim.DSN("VONDI"))
	sim.Close()
	return sender(t, cfg, nil)
}

func troubled(kind simulators.Kind) func(t *testing.T) channelstest.Sender {
	return func(t *testing.T) channelstest.Sender {
		sim, _ := simulator(t)
		sim.Troubles.Set(simulators.Trouble{Kind: kind, Percent: 100})
		return sender(t, config(t, sim.DSN("VONDI")), nil)
	}
}

func TestLongTextsArriveWhole(t *testing.T) {
	for _, tc := range []struct {
		name, text, encoding string
		parts                int
	}{
		{"one GSM-7 segment", strings.Repeat("a", 160), "GSM-7", 1},
		{"two, an escaped character at the cut", strings.Repeat("a", 152) + "€" + strings.Repeat("b", 100), "GSM-7", 2},
		{"Serbian", "Čačak: porudžbina je stigla, đaci šalju žurno. " + strings.Repeat("š", 60), "UCS-2", 2},
		{"surrogates at the cut", strings.Repeat("č", 66) + "😀😀😀" + strings.Repeat("ž", 66), "UCS-2", 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			sim, inbox := simulator(t)
			m := message
			m.Text = tc.text
			r, err := sender(t, config(t, sim.DSN("VONDI")), nil).Send(t.Context(), number, m)
			if err != nil || r.Parts != tc.parts {
				t.Fatalf("receipt %+v, %v: want %d parts", r, err, tc.parts)
			}
			got := inbox.Messages()[0]
			if got.Text != tc.text || got.Encoding != tc.encoding || got.Segments != tc.parts || got.MessageID != r.ID {
				t.Errorf("arrived %q in %d × %s as %s, want %q in %d × %s as %s", got.Text, got.Segments, got.Encoding, got.MessageID, tc.text, tc.parts, tc.encoding, r.ID)
			}
		})
	}
}

// The second part is refused; the message is sent again. The parts' reference is the same,
// so that the phone shows it once.
func TestABrokenOffMessageCompletesItself(t *testing.T) {
	sim, inbox := simulator(t)
	s := sender(t, config(t, sim.DSN("VONDI")), nil)
	m := message
	m.Text = strings.Repeat("a", 300)
	sim.Troubles.Once(simulators.Trouble{}, simulators.Trouble{Kind: simulators.Throttled})
	if _, err := s.Send(t.Context(), number, m); notify.FaultOf(err) != notify.Throttled {
		t.Fatalf("error %v: want throttled", err)
	}
	if _, err := s.Send(t.Context(), number, m); err != nil {
		t.Fatal(err)
	}
	if got := inbox.Messages(); len(got) != 1 || got[0].Text != m.Text {
		t.Errorf("%d messages arrived, want the one", len(got))
	}
}

func TestSenders(t *testing.T) {
	for from, want := range map[string][]string{
		"VONDI": {"5", "0", "VONDI"}, "+381601112222": {"1", "1", "381601112222"}, "1234": {"3", "0", "1234"},
	} {
		sim, inbox := simulator(t)
		if _, err := sender(t, config(t, sim.DSN(from)), nil).Send(t.Context(), number, message); err != nil {
			t.Fatal(err)
		}
		m := inbox.Messages()[0]
		got := []string{m.Headers["source_ton"][0], m.Headers["source_npi"][0], m.From}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("from %s: %s", from, diff)
		}
	}
}

func TestValidityEndsWithTheMessage(t *testing.T) {
	sim, inbox := simulator(t)
	m := message
	m.Expires = time.Date(2026, 11, 24, 12, 30, 5, 0, time.FixedZone("CET", 3600))
	if _, err := sender(t, config(t, sim.DSN("VONDI")), nil).Send(t.Context(), number, m); err != nil {
		t.Fatal(err)
	}
	if got := inbox.Messages()[0].Headers["validity_period"][0]; got != "261124113005000+" {
		t.Errorf("validity period %q, want 261124113005000+", got)
	}
}

func TestReceiptsBecomeFeedback(t *testing.T) {
	for state, want := range map[string]channels.Feedback{
		"DELIVRD": {Kind: channels.Delivered, Code: "DELIVRD"},
		"UNDELIV": {Kind: channels.Bounced, Hard: true, Code: "UNDELIV 001"},
		"EXPIRED": {Kind: channels.Bounced, Code: "EXPIRED 001"},
	} {
		sim, _ := simulator(t)
		sim.Receipts(state)
		e := newEar()
		r, err := sender(t, config(t, sim.DSN("VONDI")), e).Send(t.Context(), number, message)
		if err != nil {
			t.Fatal(err)
		}
		want.Provider, want.MessageID = "smpp", r.ID
		if diff := cmp.Diff(want, e.next(t)); diff != "" {
			t.Errorf("%s: %s", state, diff)
		}
	}
}

// What the listener could not take is told again, not lost.
func TestRefusedFeedbackComesAgain(t *testing.T) {
	sim, _ := simulator(t)
	e := newEar()
	e.refuse = 2
	r, err := sender(t, config(t, sim.DSN("VONDI")), e).Send(t.Context(), number, message)
	if err != nil {
		t.Fatal(err)
	}
	if f := e.next(t); f.MessageID != r.ID {
		t.Errorf("feedback %+v, want that of %s", f, r.ID)
	}
}

func TestStopIsHeard(t *testing.T) {
	sim, _ := simulator(t)
	e := newEar()
	sender(t, config(t, sim.DSN("VONDI")), e)
	until(t, "bound", func() bool { return sim.Bound() == 1 })
	for _, text := range []string{"Hvala lepo", "Стоп"} {
		if err := sim.Hear("+381641234567", text); err != nil {
			t.Fatal(err)
		}
	}
	want := channels.Feedback{Provider: "smpp", Kind: channels.Stopped, From: "+381641234567"}
	if diff := cmp.Diff(want, e.next(t)); diff != "" {
		t.Error(diff)
	}
}
