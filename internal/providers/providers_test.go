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
