package email

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/wneessen/go-mail"

	"github.com/vondi-global/notifications/internal/channels"
)

// dialer makes connections to a relay. Each gets a [mail.Client] of its own: the token may
// have changed, and a shared client has locks and races that a pool would meet.
type dialer struct {
	relay Relay
	limit time.Duration
}

// dial connects, encrypts and logs in, within ctx and the dialer's limit. Whatever fails,
// the connection is closed (the library leaves it open).
func (d dialer) dial(ctx context.Context) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.limit)
	defer cancel()
	var raw wire
	client, err := d.client(ctx, &raw)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, raw.cut)
	sc, err := client.DialToSMTPClientWithContext(ctx)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		raw.cut()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, err
	}
	return newConn(sc, raw.conn, d.relay), nil
}

// wire is the raw connection under TLS and protocol, which can be cut at any time.
type wire struct {
	mu   sync.Mutex
	conn net.Conn
}

func (w *wire) set(c net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conn = c
}

func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conn != nil {
		_ = w.conn.Close()
	}
}

// client configures the library. It hands the raw connection out, by which a deadline can
// be set while a command is under way.
func (d dialer) client(ctx context.Context, raw *wire) (*mail.Client, error) {
	auth, err := d.relay.authType()
	if err != nil {
		return nil, err
	}
	password, err := d.password(ctx)
	if err != nil {
		return nil, err
	}
	options := []mail.Option{
		mail.WithPort(d.relay.Port), mail.WithHELO(d.relay.Helo), mail.WithTimeout(d.limit),
		mail.WithTLSPolicy(d.relay.policy()), mail.WithTLSConfig(d.relay.tlsConfig()),
		mail.WithSMTPAuth(auth), mail.WithUsername(d.relay.User), mail.WithPassword(password),
		mail.WithoutSMTPUTF8(), mail.WithoutNoop(), mail.WithoutRset(),
		mail.WithDialContextFunc(func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := (&net.Dialer{KeepAlive: 30 * time.Second}).DialContext(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			raw.set(c)
			channels.Tell(d.relay.Wire, channels.Nobody, "connected to "+c.RemoteAddr().String())
			return d.relay.encrypt(ctx, c)
		}),
	}
	if w := d.relay.Wire; w != nil {
		options = append(options, mail.WithLogger(logger{w}), mail.WithDebugLog())
	}
	return mail.NewClient(d.relay.Host, options...)
}

func (d dialer) password(ctx context.Context) (string, error) {
	if d.relay.Token == nil {
		return d.relay.Password.Reveal(), nil
	}
	token, err := d.relay.Token(ctx)
	return token.Reveal(), err
}

// encrypt speaks TLS at once where the relay wants that: with a dial function of ours the
// library doesn't.
func (r Relay) encrypt(ctx context.Context, c net.Conn) (net.Conn, error) {
	if r.TLS != Implicit {
		return c, nil
	}
	tc := tls.Client(c, r.tlsConfig())
	return tc, tc.HandshakeContext(ctx)
}

// policy is the library's word for the relay's TLS. On a connection that is encrypted
// already, "opportunistic" finds no STARTTLS and sees that it is encrypted.
func (r Relay) policy() mail.TLSPolicy {
	switch r.TLS {
	case None:
		return mail.NoTLS
	case Opportunistic, Implicit:
		return mail.TLSOpportunistic
	case Mandatory:
	}
	return mail.TLSMandatory
}

func (r Relay) tlsConfig() *tls.Config {
	c := &tls.Config{}
	if r.TLSConf != nil {
		c = r.TLSConf.Clone()
	}
	c.ServerName = or(c.ServerName, r.Host)
	c.MinVersion = max(c.MinVersion, tls.VersionTLS12)
	if r.Wire != nil {
		c.VerifyConnection = func(t tls.ConnectionState) error {
			channels.Tell(r.Wire, channels.Nobody, channels.Encryption(t))
			return nil
		}
	}
	return c
}

// authType is the library's word for the login. The password crosses an unencrypted
// connection only to a loopback address.
func (r Relay) authType() (mail.SMTPAuthType, error) {
	if r.User == "" {
		return mail.SMTPAuthNoAuth, nil
	}
	if r.TLS == None && (r.Auth == Auto || r.Auth == Plain) {
		return mail.SMTPAuthPlainNoEnc, nil
	}
	t, ok := map[Auth]mail.SMTPAuthType{
		Auto: mail.SMTPAuthAutoDiscover, Plain: mail.SMTPAuthPlain, Login: mail.SMTPAuthLogin, CramMD5: mail.SMTPAuthCramMD5,
		Scram1: mail.SMTPAuthSCRAMSHA1, Scram256: mail.SMTPAuthSCRAMSHA256, XOAuth2: mail.SMTPAuthXOAUTH2,
	}[r.Auth]
	if !ok {
		return "", fmt.Errorf("auth %q: want one of auto, plain, login, cram-md5, scram-sha-1, scram-sha-256, xoauth2", r.Auth)
	}
	return t, nil
}
