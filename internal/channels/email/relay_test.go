package email_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/channels/email"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/secret"
	"github.com/vondi-global/notifications/internal/simulators"
)

// certificate is for 127.0.0.1, with a pool that trusts it.
func certificate(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, _ := x509.ParseCertificate(der)
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, &tls.Config{RootCAs: pool}
}

func TestTLS(t *testing.T) {
	serverTLS, trusting := certificate(t)
	for name, c := range map[string]struct {
		offer  simulators.SMTPOption
		tls    email.TLS
		client *tls.Config
		want   notify.Fault
		ok     bool
	}{
		"mandatory":                   {simulators.SMTPWithTLS(serverTLS), email.Mandatory, trusting, 0, true},
		"mandatory is the default":    {simulators.SMTPWithTLS(serverTLS), "", trusting, 0, true},
		"opportunistic, offered":      {simulators.SMTPWithTLS(serverTLS), email.Opportunistic, trusting, 0, true},
		"opportunistic, not offered":  {simulators.SMTPWithout(), email.Opportunistic, trusting, 0, true},
		"from the first byte":         {simulators.SMTPImplicitTLS(serverTLS), email.Implicit, trusting, 0, true},
		"mandatory, not offered":      {simulators.SMTPWithout(), email.Mandatory, trusting, notify.Misconfigured, false},
		"a certificate of a stranger": {simulators.SMTPWithTLS(serverTLS), email.Mandatory, nil, notify.Misconfigured, false},
		"the same on port 465":        {simulators.SMTPImplicitTLS(serverTLS), email.Implicit, nil, notify.Misconfigured, false},
	} {
		t.Run(name, func(t *testing.T) {
			server, inbox := relay(t, c.offer, simulators.SMTPWithAuth("vondi", "secret"))
			cfg := config(t, server.Addr())
			cfg.Relay.TLS, cfg.Relay.TLSConf = c.tls, c.client
			cfg.Relay.User, cfg.Relay.Password, cfg.Relay.Auth = "vondi", "secret", email.Plain
			if name == "opportunistic, not offered" {
				server, inbox = relay(t)
				cfg = config(t, server.Addr())
				cfg.Relay.TLS = c.tls
			}
			_, err := sender(t, cfg).Send(t.Context(), addressee, message())
			if c.ok != (err == nil) || err != nil && notify.FaultOf(err) != c.want {
				t.Errorf("error %v", err)
			}
			if got := inbox.Total() == 1; got != c.ok {
				t.Errorf("arrived: %v", got)
			}
		})
	}
}

func TestAuth(t *testing.T) {
	serverTLS, trusting := certificate(t)
	for _, auth := range []email.Auth{email.Auto, email.Plain, email.Login, email.XOAuth2} {
		for _, password := range []secret.String{"right-password", "wrong-password"} {
			server, inbox := relay(t, simulators.SMTPWithTLS(serverTLS), simulators.SMTPWithAuth("vondi", "right-password"))
			cfg := config(t, server.Addr())
			cfg.Relay.TLS, cfg.Relay.TLSConf, cfg.Relay.User, cfg.Relay.Auth = email.Mandatory, trusting, "vondi", auth
			cfg.Relay.Password = password
			_, err := sender(t, cfg).Send(t.Context(), addressee, message())
			if right := password == "right-password"; right != (err == nil) || right != (inbox.Total() == 1) {
				t.Errorf("%s with the %s: %v", auth, password.Reveal(), err)
			}
			if err != nil && notify.FaultOf(err) != notify.Misconfigured {
				t.Errorf("%s: fault %s, want misconfigured", auth, notify.FaultOf(err))
			}
		}
	}
}

func TestAuthThatTheRelayDoesNotKnow(t *testing.T) {
	serverTLS, trusting := certificate(t)
	server, _ := relay(t, simulators.SMTPWithTLS(serverTLS))
	cfg := config(t, server.Addr())
	cfg.Relay.TLS, cfg.Relay.TLSConf, cfg.Relay.User, cfg.Relay.Password = email.Mandatory, trusting, "vondi", "x"
	if _, err := sender(t, cfg).Send(t.Context(), addressee, message()); notify.FaultOf(err) != notify.Misconfigured {
		t.Errorf("error %v, want misconfigured", err)
	}
}

// A token of XOAUTH2 lives for an hour: each login asks for the present one.
func TestXOAuth2TokenIsAskedForAtEachLogin(t *testing.T) {
	serverTLS, trusting := certificate(t)
	server, inbox := relay(t, simulators.SMTPWithTLS(serverTLS), simulators.SMTPWithAuth("vondi", "token-2"))
	cfg := config(t, server.Addr())
	cfg.Relay.TLS, cfg.Relay.TLSConf, cfg.Relay.User, cfg.Relay.Auth = email.Mandatory, trusting, "vondi", email.XOAuth2
	tokens := []secret.String{"token-1", "token-2"}
	cfg.Relay.Token = func(context.Context) (secret.String, error) {
		tok := tokens[0]
		tokens = tokens[1:]
		return tok, nil
	}
	s := sender(t, cfg)
	if _, err := s.Send(t.Context(), addressee, message()); notify.FaultOf(err) != notify.Misconfigured {
		t.Errorf("an old token: %v", err)
	}
	if _, err := s.Send(t.Context(), addressee, message()); err != nil || inbox.Total() != 1 {
		t.Errorf("the next one: %v", err)
	}
}

