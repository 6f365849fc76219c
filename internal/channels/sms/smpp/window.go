package smpp

import (
	"context"
	"errors"
	"sync"

	"github.com/linxGnu/gosmpp"
	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
)

// answer is how a request ended.
type answer struct {
	status data.CommandStatusType
	id     string
	err    error // it was never written
}

// link is one bound session with the requests that wait for their responses.
type link struct {
	session *gosmpp.Session
	bound   chan struct{} // session is set; gosmpp reads before it returns it
	closed  chan struct{} // the session has ended, for whatever reason
	end     sync.Once

	mu      sync.Mutex
	waiting map[int32]chan<- answer // by sequence number
}

func newLink() *link {
	return &link{bound: make(chan struct{}), closed: make(chan struct{}), waiting: map[int32]chan<- answer{}}
}

// answer writes the response to one of the centre's requests.
func (l *link) answer(p pdu.PDU) {
	<-l.bound
	_ = l.session.Transceiver().Submit(p) // on a broken link the centre asks again
}

func (l *link) ended() { l.end.Do(func() { close(l.closed) }) }

// expect notes the request before it is written: its response may come at once.
func (l *link) expect(seq int32) <-chan answer {
	ch := make(chan answer, 1)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting[seq] = ch
	return ch
}

// settle hands an answer to the one who waits for it; late answers go nowhere.
func (l *link) settle(seq int32, a answer) {
	l.mu.Lock()
	ch := l.waiting[seq]
	delete(l.waiting, seq)
	l.mu.Unlock()
	if ch != nil {
		ch <- a
	}
}

func (l *link) forget(seq int32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.waiting, seq)
}

// submit sends one request within the window and waits for its response.
func (s *Sender) submit(ctx context.Context, p *pdu.SubmitSM) (id string, err error) {
	if ctx.Err() != nil {
		return "", channels.Lost(provider, ctx.Err(), false)
	}
	select {
	case s.window <- struct{}{}:
		defer func() { <-s.window }()
	case <-ctx.Done():
		return "", channels.Lost(provider, ctx.Err(), false)
	}
	l, err := s.binding.wait(ctx, nil)
	if err != nil {
		return "", err
	}
	id, err = l.submit(ctx, p)
	if !errors.Is(err, errUnwritten) {
		return id, err
	}
	if l, err = s.binding.wait(ctx, l); err != nil { // it had broken unnoticed: once more, on the next one
		return "", err
	}
	return l.submit(ctx, p)
}

var (
	errBroken    = errors.New("the link broke before the response")
	errUnwritten = errors.New("the link broke before the request was written")
)

func (l *link) submit(ctx context.Context, p *pdu.SubmitSM) (id string, err error) {
	seq := p.GetSequenceNumber()
	response := l.expect(seq)
	defer l.forget(seq)
	if l.session.Transmitter().Submit(p) != nil {
		return "", unwritten()
	}
	select {
	case a := <-response:
		return a.verdict()
	case <-l.closed:
	case <-ctx.Done():
	}
	select { // the response may have come together with the end
	case a := <-response:
		return a.verdict()
	default:
	}
	if ctx.Err() != nil {
		return "", channels.Lost(provider, ctx.Err(), true)
	}
	return "", channels.Lost(provider, errBroken, true)
}

func unwritten() error {
	return &notify.SendError{Fault: notify.Temporary, Provider: provider, Err: errUnwritten}
}

func (a answer) verdict() (id string, err error) {
	if a.err != nil {
		return "", unwritten()
	}
	if a.status != data.ESME_ROK {
		return "", refusal(a.status)
	}
	return a.id, nil
}
