package simulators

import (
	"fmt"
	"net"
	"strings"
	"sync"

	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"
)

// smppLink is one connection to the centre.
type smppLink struct {
	centre *SMPP
	conn   net.Conn
	bound  bool // guarded by the centre's lock

	out  sync.Mutex
	told map[int32]pdu.PDU // deliver_sm that aren't acknowledged, by sequence number
}

// serve reads until the link ends; an answer that can't be written is followed by that.
func (l *smppLink) serve() {
	for {
		p, err := pdu.Parse(l.conn)
		if err != nil {
			return
		}
		if l.centre.silent() {
			continue
		}
		switch x := p.(type) {
		case *pdu.BindRequest:
			r := x.GetResponse().(*pdu.BindResp)
			r.SystemID, r.CommandStatus = "simulator", l.centre.admit(l, x)
			_ = l.write(r)
		case *pdu.SubmitSM:
			if !l.submit(x) {
				return
			}
		case *pdu.Unbind:
			_ = l.write(x.GetResponse())
			return
		case *pdu.UnbindResp:
			return
		case *pdu.EnquireLink:
			_ = l.write(x.GetResponse())
		case *pdu.DeliverSMResp:
			l.acknowledged(x)
		}
	}
}

// acknowledged forgets a deliver_sm, or tells it again where the other side asks for that.
func (l *smppLink) acknowledged(r *pdu.DeliverSMResp) {
	l.out.Lock()
	d := l.told[r.SequenceNumber]
	delete(l.told, r.SequenceNumber)
	l.out.Unlock()
	if r.CommandStatus == data.ESME_RX_T_APPN && d != nil {
		_ = l.tell(d)
	}
}

func (l *smppLink) tell(d pdu.PDU) error {
	l.out.Lock()
	l.told[d.GetSequenceNumber()] = d
	l.out.Unlock()
	return l.write(d)
}

func (l *smppLink) write(p pdu.PDU) error {
	b := pdu.NewBuffer(nil)
	p.Marshal(b)
	l.out.Lock()
	defer l.out.Unlock()
	_, err := l.conn.Write(b.Bytes())
	return err
}

// submit takes a part of a message, or fails as it was told to. It returns false to break
// the link.
func (l *smppLink) submit(q *pdu.SubmitSM) bool {
	r := q.GetResponse().(*pdu.SubmitSMResp)
	trouble, bad := l.centre.next()
	if bad && trouble.Kind == Hang {
		return true
	}
	if r.CommandStatus = l.status(q, trouble); r.CommandStatus != data.ESME_ROK {
		return l.write(r) == nil
	}
	r.MessageID = hexID()[:10]
	state := l.centre.take(q, r.MessageID)
	if bad && trouble.Kind == Unknown {
		return false
	}
	if l.write(r) != nil {
		return false
	}
	if q.RegisteredDelivery&1 == 1 && state != "" {
		return l.report(q.DestAddr.Address(), r.MessageID, state) == nil
	}
	return true
}

func (s *SMPP) next() (Trouble, bool) {
	s.mu.Lock()
	s.submits++
	s.mu.Unlock()
	return s.Troubles.Next()
}

func (l *smppLink) status(q *pdu.SubmitSM, t Trouble) data.CommandStatusType {
	switch t.Kind {
	case Temporary:
		return data.ESME_RSYSERR
	case Throttled:
		return data.ESME_RTHROTTLED
	case Rejected:
		return data.ESME_RX_R_APPN
	case Unreachable:
		return data.ESME_RINVDSTADR
	case Misconfigured:
		return data.ESME_RINVSRCADR
	case Unknown, Hang:
	}
	switch {
	case !e164.MatchString("+" + q.DestAddr.Address()):
		return data.ESME_RINVDSTADR
	case q.SourceAddr.Address() == "":
		return data.ESME_RINVSRCADR
	}
	return data.ESME_ROK
}

const esmReceipt = 0x04

// report tells what became of a message (SMPP 3.4, appendix B).
func (l *smppLink) report(to, id, state string) error {
	errno := "000"
	if state != "DELIVRD" {
		errno = "001"
	}
	text := fmt.Sprintf("id:%s sub:001 dlvrd:001 submit date:2611241000 done date:2611241001 stat:%s err:%s text:", id, state, errno)
	return l.deliver(to, text, esmReceipt)
}

func (l *smppLink) deliver(from, text string, class byte) error {
	d := pdu.NewDeliverSM().(*pdu.DeliverSM)
	d.EsmClass = class
	if err := d.SourceAddr.SetAddress(strings.TrimPrefix(from, "+")); err != nil {
		return err
	}
	d.SourceAddr.SetTon(data.GSM_TON_INTERNATIONAL)
	d.SourceAddr.SetNpi(data.GSM_NPI_E164)
	enc := data.GSM7BIT
	if gsm, _ := segments(text); gsm != "GSM-7" {
		enc = data.UCS2
	}
	if err := d.Message.SetMessageWithEncoding(text, enc); err != nil {
		return err
	}
	return l.tell(d)
}

// smppParts is a message of which parts have come.
type smppParts struct {
	text    []string
	missing int
}

// take puts a part to its message and keeps the message when it is whole. It returns the
// state that receipts tell.
func (s *SMPP) take(q *pdu.SubmitSM, id string) (receipt string) {
	text, _ := q.Message.GetMessage()
	total, nth, ref, concat := q.Message.UDH().GetConcatInfo()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !concat {
		s.keep(q, id, text, 1)
		return s.receipt
	}
	key := fmt.Sprint(q.SourceAddr.Address(), q.DestAddr.Address(), ref, total)
	m := s.parts[key]
	if m == nil {
		m = &smppParts{text: make([]string, total), missing: int(total)}
		s.parts[key] = m
	}
	if nth < 1 || nth > total {
		return s.receipt
	}
	if m.text[nth-1] == "" { // a part that comes again takes its own place
		m.missing--
	}
	m.text[nth-1] = text
	if m.missing == 0 {
		delete(s.parts, key)
		s.keep(q, id, strings.Join(m.text, ""), int(total))
	}
	return s.receipt
}

func (s *SMPP) keep(q *pdu.SubmitSM, id, text string, parts int) {
	encoding := "GSM-7"
	if q.Message.Encoding() == data.UCS2 {
		encoding = "UCS-2"
	}
	s.inbox.Add(Captured{
		Channel: "sms", Provider: "smpp", MessageID: id, To: "+" + q.DestAddr.Address(), From: q.SourceAddr.Address(),
		Text: text, Encoding: encoding, Segments: parts,
		Headers: map[string][]string{"validity_period": {q.ValidityPeriod}, "source_ton": {fmt.Sprint(q.SourceAddr.Ton())}, "source_npi": {fmt.Sprint(q.SourceAddr.Npi())}},
	})
}