func TestPoolKeepsConnections(t *testing.T) {
	server, inbox := relay(t)
	cfg := config(t, server.Addr())
	cfg.Pool.Size = 3
	s := sender(t, cfg)
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() {
			for range 10 {
				if _, err := s.Send(t.Context(), addressee, message()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if inbox.Total() != 120 || server.Dials() > 6 {
		t.Errorf("%d messages over %d connections, want 120 over about 3", inbox.Total(), server.Dials())
	}
}

func TestPoolGivesConnectionsUp(t *testing.T) {
	for name, limits := range map[string]email.Pool{
		"after so many messages": {Messages: 2},
		"after so long a life":   {Age: time.Nanosecond},
		"after idling":           {Idle: time.Nanosecond},
	} {
		t.Run(name, func(t *testing.T) {
			server, _ := relay(t)
			cfg := config(t, server.Addr())
			cfg.Pool = limits
			s := sender(t, cfg)
			for range 6 {
				if _, err := s.Send(t.Context(), addressee, message()); err != nil {
					t.Fatal(err)
				}
			}
			want := int64(6)
			if limits.Messages == 2 {
				want = 3
			}
			if got := server.Dials(); got != want {
				t.Errorf("%d connections for 6 messages, want %d", got, want)
			}
		})
	}
}

// A refusal is answered by RSET and costs neither the connection nor the next message.
func TestConnectionSurvivesARefusal(t *testing.T) {
	for _, hidden := range [][]string{nil, {"CHUNKING"}, {"CHUNKING", "PIPELINING"}} {
		server, inbox := relay(t, simulators.SMTPWithout(hidden...))
		s := sender(t, config(t, server.Addr()))
		for _, kind := range []simulators.Kind{"", simulators.Unreachable, "", simulators.Rejected, simulators.Throttled, ""} {
			server.Troubles.Set(simulators.Trouble{Kind: kind, Percent: 100})
			if _, err := s.Send(t.Context(), addressee, message()); (err == nil) != (kind == "") {
				t.Errorf("without %v, %q: %v", hidden, kind, err)
			}
		}
		if inbox.Total() != 3 || server.Dials() != 1 {
			t.Errorf("without %v: %d messages over %d connections, want 3 over 1", hidden, inbox.Total(), server.Dials())
		}
	}
}

// The relay closes connections that idle for 50 ms: no message notices.
func TestConnectionClosedWhileIdleIsNoFailure(t *testing.T) {
	for _, hidden := range [][]string{nil, {"CHUNKING"}, {"CHUNKING", "PIPELINING"}} {
		server, inbox := relay(t, simulators.SMTPIdle(50*time.Millisecond), simulators.SMTPWithout(hidden...))
		s := sender(t, config(t, server.Addr()))
		for i := range 3 {
			if i > 0 {
				<-time.After(1100 * time.Millisecond) // past the time in which a connection counts as hot
			}
			if _, err := s.Send(t.Context(), addressee, message()); err != nil {
				t.Errorf("without %v: %v", hidden, err)
			}
		}
		if inbox.Total() != 3 {
			t.Errorf("%d arrived, want 3", inbox.Total())
		}
	}
}

// A relay that closes without a word after each message makes no outcome uncertain.
func TestConnectionClosedAfterAMessageIsNoFailure(t *testing.T) {
	s := sender(t, config(t, closing(t)))
	for range 3 {
		if _, err := s.Send(t.Context(), addressee, message()); err != nil {
			t.Fatal(err)
		}
		<-time.After(20 * time.Millisecond) // the end arrives after the reply
	}
}

// closing is a mail server in one flight that hangs up after each message.
func closing(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			swallow(c, 1)
		}
	})
	t.Cleanup(func() { _ = l.Close(); wg.Wait() })
	return l.Addr().String()
}

// A pool that is used up by a hanging relay gives the waiting message up with its context.
func TestPoolFullOfHangingConnections(t *testing.T) {
	server, _ := relay(t)
	server.Troubles.Set(simulators.Trouble{Kind: simulators.Hang, Percent: 100})
	cfg := config(t, server.Addr())
	cfg.Pool.Size = 1
	s := sender(t, cfg)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if _, err := s.Send(ctx, addressee, message()); err == nil {
				t.Error("a hanging relay accepted")
			}
		})
	}
	wg.Wait()
}

func TestNonASCIIAddressNeedsTheRelaysConsent(t *testing.T) {
	to := addressee
	to.Value = "јелена@example.com"
	server, inbox := relay(t, simulators.SMTPUTF8())
	if _, err := sender(t, config(t, server.Addr())).Send(t.Context(), to, message()); err != nil || inbox.Total() != 1 {
		t.Errorf("offered: %v", err)
	}
	server, _ = relay(t)
	if _, err := sender(t, config(t, server.Addr())).Send(t.Context(), to, message()); notify.FaultOf(err) == notify.Temporary || err == nil {
		t.Errorf("not offered: %v, want it refused for good", err)
	}
}
