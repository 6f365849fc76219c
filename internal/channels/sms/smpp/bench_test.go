package smpp_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/linxGnu/gosmpp"
	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"

	"github.com/vondi-global/notifications/internal/channels/channelstest"
	"github.com/vondi-global/notifications/internal/simulators"
)

// library is gosmpp alone: it submits and waits for the response of that sequence number.
type library struct {
	session *gosmpp.Session
	waiting sync.Map
}

func bound(b testing.TB, sim *simulators.SMPP) *library {
	b.Helper()
	l := &library{}
	var err error
	l.session, err = gosmpp.NewSession(
		gosmpp.TRXConnector(gosmpp.NonTLSDialer, gosmpp.Auth{SMSC: sim.Addr(), SystemID: sim.SystemID, Password: sim.Password}),
		gosmpp.Settings{ReadTimeout: time.Minute, WriteTimeout: 5 * time.Second, OnPDU: func(p pdu.PDU, _ bool) {
			if ch, ok := l.waiting.LoadAndDelete(p.GetSequenceNumber()); ok {
				ch.(chan pdu.PDU) <- p
			}
		}}, -1)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.session.Close() })
	return l
}

func (l *library) send() error {
	p := pdu.NewSubmitSM().(*pdu.SubmitSM)
	src, err1 := pdu.NewAddressWithTonNpiAddr(5, 0, "VONDI")
	dst, err2 := pdu.NewAddressWithTonNpiAddr(1, 1, "381641234567")
	p.SourceAddr, p.DestAddr, p.RegisteredDelivery = src, dst, 1
	err3 := p.Message.SetMessageWithEncoding(message.Text, data.GSM7BIT)
	ch := make(chan pdu.PDU, 1)
	l.waiting.Store(p.SequenceNumber, ch)
	if err := errors.Join(err1, err2, err3, l.session.Transmitter().Submit(p)); err != nil {
		return err
	}
	if r := <-ch; !r.IsOk() {
		return errors.New("not accepted")
	}
	return nil
}

func beside(t testing.TB) channelstest.Beside {
	sim, _ := simulator(t)
	l, s := bound(t, sim), sender(t, config(t, sim.DSN("VONDI")), nil)
	return channelstest.Beside{Alone: l.send, Ours: func() error { _, err := s.Send(t.Context(), number, message); return err }}
}

func TestAllocations(t *testing.T) { beside(t).Allocations(t) }

func BenchmarkSend(b *testing.B) { beside(b).Benchmark(b) }
