package replies

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/channels"
	"github.com/vondi-global/notifications/internal/notify"
)

// story is a ledger that knows one delivery.
type story struct {
	delivery notify.Delivery
	noted    []notify.Outcome
}

func (s *story) Sent(_ context.Context, _, messageID, _ string) (notify.Outcome, bool, error) {
	return notify.Outcome{Delivery: s.delivery, Attempt: 2}, messageID == "m1", nil
}

func (s *story) Note(_ context.Context, o notify.Outcome) error {
	s.noted = append(s.noted, o)
	return nil
}

// listed is a person of an address book that writes down what it learns of them.
type listed struct {
	Book
	learnt []string
	fault  error
}

func (l *listed) Contact(context.Context, string) (notify.Contact, error) {
	return notify.Contact{UserID: "890", Email: "ana@example.com"}, nil
}

func (l *listed) Unreachable(_ context.Context, userID string, a notify.Address, e *notify.SendError) error {
	l.learnt = append(l.learnt, userID+" dead "+a.String()+" "+e.Code)
	return l.fault
}

func (l *listed) SetPreference(_ context.Context, userID, key string, c notify.Choice) error {
	l.learnt = append(l.learnt, userID+" "+key+" "+c.How)
	return l.fault
}

func (l *listed) Mute(_ context.Context, a notify.Address, how string) (string, error) {
	l.learnt = append(l.learnt, "muted "+a.String()+" "+how)
	return "890", l.fault
}

func TestWhatReportsTeach(t *testing.T) {
	buyer, guest := notify.Recipient{UserID: "890", Role: "buyer"}, notify.Recipient{Role: "applicant", Guest: true}
	hard := channels.Feedback{Kind: channels.Bounced, Hard: true, Code: "5.1.1"}
	for name, tc := range map[string]struct {
		report   channels.Feedback
		to       notify.Recipient
		resendOf string
		status   notify.Status
		want     []string
	}{
		"arrived":               {channels.Feedback{Kind: channels.Delivered}, buyer, "", notify.DeliveredState, nil},
		"mailbox full":          {channels.Feedback{Kind: channels.Bounced}, buyer, "", notify.Bounced, nil},
		"no such mailbox":       {hard, buyer, "", notify.Bounced, []string{"890 dead a•••@example.com 5.1.1"}},
		"a guest's":             {hard, guest, "", notify.Bounced, nil},
		"a resend to elsewhere": {hard, buyer, "d0", notify.Bounced, nil},
		"spam":                  {channels.Feedback{Kind: channels.Complained}, buyer, "", notify.Bounced, []string{"890 order/email spam complaint"}},
		"unsubscribed":          {channels.Feedback{Kind: channels.Stopped, Provider: "mailgun"}, buyer, "", "", []string{"890 order/email unsubscribed at mailgun"}},
		"STOP":                  {channels.Feedback{Kind: channels.Stopped, From: "+381641234567"}, buyer, "", "", []string{"muted +3816•••567 sms STOP"}},
	} {
		t.Run(name, func(t *testing.T) {
			ledger := &story{delivery: notify.Delivery{ID: "d1", To: tc.to, Channel: notify.Email, ResendOf: tc.resendOf}}
			book := &listed{}
			d := Desk{
				Ledger: ledger, Book: book, Category: func(string) string { return "order" },
				Observe: func(notify.Outcome, time.Duration) {}, Log: zerolog.Nop(), Now: time.Now,
			}
			tc.report.MessageID = "m1"
			if err := d.Feedback(t.Context(), []channels.Feedback{{Kind: channels.Delivered, MessageID: "unknown"}, tc.report}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, book.learnt); diff != "" {
				t.Errorf("learnt (-want +got):\n%s", diff)
			}
			var status notify.Status
			for _, o := range ledger.noted {
				status = o.Status
			}
			if status != tc.status || len(ledger.noted) > 1 {
				t.Errorf("noted %+v, want %q once", ledger.noted, tc.status)
			}
		})
	}
}

// TestOneReportKeepsNoOtherFromIt: what can't be recorded is told again, with the rest.
func TestOneReportKeepsNoOtherFromIt(t *testing.T) {
	book := &listed{fault: errors.New("no route")}
	d := Desk{Book: book, Log: zerolog.Nop(), Now: time.Now}
	stop := channels.Feedback{Kind: channels.Stopped, From: "+381641234567"}
	if err := d.Feedback(t.Context(), []channels.Feedback{stop, stop}); err == nil || len(book.learnt) != 2 {
		t.Errorf("%v, %v", err, book.learnt)
	}
}
