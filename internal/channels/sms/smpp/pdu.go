package smpp

import (
	"errors"
	"hash/fnv"
	"time"

	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"

	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/sms"
)

const (
	maxParts    = 255
	esmUDHI     = 0x40 // the message begins with a user data header
	wantReceipt = 0x01
)

var errTooLong = errors.New("the text takes more than 255 segments")

// compose makes a request for each segment of the message.
func (s *Sender) compose(number string, m notify.Message) ([]*pdu.SubmitSM, error) {
	src, err := s.cfg.source()
	if err != nil {
		return nil, err
	}
	dst, err := international(number)
	if err != nil {
		return nil, err
	}
	texts, enc := sms.Segments(m.Text)
	if len(texts) > maxParts {
		return nil, errTooLong
	}
	parts := make([]*pdu.SubmitSM, len(texts))
	for i, text := range texts {
		p := pdu.NewSubmitSM().(*pdu.SubmitSM)
		p.SourceAddr, p.DestAddr, p.ValidityPeriod = src, dst, validity(m.Expires)
		if err := write(p, text, enc); err != nil {
			return nil, err
		}
		if len(texts) > 1 {
			p.Message.SetUDH(pdu.UDH{pdu.NewIEConcatMessage(byte(len(texts)), byte(i+1), reference(m.Delivery))})
			p.EsmClass |= esmUDHI
		}
		parts[i] = p
	}
	parts[len(parts)-1].RegisteredDelivery = wantReceipt
	return parts, nil
}

func write(p *pdu.SubmitSM, text string, enc sms.Encoding) error {
	coding := data.GSM7BIT // unpacked, in the centre's default alphabet (data_coding 0)
	if enc == sms.UCS2 {
		coding = data.UCS2
	}
	raw, err := coding.Encode(text)
	if err != nil {
		return errors.New("the text can't be encoded")
	}
	return p.Message.SetMessageDataWithEncoding(raw, coding)
}

// reference ties the parts of a message together. It is the same each time that the message
// is sent.
func reference(delivery string) byte {
	h := fnv.New32a()
	_, _ = h.Write([]byte(delivery))
	return byte(h.Sum32())
}

// validity is an absolute time in SMPP's form, in UTC; "" leaves it to the centre.
func validity(expires time.Time) string {
	if expires.IsZero() {
		return ""
	}
	return expires.UTC().Format("060102150405") + "000+"
}
