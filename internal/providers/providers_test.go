package providers_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/config"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/providers"
	"github.com/vondi-global/notifications/internal/redistest"
	"github.com/vondi-global/notifications/internal/secret"
	"github.com/vondi-global/notifications/internal/simulators"
)

// A domain that has used up its rate makes its own mail wait, and nobody else's.
func TestRatesOfDomains(t *testing.T) {
	inbox := simulators.NewInbox(0)
	relay, err := simulators.NewSMTP(inbox)
	if err != nil {
		t.Fatal(err)
	}
	defer relay.Close()
	cfg := config.Default()
	cfg.Email.URL = secret.String(relay.URL() + "&from=no-reply@vondi.rs")
	cfg.Email.Domains = map[string]int{"gmail.com": 1}
	set, err := providers.Open(cfg, providers.Options{Redis: redistest.Start(t).Client(), Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	send := func(to string) error {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err := set.Sender(notify.Email).Send(ctx, notify.Address{Channel: notify.Email, Value: to}, notify.Message{Delivery: "d1", Subject: "x", Text: "y"})
		return err
	}
	if err := send("ana@gmail.com"); err != nil {
		t.Fatal(err)
	}
	if p, ok := errors.AsType[*notify.Postponed](send("jelena@gmail.com")); !ok || p.After > 2*time.Second {
		t.Errorf("a second for Gmail at once: %+v, want it to wait about a second", p)
	}
	if err := send("ana@example.com"); err != nil {
		t.Errorf("another domain: %v", err)
	}
	if inbox.Total() != 2 {
		t.Errorf("%d arrived, want 2", inbox.Total())
	}
}

// A provider that an operator holds back is passed over: the next one sends.
func TestAProviderThatIsHeld(t *testing.T) {
	inbox := simulators.NewInbox(0)
	twilio, err := simulators.NewTwilio(inbox)
	if err != nil {
		t.Fatal(err)
	}
	defer twilio.Close()
	infobip, err := simulators.NewInfobip(inbox)
	if err != nil {
		t.Fatal(err)
	}
	defer infobip.Close()
	cfg := config.Default()
	cfg.SMS.URL = secret.String(twilio.DSN("VONDI") + " " + infobip.DSN("VONDI"))
	held := map[string]bool{}
	set, err := providers.Open(cfg, providers.Options{Log: zerolog.Nop(), Holding: func(_ context.Context, what ...string) (*notify.Postponed, error) {
		if held[what[0]] {
			return &notify.Postponed{After: time.Minute, Reason: "hold"}, nil
		}
		return nil, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	send := func() (notify.Receipt, error) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		return set.Sender(notify.SMS).Send(ctx, notify.Address{Channel: notify.SMS, Value: "+381641234567"}, notify.Message{Delivery: "d1", Text: "Zdravo"})
	}
	for _, want := range []string{"twilio", "infobip"} {
		if r, err := send(); err != nil || r.Provider != want {
			t.Errorf("got %+v, %v, want %s", r, err, want)
		}
		held["provider:"+want] = true
	}
	_, err = send()
	if p, ok := errors.AsType[*notify.Postponed](err); !ok || p.Reason != "hold" {
		t.Errorf("both held: %v", err)
	}
}
