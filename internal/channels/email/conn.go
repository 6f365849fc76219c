package email

import (
	"context"
	"errors"
	"net"
	"net/textproto"
	"os"
	"strconv"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"github.com/vondi-global/notifications/internal/channels"
)

// conn is one connection to the relay, logged in. One goroutine uses it at a time.
type conn struct {
	text       *textproto.Conn
	raw        net.Conn
	pipelining bool
	chunking   bool
	utf8       bool
	wire       channels.Wire

	born     time.Time
	used     time.Time
	messages int
	dirty    bool // the last transaction was refused: RSET before the next
	broken   bool // not to be used again
}

func newConn(c *smtp.Client, raw net.Conn, r Relay) *conn {
	offers := func(name string) bool { ok, _ := c.Extension(name); return ok }
	now := time.Now()
	_ = raw.SetDeadline(time.Time{})
	return &conn{
		text: c.Text, raw: raw, born: now, used: now, utf8: offers("SMTPUTF8"), wire: r.Wire,
		pipelining: offers("PIPELINING") && !r.NoPipelining,
		chunking:   offers("PIPELINING") && offers("CHUNKING") && !r.NoPipelining && !r.NoChunking,
	}
}

// envelope is whom a message goes to and who hears of its bounces.
type envelope struct {
	from, to string
	utf8     bool // an address is not ASCII
}

// failure is why a transaction was not accepted.
type failure struct {
	stage     string // "MAIL", "RCPT", "DATA", "BODY"
	err       error  // a [*textproto.Error], or a broken connection's
	uncertain bool   // the whole message was out: it may have been accepted
}

func (f *failure) reply() (*textproto.Error, bool) { return errors.AsType[*textproto.Error](f.err) }

// outOfStep says that the first refusal was of the command itself (50x): the relay's state
// is not what we think it is.
func (f *failure) outOfStep() bool {
	if f == nil {
		return false
	}
	r, refused := f.reply()
	return refused && newAnswer(f.stage, r).outOfStep()
}

// leaveOpen notes that the whole message was out: without a refusal it may have been taken.
func (f *failure) leaveOpen() {
	if f != nil {
		_, refused := f.reply()
		f.uncertain = !refused
	}
}

const (
	hot        = time.Second      // a connection used that lately is surely alive
	noDeadline = 60 * time.Second // for a context without one
)

// send makes one transaction within ctx.
func (c *conn) send(ctx context.Context, e envelope, raw []byte) *failure {
	release := c.within(ctx)
	f := c.transact(e, raw)
	release()
	c.messages++
	c.used = time.Now()
	c.dirty = f != nil
	if f.outOfStep() {
		c.broken = true
	}
	return f
}

// within lets the context end whatever the connection is at. The connection is not used
// again after that.
func (c *conn) within(ctx context.Context) (release func()) {
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(noDeadline)
	}
	_ = c.raw.SetDeadline(deadline)
	stop := context.AfterFunc(ctx, func() { _ = c.raw.SetDeadline(time.Unix(1, 0)) })
	return func() {
		if !stop() {
			c.broken = true
		}
		_ = c.raw.SetDeadline(time.Time{})
	}
}

// transact picks the way with the fewest round trips. In one flight the body leaves before
// the first reply, so a connection that died while idle would leave the outcome open: only a
// hot one is trusted with that.
func (c *conn) transact(e envelope, raw []byte) *failure {
	switch {
	case c.chunking && time.Since(c.used) < hot:
		return c.oneFlight(e, raw)
	case c.pipelining:
		return c.twoFlights(e, raw)
	}
	return c.stepByStep(e, raw)
}

// step is a command and the reply that it wants.
type step struct {
	stage, line string
	want        int // a code or the beginning of one
}

func (c *conn) steps(e envelope) []step {
	s := make([]step, 0, 4)
	if c.dirty {
		c.dirty = false
		s = append(s, step{"RSET", "RSET", 250})
	}
	parameter := ""
	if e.utf8 {
		parameter = " SMTPUTF8"
	}
	return append(s, step{"MAIL", "MAIL FROM:<" + e.from + ">" + parameter, 250}, step{"RCPT", "RCPT TO:<" + e.to + ">", 25})
}

