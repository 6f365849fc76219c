package email

import (
	"bytes"
	"errors"
	netmail "net/mail"
	"net/textproto"
	"regexp"
	"slices"
	"strings"

	"github.com/wneessen/go-mail"
	"golang.org/x/net/idna"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
)

// errNoUTF8 is what a relay without SMTPUTF8 would answer to an address that isn't ASCII.
var errNoUTF8 = &textproto.Error{Code: 553, Msg: "5.6.7 the relay takes no address outside ASCII"}

// compose makes the whole message, so that nothing can fail once the transaction has begun.
// What it refuses, it refuses for good.
func (c Config) compose(to notify.Address, m notify.Message) (envelope, []byte, error) {
	refuse := func(f notify.Fault, err error) (envelope, []byte, error) {
		return envelope{}, nil, channels.Refused(c.Name, f, "", err.Error(), to.Value, to.Name, m.Subject)
	}
	rcpt, err := recipient(to.Value)
	if err != nil {
		return refuse(notify.Unreachable, err)
	}
	if err := oneLine(m); err != nil {
		return refuse(notify.Rejected, err)
	}
	from, err := netmail.ParseAddress(c.From)
	if err != nil {
		return refuse(notify.Misconfigured, errors.New("the From address can't be read"))
	}
	raw, err := c.write(from, &netmail.Address{Name: notify.Printable(to.Name, 100), Address: rcpt}, m)
	if err != nil {
		return refuse(notify.Rejected, err)
	}
	return envelope{from: c.returnPath(from.Address, m), to: rcpt, utf8: !ascii(rcpt)}, raw, nil
}

