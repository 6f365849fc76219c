package email

import (
	"errors"
	"fmt"
	"net/textproto"
	"strings"

	"github.com/wneessen/go-mail/log"

	"github.com/vondi-global/notifications/internal/channels"
)

// logger hears the library's part of a conversation: greeting, STARTTLS and login. What a
// login says the library hides.
type logger struct{ wire channels.Wire }

// Debugf tells of one line.
func (l logger) Debugf(m log.Log) {
	text := fmt.Sprintf(m.Format, m.Messages...)
	if m.Direction == log.DirServerToClient {
		channels.Tell(l.wire, channels.Theirs, asSent(text))
		return
	}
	channels.Tell(l.wire, channels.Ours, text)
}

// Infof is what the library doesn't use.
func (l logger) Infof(m log.Log) { l.Debugf(m) }

// Warnf is what the library doesn't use.
func (l logger) Warnf(m log.Log) { l.Debugf(m) }

// Errorf is what the library doesn't use.
func (l logger) Errorf(m log.Log) { l.Debugf(m) }

// told is a body that was written.
func (c *conn) told(raw []byte) {
	if c.wire != nil {
		channels.Tell(c.wire, channels.Ours, string(raw))
	}
}

// heard is a reply that was read, or none.
func (c *conn) heard(code int, text string, err error) {
	if c.wire == nil {
		return
	}
	if _, refused := errors.AsType[*textproto.Error](err); err != nil && !refused {
		channels.Tell(c.wire, channels.Nobody, "no reply: "+err.Error())
		return
	}
	channels.Tell(c.wire, channels.Theirs, asSent(fmt.Sprintf("%d %s", code, text)))
}

// asSent gives each line of a reply its code back: "250 a\nb" came as "250-a" and "250 b".
func asSent(reply string) string {
	code, text, ok := strings.Cut(reply, " ")
	if !ok {
		return reply
	}
	lines := strings.Split(text, "\n")
	last := len(lines) - 1
	for i := range lines {
		sep := "-"
		if i == last {
			sep = " "
		}
		lines[i] = code + sep + lines[i]
	}
	return strings.Join(lines, "\n")
}
