// Package smpp sends text messages over SMPP 3.4 as a transceiver, with gosmpp for the
// protocol's PDUs and its link.
//
// What gosmpp leaves to us, and why:
//   - its API is asynchronous: window.go waits for each response, with a semaphore in front,
//     because gosmpp's own window fails when it is full instead of waiting, and loses
//     responses that come before it has noted the request;
//   - its rebinding sleeps through Close and drops what is in flight without a word: bind.go
//     keeps one link bound, and what was in flight is Unknown;
//   - its splitting is wrong for both alphabets: pdu.go splits by package sms.
//
// Receipts and STOPs come over the same link: receipts.go.
package smpp

import (
	"context"
	"sync"

	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
)

const provider = "smpp"

// Sender keeps one link to a message centre. It is safe for concurrent use.
type Sender struct {
	cfg      Config
	listener channels.Listener
	log      zerolog.Logger

	window  chan struct{} // a token for each request under way
	binding *binding
	heard   chan heard

	stop context.CancelFunc
	done sync.WaitGroup
}

// New starts binding in the background: a message centre that is away doesn't keep the
// program from starting. listener gets receipts and STOPs; nil: they are acknowledged and
// dropped.
func New(cfg Config, listener channels.Listener, log zerolog.Logger) (*Sender, error) {
	cfg = cfg.Defaults()
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &Sender{
		cfg: cfg, listener: listener, log: log.With().Str("provider", provider).Logger(),
		window: make(chan struct{}, cfg.Window), binding: newBinding(), heard: make(chan heard, 100), stop: stop,
	}
	s.done.Go(func() { s.keepBound(ctx) })
	s.done.Go(func() { s.listen(ctx) })
	return s, nil
}

// Provider is the name under which messages are sent.
func (*Sender) Provider() string { return provider }

// Close unbinds and waits until nothing of the link is left.
func (s *Sender) Close() error {
	s.stop()
	s.done.Wait()
	return nil
}

// Send submits the message, part after part. The receipt's id is that of the last part: it
// alone asks for a delivery receipt. The parts' reference is made of the delivery's id, so
// that a message that broke off and is sent again completes itself on the phone.
func (s *Sender) Send(ctx context.Context, to notify.Address, m notify.Message) (notify.Receipt, error) {
	number, err := channels.Number(provider, to)
	if err != nil {
		return notify.Receipt{}, err
	}
	parts, err := s.compose(number, m)
	if err != nil {
		return notify.Receipt{}, channels.Refused(provider, notify.Rejected, "", err.Error(), number, m.Text)
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	r := notify.Receipt{Provider: provider, Parts: len(parts)}
	for _, p := range parts {
		if r.ID, err = s.submit(ctx, p); err != nil {
			return notify.Receipt{}, err
		}
	}
	return r, nil
}
