package smpp

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"strings"
	"sync"

	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"

	"github.com/vondi-global/notifications/internal/channels"
)

// tapped lets wire hear what passes through a connection, PDU by PDU.
func tapped(c net.Conn, wire channels.Wire) net.Conn {
	if wire == nil {
		return c
	}
	channels.Tell(wire, channels.Nobody, "connected to "+c.RemoteAddr().String())
	return &tap{Conn: c, out: ear{wire: wire, by: channels.Ours}, in: ear{wire: wire, by: channels.Theirs}}
}

// tap is a connection with somebody on the line.
type tap struct {
	net.Conn
	out, in ear
}

func (t *tap) Write(b []byte) (int, error) {
	n, err := t.Conn.Write(b)
	t.out.hear(b[:n])
	return n, err
}

func (t *tap) Read(b []byte) (int, error) {
	n, err := t.Conn.Read(b)
	t.in.hear(b[:n])
	return n, err
}

// ear puts the bytes of one direction together to PDUs.
type ear struct {
	wire channels.Wire
	by   channels.Side

	mu   sync.Mutex
	rest []byte
	deaf bool // what passes is not SMPP
}

func (e *ear) hear(b []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.deaf {
		return
	}
	e.rest = append(e.rest, b...)
	for len(e.rest) >= 16 {
		n := binary.BigEndian.Uint32(e.rest)
		if n < 16 || n > data.MAX_PDU_LEN {
			channels.Tell(e.wire, channels.Nobody, "what follows is not SMPP")
			e.deaf, e.rest = true, nil
			return
		}
		if len(e.rest) < int(n) {
			return
		}
		channels.Tell(e.wire, e.by, readable(e.rest[:n]))
		e.rest = e.rest[n:]
	}
}

// readable is a PDU in words: its name, number and status, and what matters of its body.
func readable(raw []byte) string {
	head := pdu.ParseHeader([16]byte(raw))
	text := fmt.Sprintf("%s #%d", strings.ToLower(head.CommandID.String()), head.SequenceNumber)
	if uint32(head.CommandID)&0x80000000 != 0 {
		text += fmt.Sprintf(" status=0x%02x (%s)", int32(head.CommandStatus), head.CommandStatus.Desc())
	}
	p, err := pdu.Parse(bytes.NewReader(raw))
	if err != nil {
		return text + fmt.Sprintf(", %d octets", len(raw))
	}
	return text + body(p)
}

func body(p pdu.PDU) string {
	switch p := p.(type) {
	case *pdu.BindRequest:
		return fmt.Sprintf(" system_id=%s password=%s system_type=%q", p.SystemID, channels.Hidden, p.SystemType)
	case *pdu.BindResp:
		return " system_id=" + p.SystemID
	case *pdu.SubmitSM:
		return fmt.Sprintf(" from=%s to=%s esm_class=0x%02x registered_delivery=%d validity=%q", p.SourceAddr.Address(),
			p.DestAddr.Address(), p.EsmClass, p.RegisteredDelivery, p.ValidityPeriod) + words(p.Message)
	case *pdu.SubmitSMResp:
		return " message_id=" + p.MessageID
	case *pdu.DeliverSM:
		return fmt.Sprintf(" from=%s to=%s esm_class=0x%02x", p.SourceAddr.Address(), p.DestAddr.Address(), p.EsmClass) + words(p.Message)
	}
	return ""
}

func words(m pdu.ShortMessage) string {
	s, coding := "", byte(0)
	if enc := m.Encoding(); enc != nil {
		coding = enc.DataCoding()
	}
	if total, part, ref, ok := m.UDH().GetConcatInfo(); ok {
		s = fmt.Sprintf(" part=%d/%d ref=%d", part, total, ref)
	}
	text, err := m.GetMessage()
	if err != nil {
		return s + fmt.Sprintf(" data_coding=%d", coding)
	}
	return s + fmt.Sprintf(" data_coding=%d text=%q", coding, text)
}
