package email

import (
	"bufio"
	"errors"
	"io"
	"net/textproto"
	"regexp"
	"strconv"
	"strings"

	"github.com/emersion/go-message"

	"github.com/vondi-global/notifications/internal/channels"
)

// ErrNoBounce says that a mail to a bounce address tells nothing of a delivery: a vacation
// answer, spam, a person who pressed "reply".
var ErrNoBounce = errors.New("not a report of a delivery")

// deliveryShape is that of [notify.DeliveryID], or of a resend's.
var deliveryShape = regexp.MustCompile(`^[a-z2-7]{26}(\.r\d{1,4})?$`)

// BouncedDelivery reads the delivery's id out of a bounce address.
func BouncedDelivery(addr string) (id string, ok bool) {
	local, _, _ := strings.Cut(strings.ToLower(addr), "@")
	id, ok = strings.CutPrefix(local, bouncePrefix)
	return id, ok && deliveryShape.MatchString(id)
}

// ReadBounce reads a mail that came to a bounce address: a delivery status notification
// (RFC 3464) or a complaint (ARF, RFC 5965). deliveryID is what the address said; without
// it the Message-ID of the returned mail does.
func ReadBounce(r io.Reader, deliveryID string) ([]channels.Feedback, error) {
	e, err := message.Read(r)
	if e == nil || err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
		return nil, ErrNoBounce
	}
	kind, params, _ := e.Header.ContentType()
	if kind != "multipart/report" {
		return nil, ErrNoBounce
	}
	rep := report{complaint: strings.EqualFold(params["report-type"], "feedback-report")}
	if err := rep.read(e.MultipartReader()); err != nil {
		return nil, err
	}
	return rep.feedback(deliveryID)
}

// report is what the parts of a multipart/report say.
type report struct {
	complaint  bool
	abuse      bool
	recipients []textproto.MIMEHeader
	messageID  string
}

// maxParts bounds a report: text, status, the returned mail, and one for the odd.
const maxParts = 8

func (r *report) read(mr message.MultipartReader) error {
	if mr == nil {
		return ErrNoBounce
	}
	for range maxParts {
		p, err := mr.NextPart()
		if err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
			return nil // whatever was read so far counts: many reports are cut off
		}
		kind, _, _ := p.Header.ContentType()
		switch kind {
		case "message/delivery-status", "message/global-delivery-status":
			r.recipients = append(r.recipients, blocks(p.Body)...)
		case "message/feedback-report":
			for _, b := range blocks(p.Body) {
				r.abuse = r.abuse || !strings.EqualFold(b.Get("Feedback-Type"), "not-spam") && b.Get("Feedback-Type") != ""
			}
		case "text/rfc822-headers", "message/rfc822", "message/global-headers", "message/global":
			h, _ := textproto.NewReader(bufio.NewReader(p.Body)).ReadMIMEHeader()
			r.messageID = strings.Trim(strings.TrimSpace(h.Get("Message-Id")), "<>")
		}
	}
	return nil
}

// blocks reads the groups of fields that blank lines divide. The first is about the message,
// each further one about a recipient.
func blocks(body io.Reader) (list []textproto.MIMEHeader) {
	r := textproto.NewReader(bufio.NewReader(io.LimitReader(body, 64<<10)))
	for range 32 {
		h, err := r.ReadMIMEHeader()
		if len(h) > 0 {
			list = append(list, h)
		}
		if err != nil {
			break
		}
	}
	return list
}

func (r *report) feedback(deliveryID string) (list []channels.Feedback, err error) {
	base := channels.Feedback{Provider: "smtp", MessageID: r.messageID, DeliveryID: deliveryID}
	if base.DeliveryID == "" {
		if id, _, _ := strings.Cut(r.messageID, "@"); deliveryShape.MatchString(id) {
			base.DeliveryID = id
		}
	}
	if base.DeliveryID == "" && base.MessageID == "" {
		return nil, ErrNoBounce
	}
	if r.complaint && r.abuse {
		base.Kind = channels.Complained
		return []channels.Feedback{base}, nil
	}
	for _, h := range r.recipients {
		if f, ok := recipientStatus(base, h); ok {
			list = append(list, f)
		}
	}
	if len(list) == 0 {
		return nil, ErrNoBounce
	}
	return list, nil
}

// recipientStatus reads one recipient's block. Delayed and expanded tell nothing yet.
func recipientStatus(f channels.Feedback, h textproto.MIMEHeader) (channels.Feedback, bool) {
	switch action, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(h.Get("Action"))), " "); action {
	case "failed":
		f.Kind = channels.Bounced
	case "delivered", "relayed":
		f.Kind = channels.Delivered
	default:
		return f, false
	}
	status, _, _ := strings.Cut(strings.TrimSpace(h.Get("Status")), " ")
	f.Code = enhancedCode.FindString(status)
	f.Hard = f.Kind == channels.Bounced && hardBounce(f.Code, h.Get("Diagnostic-Code"))
	return f, true
}

var diagnosticCode = regexp.MustCompile(`\b([45]\d\d)[ -](?:([45]\.\d{1,3}\.\d{1,3})\b)?`)

// hardBounce says whether the address is dead, by the same table as a refusal's at RCPT.
// Some reports give only a general status (5.0.0) and the truth in the diagnostic text.
func hardBounce(status, diagnostic string) bool {
	a := answer{stage: "RCPT", enhanced: status, text: diagnostic}
	if m := diagnosticCode.FindStringSubmatch(diagnostic); m != nil {
		a.code, _ = strconv.Atoi(m[1])
		if m[2] != "" && (status == "" || strings.HasSuffix(status, ".0.0")) {
			a.enhanced = m[2]
		}
	}
	return hard(a)
}

// hard says whether a refusal means a dead address. A status that speaks of something else
// (a full mailbox, a policy, the network) outweighs a general 550.
func hard(a answer) bool {
	general := a.enhanced == "" || strings.HasSuffix(a.enhanced, ".0.0")
	if !general {
		a.code = 0
	}
	return a.dead()
}
