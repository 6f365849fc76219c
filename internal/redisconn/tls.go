package redisconn

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/url"
	"os"
)

// secure reads the options behind a URL: tls=on for the schemes that have no twin with TLS,
// and files of PEM: ca, of the authority beside the system's; cert and key, ours.
func (o *Options) secure(query string) error {
	options, err := url.ParseQuery(query)
	if err != nil {
		return fmt.Errorf("what stands behind the ? is not URL-encoded")
	}
	for name := range options {
		switch value := options.Get(name); name {
		case "tls":
			o.TLS = o.TLS || value == "on"
		case "ca":
			o.CA = value
		case "cert":
			o.Cert = value
		case "key":
			o.Key = value
		default:
			return fmt.Errorf("unknown option %q: there are tls, ca, cert, key", name)
		}
	}
	if !o.TLS && o.CA+o.Cert+o.Key != "" {
		return fmt.Errorf("ca, cert and key need TLS: rediss://, or tls=on")
	}
	if !o.TLS {
		return nil
	}
	o.secured, err = o.tlsConfig()
	return err
}

// tlsConfig checks the server's name, which is the dialled one: a Sentinel's or a Cluster's
// nodes have names of their own.
func (o *Options) tlsConfig() (*tls.Config, error) {
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.CA != "" {
		pem, err := os.ReadFile(o.CA)
		if err != nil {
			return nil, fmt.Errorf("ca: %w", err)
		}
		if cfg.RootCAs, err = x509.SystemCertPool(); err != nil {
			cfg.RootCAs = x509.NewCertPool()
		}
		if !cfg.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("ca=%s holds no certificate in PEM", o.CA)
		}
	}
	if o.Cert == "" && o.Key == "" {
		return cfg, nil
	}
	pair, err := tls.LoadX509KeyPair(o.Cert, o.Key)
	if err != nil {
		return nil, fmt.Errorf("cert and key: %w", err)
	}
	cfg.Certificates = []tls.Certificate{pair}
	return cfg, nil
}
