package email

import (
	"context"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
)

// Sender hands mail to one relay.
type Sender struct {
	cfg  Config
	pool *pool
}

// New checks the configuration. It connects to nothing: the relay may be down at the start.
func New(cfg Config) (*Sender, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if err := cfg.DKIM.load(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	d := dialer{relay: cfg.Relay, limit: cfg.Pool.Dial}
	return &Sender{cfg: cfg, pool: newPool(cfg.Pool, d.dial)}, nil
}

// Send composes m and hands it to the relay. The receipt's id is the Message-ID. The error
// is a [notify.SendError].
func (s *Sender) Send(ctx context.Context, to notify.Address, m notify.Message) (notify.Receipt, error) {
	hide := []string{to.Value, to.Name, m.Subject, m.Unsubscribe, s.cfg.Relay.Password.Reveal()}
	e, raw, err := s.cfg.compose(to, m)
	if err != nil {
		return notify.Receipt{}, err
	}
	if err := ctx.Err(); err != nil {
		return notify.Receipt{}, channels.Lost(s.cfg.Name, err, false, hide...)
	}
	if err := s.deliver(ctx, e, raw, hide); err != nil {
		return notify.Receipt{}, err
	}
	return notify.Receipt{Provider: s.cfg.Name, ID: s.cfg.messageID(m), Parts: 1}, nil
}

// Provider is the name under which messages are sent.
func (s *Sender) Provider() string { return s.cfg.Name }

// Close closes the kept connections.
func (s *Sender) Close() error { s.pool.close(); return nil }

// deliver makes the transaction. A kept connection that turns out to be gone before the
// message was out is no failure of the message: it goes again, once, on a new one.
func (s *Sender) deliver(ctx context.Context, e envelope, raw []byte, hide []string) error {
	f, reused, err := s.once(ctx, e, raw, false)
	if f != nil && reused && f.stale() && ctx.Err() == nil {
		f, _, err = s.once(ctx, e, raw, true)
	}
	switch {
	case err != nil:
		return s.unconnected(err, hide)
	case f != nil:
		return s.refused(f, hide)
	}
	return nil
}

// stale says that the connection was at fault and the message certainly isn't out.
func (f *failure) stale() bool {
	r, refused := f.reply()
	return !f.uncertain && (!refused || r.Code == 421)
}

func (s *Sender) once(ctx context.Context, e envelope, raw []byte, fresh bool) (f *failure, reused bool, err error) {
	c, reused, err := s.pool.get(ctx, fresh)
	if err != nil {
		return nil, false, err
	}
	defer s.pool.put(c)
	if e.utf8 && !c.utf8 {
		return &failure{stage: "RCPT", err: errNoUTF8}, reused, nil
	}
	return c.send(ctx, e, raw), reused, nil
}