// oneFlight sends everything at once, the body by BDAT (RFC 3030). All replies are read:
// a refused recipient makes the relay refuse and drop the body, and the next message on the
// connection is fine. What is larger than the writer's buffer is one system call this way, and
// one packet for the relay.
func (c *conn) oneFlight(e envelope, raw []byte) *failure {
	steps := append(c.steps(e), step{"BODY", "BDAT " + strconv.Itoa(len(raw)) + " LAST", 250})
	flight := make([]byte, 0, 512+len(raw))
	for _, s := range steps {
		flight = append(append(flight, s.line...), "\r\n"...)
		channels.Tell(c.wire, channels.Ours, s.line)
	}
	_, _ = c.text.W.Write(append(flight, raw...))
	c.told(raw)
	if err := c.text.W.Flush(); err != nil {
		return c.parting(err)
	}
	f := c.replies(steps)
	f.leaveOpen()
	return f
}

// twoFlights sends the commands at once and the body when the relay wants it (RFC 2920). A
// relay that wants a body although it refused the recipient gets an empty one.
func (c *conn) twoFlights(e envelope, raw []byte) *failure {
	steps := append(c.steps(e), step{"DATA", "DATA", 354})
	c.write(steps...)
	if err := c.text.W.Flush(); err != nil {
		return c.parting(err)
	}
	f := c.replies(steps[:len(steps)-1])
	if f != nil && c.broken {
		return f
	}
	wanted := c.reply("DATA", 354)
	switch {
	case wanted != nil && f != nil:
		return f
	case wanted != nil:
		return wanted
	case f != nil:
		_ = c.body(nil)
		return f
	}
	return c.body(raw)
}

// stepByStep is for relays that want one command at a time.
func (c *conn) stepByStep(e envelope, raw []byte) *failure {
	for _, s := range append(c.steps(e), step{"DATA", "DATA", 354}) {
		c.write(s)
		if err := c.text.W.Flush(); err != nil {
			return c.parting(err)
		}
		if f := c.reply(s.stage, s.want); f != nil {
			return f
		}
	}
	return c.body(raw)
}

// body sends the message's lines and the final dot. When the dot has left, only the reply
// says whether the message was taken.
func (c *conn) body(raw []byte) *failure {
	c.told(raw)
	w := c.text.DotWriter()
	_, err := w.Write(raw)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return c.parting(err)
	}
	f := c.reply("BODY", 250)
	f.leaveOpen()
	return f
}

func (c *conn) write(steps ...step) {
	for _, s := range steps {
		_, _ = c.text.W.WriteString(s.line)
		_, _ = c.text.W.WriteString("\r\n")
		channels.Tell(c.wire, channels.Ours, s.line)
	}
}

// replies reads the reply of every step and returns the first refusal.
func (c *conn) replies(steps []step) (first *failure) {
	for _, s := range steps {
		f := c.reply(s.stage, s.want)
		if first == nil {
			first = f
		}
		if c.broken {
			break
		}
	}
	return first
}

// reply reads one reply. Of a relay that is gone or says goodbye (421) no more is expected.
func (c *conn) reply(stage string, want int) *failure {
	code, text, err := c.text.ReadResponse(want)
	c.heard(code, text, err)
	if err == nil {
		return nil
	}
	f := &failure{stage: stage, err: err}
	r, refused := f.reply()
	if !refused || r.Code == 421 {
		c.broken = true
	}
	return f
}

// parting is the failure of a write: what the relay said before it closed the connection on
// us, if it did.
func (c *conn) parting(err error) *failure {
	c.broken = true
	if f := c.reply("MAIL", 250); f != nil {
		if _, refused := f.reply(); refused {
			return f
		}
	}
	return &failure{stage: "MAIL", err: err}
}

// ready says whether a kept connection may be used again. A hot one is looked at for less
// than a microsecond: a relay that closes after so many messages does it at once. What can
// be read from one that should be silent is left to alive to judge.
func (c *conn) ready() bool {
	if time.Since(c.used) < hot && c.text.R.Buffered() == 0 && silent(c.raw) {
		return true
	}
	return c.alive()
}

// alive looks whether the relay has closed the connection, without a round trip: nothing
// may be there to read, neither a goodbye nor the end.
func (c *conn) alive() bool {
	if c.text.R.Buffered() > 0 {
		return false
	}
	_ = c.raw.SetReadDeadline(time.Now().Add(300 * time.Microsecond))
	_, err := c.text.R.Peek(1)
	_ = c.raw.SetReadDeadline(time.Time{})
	return errors.Is(err, os.ErrDeadlineExceeded)
}

// close says goodbye, and doesn't wait for the answer.
func (c *conn) close() {
	if !c.broken {
		_ = c.raw.SetDeadline(time.Now().Add(250 * time.Millisecond))
		c.write(step{line: "QUIT"})
		_ = c.text.W.Flush()
	}
	_ = c.raw.Close()
}
