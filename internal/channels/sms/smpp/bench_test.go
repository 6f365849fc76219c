package smpp_test

import (
	"sync"
	"testing"
	"time"

	"github.com/linxGnu/gosmpp"
	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"

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

func (l *library) send(b testing.TB) {
	p := pdu.NewSubmitSM().(*pdu.SubmitSM)
	src, err1 := pdu.NewAddressWithTonNpiAddr(5, 0, "VONDI")
	dst, err2 := pdu.NewAddressWithTonNpiAddr(1, 1, "381641234567")
	p.SourceAddr, p.DestAddr, p.RegisteredDelivery = src, dst, 1
	err3 := p.Message.SetMessageWithEncoding(message.Text, data.GSM7BIT)
	ch := make(chan pdu.PDU, 1)
	l.waiting.Store(p.SequenceNumber, ch)
	err4 := l.session.Transmitter().Submit(p)
	if r := <-ch; !r.IsOk() || err1 != nil || err2 != nil || err3 != nil || err4 != nil {
		b.Fatal("not accepted")
	}
}

func TestAllocations(t *testing.T) {
	sim, _ := simulator(t)
	l := bound(t, sim)
	s := sender(t, config(t, sim.DSN("VONDI")), nil)
	alone := testing.AllocsPerRun(200, func() { l.send(t) })
	ours := testing.AllocsPerRun(200, func() {
		if _, err := s.Send(t.Context(), number, message); err != nil {
			t.Fatal(err)
		}
	})
	if t.Logf("%.0f allocations, %.0f of gosmpp alone", ours, alone); ours > 1.5*alone {
		t.Errorf("%.0f allocations, more than 1.5 × %.0f of gosmpp alone", ours, alone)
	}
}

func BenchmarkSend(b *testing.B) {
	sim, _ := simulator(b)
	b.Run("gosmpp", func(b *testing.B) {
		l := bound(b, sim)
		b.ReportAllocs()
		for b.Loop() {
			l.send(b)
		}
	})
	b.Run("sender", func(b *testing.B) {
		s := sender(b, config(b, sim.DSN("VONDI")), nil)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.Send(b.Context(), number, message); err != nil {
				b.Fatal(err)
			}
		}
	})
}
