package email

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"strings"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/channels"
)

// Listener is a small mail server for the bounce domain: its MX record points here. It takes
// mail for bounce+<delivery id>@domain only, reads it and keeps nothing. What it learns goes
// to the feedback's listener before the mail is accepted: a crash in between makes the other
// side send it again.
type Listener struct {
	Domain   string // the bounce domain
	Feedback channels.Listener
	Log      zerolog.Logger
}

// maxBounce bounds a mail: a report returns at most the whole of our message.
const maxBounce = 1 << 20

// Serve takes mail on l until ctx ends. It owns its connections and has closed them when it
// returns.
func (b *Listener) Serve(ctx context.Context, l net.Listener) error {
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &bounceSession{listener: b, ctx: ctx}, nil
	}))
	s.Domain, s.MaxMessageBytes, s.MaxRecipients = b.Domain, maxBounce, 10
	s.ReadTimeout, s.WriteTimeout = 30*time.Second, 10*time.Second
	s.ErrorLog = log.New(io.Discard, "", 0) // a stranger's broken connections are no news
	stop := context.AfterFunc(ctx, func() {
		_ = l.Close()
		_ = s.Close()
	})
	defer stop()
	if err := s.Serve(l); err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}

// bounceSession is one connection.
type bounceSession struct {
	listener *Listener
	ctx      context.Context
	delivery string
}

// Mail takes any sender: that of a bounce is empty.
func (s *bounceSession) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt takes bounce addresses of ours, one a mail.
func (s *bounceSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	id, ok := BouncedDelivery(to)
	_, domain, _ := strings.Cut(to, "@")
	if !ok || !strings.EqualFold(domain, s.listener.Domain) {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such mailbox"}
	}
	if s.delivery != "" && s.delivery != id {
		return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 5, 3}, Message: "One recipient at a time, please"}
	}
	s.delivery = id
	return nil
}

// Data reads the report. What isn't one is accepted and forgotten: a bounce of a bounce
// helps nobody.
func (s *bounceSession) Data(r io.Reader) error {
	list, err := ReadBounce(r, s.delivery)
	if errors.Is(err, ErrNoBounce) {
		s.listener.Log.Debug().Str("delivery_id", s.delivery).Msg("Mail to a bounce address is no report")
		return nil
	}
	if err == nil {
		err = s.listener.Feedback.Feedback(s.ctx, list)
	}
	if err != nil {
		s.listener.Log.Error().Err(err).Str("delivery_id", s.delivery).Msg("Bounce could not be recorded")
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Try again later"}
	}
	return nil
}

func (s *bounceSession) Reset()        { s.delivery = "" }
func (s *bounceSession) Logout() error { return nil }
