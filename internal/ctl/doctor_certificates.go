package ctl

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/channels/email"
)

// A certificate that ends sooner should have been renewed: automatic renewal comes a month
// before the end.
const renewBy = 14 * 24 * time.Hour

// certificates looks at how long those of the mail relays and of our own public address are
// valid: when they end, relays get no mail (TLS is mandatory), and links don't open.
func (d doctor) certificates(ctx context.Context) []check {
	const area = "certificates"
	var checks []check
	for raw := range strings.FieldsSeq(d.s.cfg.Email.URL.Reveal()) {
		if cfg, err := emailConfig(raw); err == nil && cfg.Relay.TLS != email.None {
			cert, err := relayCertificate(ctx, cfg.Relay)
			checks = append(checks, validity(area, "the mail relay "+cfg.Relay.Host, cert, err))
		}
	}
	if u, err := url.Parse(d.s.cfg.Public.URL); err == nil && u.Scheme == "https" {
		cert, err := siteCertificate(ctx, u)
		checks = append(checks, validity(area, "public.url "+u.Hostname(), cert, err))
	}
	return checks
}

// validity is what a certificate's dates say. One that isn't trusted here is seen by dates
// only: the daemon may know another root.
func validity(area, whose string, cert *x509.Certificate, err error) check {
	if err != nil {
		return check{area, whose + " shows no certificate from here", unknown, ""}
	}
	until := cert.NotAfter.UTC().Format("2006-01-02")
	switch left := time.Until(cert.NotAfter); {
	case left <= 0:
		return check{area, "that of " + whose + " ended on " + until, wrong, "renew it: connections fail"}
	case left < renewBy:
		return check{area, fmt.Sprintf("that of %s ends in %s, on %s", whose, plural(int(left.Hours()/24), "day"), until), doubt, "renew it; does its automatic renewal work?"}
	}
	return check{area, "that of " + whose + " is valid until " + until, fine, ""}
}

// looking is a configuration to see a certificate by, whatever it is worth.
func looking(host string) *tls.Config {
	return &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, InsecureSkipVerify: true} //nolint:gosec // its dates are read, nothing is sent
}

func siteCertificate(ctx context.Context, u *url.URL) (*x509.Certificate, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	port := u.Port()
	if port == "" {
		port = "443"
	}
	c, err := (&tls.Dialer{Config: looking(u.Hostname())}).DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return leaf(c.(*tls.Conn).ConnectionState())
}

func relayCertificate(ctx context.Context, r email.Relay) (*x509.Certificate, error) {
	if r.TLS == email.Implicit {
		return siteCertificate(ctx, &url.URL{Host: net.JoinHostPort(r.Host, strconv.Itoa(orPort(r.Port, 465)))})
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(r.Host, strconv.Itoa(orPort(r.Port, 587))))
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	c, err := smtp.NewClient(conn, r.Host)
	if err != nil {
		return nil, err
	}
	if err := c.StartTLS(looking(r.Host)); err != nil {
		return nil, err
	}
	state, _ := c.TLSConnectionState()
	return leaf(state)
}

func orPort(port, usual int) int {
	if port == 0 {
		return usual
	}
	return port
}

func leaf(t tls.ConnectionState) (*x509.Certificate, error) {
	if len(t.PeerCertificates) == 0 {
		return nil, errors.New("no certificate")
	}
	return t.PeerCertificates[0], nil
}
