package email_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/smtp"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/channels/email"
)

const delivery = "q2x7mfa6z4s5k3wbn2pct7r2yu"

func sample(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "bounces", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestReadBounce(t *testing.T) {
	original := delivery + "@vondi.rs"
	bounced := func(code string, hard bool) []channels.Feedback {
		return []channels.Feedback{{Provider: "smtp", DeliveryID: delivery, MessageID: original, Kind: channels.Bounced, Hard: hard, Code: code}}
	}
	of := func(k channels.FeedbackKind, code, id string) []channels.Feedback {
		return []channels.Feedback{{Provider: "smtp", DeliveryID: delivery, MessageID: id, Kind: k, Code: code}}
	}
	hardWithoutOriginal := bounced("5.1.1", true)
	hardWithoutOriginal[0].MessageID = ""
	for file, want := range map[string][]channels.Feedback{
		"postfix-unknown-user.eml": bounced("5.1.1", true),
		"gmail-unknown-user.eml":   bounced("5.1.1", true),
		"exchange-not-found.eml":   bounced("5.1.10", true),
		"host-unknown.eml":         bounced("5.1.2", true),
		"general-status.eml":       bounced("5.0.0", true),
		"no-enhanced.eml":          bounced("5.0.0", true),
		"mailbox-full.eml":         bounced("5.2.2", false),
		"spam.eml":                 bounced("5.7.1", false),
		"dmarc.eml":                bounced("5.7.26", false),
		"expired.eml":              bounced("4.4.7", false),
		"without-original.eml":     hardWithoutOriginal,
		"cut-off.eml":              hardWithoutOriginal,
		"relayed.eml":              of(channels.Delivered, "2.0.0", original),
		"complaint.eml":            of(channels.Complained, "", original),
		"delayed.eml":              nil,
		"vacation.eml":             nil,
		"read-receipt.eml":         nil,
	} {
		t.Run(file, func(t *testing.T) {
			got, err := email.ReadBounce(bytes.NewReader(sample(t, file)), delivery)
			if (err != nil) != (want == nil) || err != nil && !errors.Is(err, email.ErrNoBounce) {
				t.Errorf("error %v", err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// Without VERP the returned mail's Message-ID names the delivery.
func TestReadBounceByMessageID(t *testing.T) {
	got, err := email.ReadBounce(bytes.NewReader(sample(t, "postfix-unknown-user.eml")), "")
	if err != nil || got[0].DeliveryID != delivery {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestBouncedDelivery(t *testing.T) {
	for addr, want := range map[string]string{
		"bounce+" + delivery + "@b.vondi.rs":    delivery,
		"BOUNCE+" + delivery + "@b.vondi.rs":    delivery,
		"bounce+" + delivery + ".r2@b.vondi.rs": delivery + ".r2",
		"bounce+x@b.vondi.rs":                   "",
		"postmaster@b.vondi.rs":                 "",
		"":                                      "",
	} {
		if got, ok := email.BouncedDelivery(addr); ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q, %v", addr, got, ok)
		}
	}
}

func FuzzReadBounce(f *testing.F) {
	files, _ := filepath.Glob("testdata/bounces/*.eml")
	for _, name := range files {
		f.Add(sample(f, filepath.Base(name)))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		list, err := email.ReadBounce(bytes.NewReader(raw), delivery)
		if err == nil && len(list) == 0 {
			t.Error("neither a report nor an error")
		}
		for _, fb := range list {
			if fb.DeliveryID != delivery || fb.Kind == "" {
				t.Errorf("%+v", fb)
			}
		}
	})
}

// ledger takes feedback, or fails to.
type ledger struct {
	mu   sync.Mutex
	list []channels.Feedback
	err  error
}

func (l *ledger) Feedback(_ context.Context, f []channels.Feedback) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.list = append(l.list, f...)
	}
	return l.err
}

// listening runs a listener until the test ends.
func listening(t *testing.T, to channels.Listener) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- (&email.Listener{Domain: "b.vondi.rs", Feedback: to, Log: zerolog.Nop()}).Serve(ctx, l)
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return l.Addr().String()
}

func TestListenerTakesBounces(t *testing.T) {
	var l ledger
	addr := listening(t, &l)
	to := []string{"bounce+" + delivery + "@b.vondi.rs"}
	if err := smtp.SendMail(addr, nil, "", to, sample(t, "postfix-unknown-user.eml")); err != nil {
		t.Fatal(err)
	}
	if err := smtp.SendMail(addr, nil, "", to, sample(t, "vacation.eml")); err != nil {
		t.Errorf("a vacation answer is to be taken and forgotten: %v", err)
	}
	if len(l.list) != 1 || l.list[0].DeliveryID != delivery || !l.list[0].Hard {
		t.Errorf("%+v", l.list)
	}
}

func TestListenerIsNoOpenRelay(t *testing.T) {
	addr := listening(t, &ledger{})
	for _, to := range []string{"bounce+" + delivery + "@elsewhere.com", "postmaster@b.vondi.rs", "eve@example.com"} {
		if err := smtp.SendMail(addr, nil, "", []string{to}, sample(t, "spam.eml")); err == nil {
			t.Errorf("%s: taken", to)
		}
	}
}

// What could not be recorded is to be sent again.
func TestListenerAsksForAnotherTry(t *testing.T) {
	l := ledger{err: errors.New("redis is away")}
	addr := listening(t, &l)
	err := smtp.SendMail(addr, nil, "", []string{"bounce+" + delivery + "@b.vondi.rs"}, sample(t, "spam.eml"))
	if err == nil || err.Error()[:3] != "451" {
		t.Errorf("error %v, want 451", err)
	}
}
