package smpp

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"

	"github.com/vondi-global/notifications/internal/channels"
)

// heard is a deliver_sm that waits for the listener, with the link that it is answered on.
type heard struct {
	on  *link
	pdu *pdu.DeliverSM
}

// receive is called for whatever the centre sends, on the link's reading goroutine: it must
// not block. What it returns is the answer; nil is none, or a later one.
func (s *Sender) receive(l *link, p pdu.PDU) (answerNow pdu.PDU, unbind bool) {
	switch x := p.(type) {
	case *pdu.SubmitSMResp:
		l.settle(x.SequenceNumber, answer{status: x.CommandStatus, id: x.MessageID})
	case *pdu.GenericNack:
		l.settle(x.SequenceNumber, answer{status: x.CommandStatus})
	case *pdu.DeliverSM:
		return s.hear(l, x), false
	case *pdu.Unbind:
		return x.GetResponse(), true
	default:
		if p.CanResponse() {
			return p.GetResponse(), false
		}
	}
	return nil, false
}

// hear queues a deliver_sm. A full queue, or nobody who listens, is a temporary error: the
// centre tells it again later.
func (s *Sender) hear(l *link, d *pdu.DeliverSM) pdu.PDU {
	if s.listener == nil {
		return d.GetResponse()
	}
	select {
	case s.heard <- heard{l, d}:
		return nil
	default:
		return later(d)
	}
}

func later(d *pdu.DeliverSM) pdu.PDU {
	r := d.GetResponse().(*pdu.DeliverSMResp)
	r.CommandStatus = data.ESME_RX_T_APPN
	return r
}

// listen is the goroutine that hands feedback over and only then acknowledges it.
func (s *Sender) listen(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case h := <-s.heard:
			h.on.answer(s.tell(ctx, h.pdu))
		}
	}
}

// listenBudget bounds one call of the listener.
const listenBudget = 5 * time.Second

func (s *Sender) tell(ctx context.Context, d *pdu.DeliverSM) pdu.PDU {
	f, ok := feedback(d)
	if !ok {
		return d.GetResponse()
	}
	ctx, cancel := context.WithTimeout(ctx, listenBudget)
	defer cancel()
	if err := s.listener.Feedback(ctx, []channels.Feedback{f}); err != nil {
		s.log.Warn().Err(err).Str("kind", string(f.Kind)).Msg("Failed to take feedback, it comes again")
		return later(d)
	}
	return d.GetResponse()
}

// esmType are the bits of esm_class that say what a deliver_sm is (SMPP 3.4, 5.2.12).
const (
	esmType    = 0x3C
	esmReceipt = 0x04
)

// feedback reads a deliver_sm. ok is false where it tells nothing: a state on the way, or a
// message from a phone that isn't a STOP.
func feedback(d *pdu.DeliverSM) (f channels.Feedback, ok bool) {
	text, _ := d.Message.GetMessage()
	if d.EsmClass&esmType == esmReceipt {
		return receipt(d, text)
	}
	return channels.Feedback{Provider: provider, Kind: channels.Stopped, From: phone(d.SourceAddr)}, channels.IsStop(text)
}

// phone is a phone's number as people read it. Some centres write those of their own country
// without its code.
func phone(a pdu.Address) string {
	if n := a.Address(); a.Ton() == data.GSM_TON_NATIONAL || strings.HasPrefix(n, "0") || strings.HasPrefix(n, "+") {
		return n
	}
	return "+" + a.Address()
}

// The fields of a receipt's text (SMPP 3.4, appendix B); every centre has its own spacing.
var (
	receiptID    = regexp.MustCompile(`\bid:\s*(\S+)`)
	receiptState = regexp.MustCompile(`\bstat:\s*(\w+)`)
	receiptError = regexp.MustCompile(`\berr:\s*(\w+)`)
)

func receipt(d *pdu.DeliverSM, text string) (f channels.Feedback, ok bool) {
	f = channels.Feedback{Provider: provider, MessageID: field(receiptID, text)}
	if t, there := d.OptionalParameters[pdu.TagReceiptedMessageID]; there {
		f.MessageID = t.String()
	}
	state, errno := field(receiptState, text), field(receiptError, text)
	if t, there := d.OptionalParameters[pdu.TagMessageStateOption]; there && state == "" && len(t.Data) == 1 {
		state = states(t.Data[0])
	}
	switch state {
	case "DELIVRD":
		f.Kind, f.Code = channels.Delivered, state
	case "UNDELIV", "EXPIRED", "DELETED", "REJECTD":
		f.Kind, f.Code = channels.Bounced, state+" "+errno
		f.Hard = state == "UNDELIV" && errno == "001" // unknown subscriber
	default:
		return f, false
	}
	return f, f.MessageID != ""
}

func field(re *regexp.Regexp, text string) string {
	if m := re.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// states are the values of the parameter message_state (SMPP 3.4, 5.2.28).
func states(b byte) string {
	switch b {
	case 2:
		return "DELIVRD"
	case 3:
		return "EXPIRED"
	case 4:
		return "DELETED"
	case 5:
		return "UNDELIV"
	case 8:
		return "REJECTD"
	}
	return ""
}
