package email_test

import (
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/channels/channelstest"
	"github.com/vondi-global/notifications/internal/channels/email"
	"github.com/vondi-global/notifications/internal/notify"
	"github.com/vondi-global/notifications/internal/simulators"
)

// TestConform runs the suite over each way of making a transaction.
func TestConform(t *testing.T) {
	for name, hidden := range map[string][]string{
		"in one flight":  nil,
		"in two flights": {"CHUNKING"},
		"step by step":   {"CHUNKING", "PIPELINING"},
	} {
		t.Run(name, func(t *testing.T) {
			channelstest.Conform(t, channelstest.Case{
				New: func(t *testing.T) channelstest.Rig {
					server, inbox := relay(t, simulators.SMTPWithAuth("vondi", "Pa55-word-of-the-relay"), simulators.SMTPWithout(hidden...))
					cfg := config(t, server.Addr())
					cfg.Relay.User, cfg.Relay.Password = "vondi", "Pa55-word-of-the-relay"
					return channelstest.Rig{Sender: sender(t, cfg), Troubles: server.Troubles, Inbox: inbox}
				},
				To: addressee, Message: message(), Secrets: []string{"Pa55-word-of-the-relay"}, Answers: answers(),
			})
		})
	}
}

func answers() []channelstest.Answer {
	var list []channelstest.Answer
	for _, a := range []struct {
		moment, reply string
		fault         notify.Fault
		code          string
		after         time.Duration
	}{
		{"CONNECT", "421 4.3.2 Service not available", notify.Temporary, "421 4.3.2", 0},
		{"CONNECT", "554 No SMTP service here", notify.Temporary, "554", 0},
		{"CONNECT", "close", notify.Temporary, "", 0},
		{"EHLO", "close", notify.Temporary, "", 0},
		{"MAIL", "530 5.7.0 Authentication required", notify.Misconfigured, "530 5.7.0", 0},
		{"MAIL", "550 5.1.8 Sender address rejected: domain not found", notify.Misconfigured, "550 5.1.8", 0},
		{"MAIL", "451 4.3.0 Try again later", notify.Temporary, "451 4.3.0", 0},
		{"MAIL", "503 5.5.1 Bad sequence of commands", notify.Temporary, "503 5.5.1", 0},
		{"MAIL", "close", notify.Temporary, "", 0},
		{"MAIL", "421 4.4.2 idle too long", notify.Temporary, "421 4.4.2", 0},
		{"MAIL", "454 4.7.0 Throttling failure: Maximum sending rate exceeded.", notify.Throttled, "454 4.7.0", time.Minute},
		{"RCPT", "550 5.1.1 <jelena.petrovic@example.com>: user unknown", notify.Unreachable, "550 5.1.1", 0},
		{"RCPT", "550 No such user here", notify.Unreachable, "550", 0},
		{"RCPT", "553 5.1.3 invalid address", notify.Unreachable, "553 5.1.3", 0},
		{"RCPT", "550 5.2.1 mailbox disabled", notify.Unreachable, "550 5.2.1", 0},
		{"RCPT", "550 5.4.1 Recipient address rejected: Access denied", notify.Unreachable, "550 5.4.1", 0},
		{"RCPT", "550 5.7.1 Service unavailable; client host blocked using zen.spamhaus.org", notify.Rejected, "550 5.7.1", 0},
		{"RCPT", "550 blocked by reputation", notify.Rejected, "550", 0},
		{"RCPT", "554 5.7.1 Relay access denied", notify.Misconfigured, "554 5.7.1", 0},
		{"RCPT", "450 4.2.0 Greylisted, please try again in 300 seconds", notify.Temporary, "450 4.2.0", 5 * time.Minute},
		{"RCPT", "451 4.7.1 Greylisting in action", notify.Temporary, "451 4.7.1", 5 * time.Minute},
		{"RCPT", "452 4.2.2 The email account is over quota", notify.Temporary, "452 4.2.2", 2 * time.Hour},
		{"RCPT", "552 5.2.2 Mailbox full", notify.Temporary, "552 5.2.2", 2 * time.Hour},
		{"RCPT", "421 4.7.28 Unusual rate of mail, try again in 10 minutes", notify.Throttled, "421 4.7.28", 10 * time.Minute},
		{"RCPT", "close", notify.Temporary, "", 0},
		{"DATA", "554 5.5.1 no valid recipients", notify.Rejected, "554 5.5.1", 0},
		{"DATA", "close", notify.Temporary, "", 0},
		{"RCPT", "552 Mailbox size limit exceeded", notify.Temporary, "552", 2 * time.Hour},
		{".", "552 Message size exceeds fixed limit", notify.Rejected, "552", 0},
		{".", "552 5.2.3 Message too large", notify.Rejected, "552 5.2.3", 0},
		{".", "552 5.3.4 Message size exceeds limit", notify.Rejected, "552 5.3.4", 0},
		{".", "554 5.7.1 Message rejected as spam", notify.Rejected, "554 5.7.1", 0},
		{".", "550 5.7.515 Access denied, sending domain doesn't meet the required authentication level", notify.Rejected, "550 5.7.515", 0},
		{".", "550 5.7.26 Unauthenticated email is not accepted due to DMARC policy", notify.Rejected, "550 5.7.26", 0},
		{".", "554 Message rejected: Email address is not verified", notify.Misconfigured, "554", 0},
		{".", "550 5.1.1 user unknown", notify.Unreachable, "550 5.1.1", 0},
		{".", "451 4.3.0 Queue file write error", notify.Temporary, "451 4.3.0", 0},
		{".", "close", notify.Unknown, "", 0},
	} {
		list = append(list, channelstest.Answer{
			Name: a.moment + " " + a.reply, Fault: a.fault, Code: a.code, RetryAfter: a.after,
			Sender: func(t *testing.T) channelstest.Sender {
				s, err := email.New(config(t, scripted(t, map[string]string{a.moment: a.reply})))
				if err != nil {
					t.Fatal(err)
				}
				return s
			},
		})
	}
	return list
}
