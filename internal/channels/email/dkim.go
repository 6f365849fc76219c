package email

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/vondi-global/notifications/internal/secret"
)

// DKIM signs mail in the name of a domain. A relay often does that itself: an RSA signature
// costs more than a millisecond.
type DKIM struct {
	Domain   string
	Selector string
	File     string        // of the key, in PEM; [New] reads it
	Key      crypto.Signer // safe for use by many at once; see [ParseKey]
}

// load reads the key, where it lies in a file.
func (d *DKIM) load() error {
	if d == nil || d.File == "" {
		return nil
	}
	b, err := os.ReadFile(d.File)
	if err != nil {
		return fmt.Errorf("dkim key: %w", err)
	}
	d.Key, err = ParseKey(secret.String(b))
	return err
}

// signedHeaders are what the signature covers. From and Subject stand twice, so that nobody
// can add a second one.
func signedHeaders() []string {
	return []string{
		"From", "From", "Subject", "Subject", "To", "Reply-To", "Date", "Message-ID", "MIME-Version", "Content-Type",
		"List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted", "Feedback-ID",
	}
}

// sign returns the message with its signature in front. The library of go-mail breaks the
// list of headers in a way that receivers don't verify; go-msgauth signs the bytes.
func (d *DKIM) sign(raw []byte) ([]byte, error) {
	if d == nil {
		return raw, nil
	}
	var b bytes.Buffer
	b.Grow(len(raw) + 1024)
	err := dkim.Sign(&b, bytes.NewReader(raw), &dkim.SignOptions{
		Domain: d.Domain, Selector: d.Selector, Signer: d.Key, HeaderKeys: signedHeaders(),
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
	})
	if err != nil {
		return nil, errors.New("the message could not be signed")
	}
	return b.Bytes(), nil
}

// ParseKey reads an RSA (PKCS#1 or PKCS#8) or Ed25519 (PKCS#8) key in PEM.
func ParseKey(s secret.String) (crypto.Signer, error) {
	block, _ := pem.Decode([]byte(s.Reveal()))
	if block == nil {
		return nil, errors.New("dkim key: want PEM")
	}
	if k, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return k, nil
	}
	k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("dkim key: want a private key in PKCS#1 or PKCS#8")
	}
	switch k := k.(type) {
	case *rsa.PrivateKey:
		return k, nil
	case ed25519.PrivateKey:
		return k, nil
	}
	return nil, errors.New("dkim key: want RSA or Ed25519")
}
