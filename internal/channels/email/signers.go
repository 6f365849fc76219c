package email

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"sync"
	"time"

	"github.com/vondi-global/notifications/internal/channels"
)

// signers are the certificates that SNS signs with, each fetched once and kept as long as it
// is valid. AWS has one for a region and changes it about once a year.
type signers struct {
	get func(ctx context.Context, url string) ([]byte, error)

	mu   sync.Mutex
	kept map[string]*x509.Certificate
}

// maxSigners bounds them: who knows the topic could name any number of addresses at AWS.
const maxSigners = 8

// of returns the certificate at an address of AWS. One that is not valid now signs nothing.
func (s *signers) of(ctx context.Context, url string) (*x509.Certificate, error) {
	if c := s.known(url); c != nil {
		return c, nil
	}
	page, err := s.get(ctx, url)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(page)
	if block == nil {
		return nil, channels.ErrSignature
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil || !valid(c) {
		return nil, channels.ErrSignature
	}
	s.keep(url, c)
	return c, nil
}

func (s *signers) known(url string) *x509.Certificate {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.kept[url]; c != nil && valid(c) {
		return c
	}
	return nil
}

func valid(c *x509.Certificate) bool {
	now := time.Now()
	return now.After(c.NotBefore) && now.Before(c.NotAfter)
}

// keep begins anew when all places are taken: whatever is still in use comes back with the
// next note.
func (s *signers) keep(url string, c *x509.Certificate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil || len(s.kept) >= maxSigners {
		s.kept = map[string]*x509.Certificate{}
	}
	s.kept[url] = c
}