var (
	plainLocal  = regexp.MustCompile(`^[^\s<>()\[\]\\,;:@"\x00-\x1f\x7f]{1,64}$`)
	plainDomain = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$`)
	errAddress  = errors.New("not an address that mail can be sent to")
)

// recipient checks an address for the envelope and puts its domain into ASCII. Quoted local
// parts are refused: nobody has one, and they have been used to smuggle commands
// (CVE-2025-59937 and its like).
func recipient(addr string) (string, error) {
	at := strings.LastIndexByte(addr, '@')
	if at < 0 || !plainLocal.MatchString(addr[:at]) {
		return "", errAddress
	}
	domain, err := idna.Lookup.ToASCII(addr[at+1:])
	if err != nil || !plainDomain.MatchString(domain) || strings.Contains(domain, "..") {
		return "", errAddress
	}
	return addr[:at+1] + domain, nil
}

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > 126 }) < 0
}

// oneLine refuses line ends in whatever becomes a header.
func oneLine(m notify.Message) error {
	lines := []string{m.Subject, m.Delivery, m.Event, m.Category, m.Locale, m.Unsubscribe}
	for k, v := range m.Headers {
		if !headerName.MatchString(k) {
			return errors.New("a header's name has characters that no header's name may have")
		}
		if slices.Contains(ownHeaders(), textproto.CanonicalMIMEHeaderKey(k)) {
			return errors.New("a header that is ours to set: " + k)
		}
		lines = append(lines, v)
	}
	for _, a := range m.Attachments {
		lines = append(lines, a.Name, a.Type, a.ContentID)
	}
	for _, l := range lines {
		if strings.ContainsAny(l, "\r\n\x00") {
			return errors.New("a line end in a header's value")
		}
	}
	return nil
}

var headerName = regexp.MustCompile(`^[A-Za-z0-9-]{1,60}$`)

// ownHeaders can't be set by a message's Headers.
func ownHeaders() []string {
	return []string{
		"From", "To", "Cc", "Bcc", "Sender", "Reply-To", "Subject", "Date", "Message-Id", "Mime-Version", "Content-Type",
		"Content-Transfer-Encoding", "Return-Path", "Dkim-Signature", "List-Unsubscribe", "List-Unsubscribe-Post",
	}
}

// returnPath is the envelope's sender.
func (c Config) returnPath(from string, m notify.Message) string {
	if c.BounceDomain == "" || m.Delivery == "" {
		return from
	}
	return bouncePrefix + m.Delivery + "@" + c.BounceDomain
}

// bouncePrefix begins the local part of a bounce address; the delivery's id follows.
const bouncePrefix = "bounce+"

// messageID is the same for every attempt at a delivery, so that receivers can drop a
// second copy.
func (c Config) messageID(m notify.Message) string {
	return m.Delivery + "@" + domain(c.From)
}

// domain is that of an address with or without a name, in which an @ may stand too.
func domain(from string) string {
	return strings.TrimRight(from[strings.LastIndexByte(from, '@')+1:], "> ")
}

func (c Config) write(from, to *netmail.Address, m notify.Message) ([]byte, error) {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	msg.FromMailAddress(from)
	msg.ToMailAddress(to)
	if c.ReplyTo != "" {
		if err := msg.ReplyTo(c.ReplyTo); err != nil {
			return nil, errors.New("the Reply-To address can't be read")
		}
	}
	msg.Subject(m.Subject)
	msg.SetMessageIDWithValue(c.messageID(m))
	msg.SetDateWithValue(c.Now())
	for k, v := range c.headers(m) {
		msg.SetGenHeader(mail.Header(k), v)
	}
	if err := parts(msg, m); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.Grow(2048 + (len(m.Text)+len(m.HTML))*5/4 + attached(m)*4/3)
	if _, err := msg.WriteTo(&b); err != nil {
		return nil, errors.New("the message could not be composed")
	}
	if !bytes.HasSuffix(b.Bytes(), []byte("\r\n")) { // BDAT needs whole lines
		b.WriteString("\r\n")
	}
	return c.DKIM.sign(b.Bytes())
}

func attached(m notify.Message) (n int) {
	for _, a := range m.Attachments {
		n += len(a.Data)
	}
	return n
}

// headers are those that machines read.
func (c Config) headers(m notify.Message) map[string]string {
	h := map[string]string{
		"Auto-Submitted":           "auto-generated", // RFC 3834: no vacation answers, please
		"X-Auto-Response-Suppress": "All",            // the same for Exchange
		"X-Entity-Ref-ID":          m.Delivery,       // keeps Gmail from folding two into one
		"Feedback-ID":              strings.Join([]string{m.Event, m.Category, string(notify.Email), or(c.SenderID, "vondi")}, ":"),
	}
	if m.Locale != "" {
		h["Content-Language"] = m.Locale
	}
	if m.Unsubscribe != "" {
		h["List-Unsubscribe"] = c.unsubscribe(m)
	}
	if strings.HasPrefix(m.Unsubscribe, "https://") {
		h["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click" // RFC 8058
	}
	switch c.Relay.Profile {
	case SES:
		h["X-SES-MESSAGE-TAGS"] = "delivery=" + m.Delivery
	case SendGrid:
		h["X-SMTPAPI"] = `{"unique_args":{"delivery":"` + m.Delivery + `"}}`
	case Mailgun:
		h["X-Mailgun-Variables"] = `{"delivery":"` + m.Delivery + `"}`
	}
	for k, v := range m.Headers {
		h[k] = v
	}
	return h
}

func (c Config) unsubscribe(m notify.Message) string {
	s := "<" + m.Unsubscribe + ">"
	if c.UnsubscribeMail != "" {
		s += ", <mailto:" + c.UnsubscribeMail + "?subject=unsubscribe>"
	}
	return s
}

// parts adds the bodies, plain before HTML (the last is the best, RFC 2046), and the files.
func parts(msg *mail.Msg, m notify.Message) error {
	if m.Text != "" || m.HTML == "" {
		msg.SetBodyString(mail.TypeTextPlain, m.Text)
		if m.HTML != "" {
			msg.AddAlternativeString(mail.TypeTextHTML, m.HTML)
		}
	} else {
		msg.SetBodyString(mail.TypeTextHTML, m.HTML)
	}
	for _, a := range m.Attachments {
		attach, options := msg.AttachReader, []mail.FileOption{mail.WithFileContentType(mail.ContentType(a.Type))}
		if a.ContentID != "" {
			attach = msg.EmbedReader
			options = append(options, mail.WithFileContentID("<"+a.ContentID+">"))
		}
		if err := attach(a.Name, bytes.NewReader(a.Data), options...); err != nil {
			return errors.New("an attachment could not be read")
		}
	}
	return nil
}
