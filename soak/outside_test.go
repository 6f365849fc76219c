package soak

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/vondi-global/notifications/internal/simulators"
)

// outside is the world that the daemons send to.
type outside struct {
	inbox  *simulators.Inbox
	smtp   *simulators.SMTP
	twilio *simulators.Twilio
}

func newOutside(t *testing.T) *outside {
	t.Helper()
	o := &outside{inbox: simulators.NewInbox(0)}
	var err error
	if o.smtp, err = simulators.NewSMTP(o.inbox); err != nil {
		t.Fatal(err)
	}
	if o.twilio, err = simulators.NewTwilio(o.inbox); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.smtp.Close(); _ = o.twilio.Close() })
	return o
}

// environ points a daemon at the outside.
func (o *outside) environ() []string {
	return []string{
		"VONDINOTIFY_SMTP_URL=" + o.smtp.URL() + "&from=noreply@example.com",
		"VONDINOTIFY_SMS_URL=" + o.twilio.DSN("+381600000000"),
	}
}

// trouble makes every provider fail in the same way; the zero Trouble ends it.
func (o *outside) trouble(tr simulators.Trouble) {
	o.smtp.Troubles.Set(tr)
	o.twilio.Troubles.Set(tr)
}

// mark stands in each message of the soak, in any language.
var mark = regexp.MustCompile(`SOAK-(\d+)`)

// message is what one person should get once.
type message struct {
	Order   int
	Channel string
}

// got counts the accepted messages.
func (o *outside) got() map[message]int {
	counts := map[message]int{}
	for _, m := range o.inbox.Messages() {
		found := mark.FindStringSubmatch(m.Subject + " " + m.Text + " " + m.HTML)
		if found == nil {
			continue // a welcome, not part of the count
		}
		var order int
		_, _ = fmt.Sscan(found[1], &order)
		counts[message{order, m.Channel}]++
	}
	return counts
}
