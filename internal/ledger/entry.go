package ledger

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

// Entry is one entry of the delivery log. Of the outcome's delivery and event it holds the
// fields that the log has.
type Entry struct {
	ID      string // of the stream entry
	Outcome notify.Outcome
	Latency time.Duration // from the event's entry to the outcome
}

// version is that of the platform's envelope.
const version = "1.0"

// typePrefix begins the type of each entry: "notification.sent".
const typePrefix = "notification."

// errorRunes bounds the error texts in the log.
const errorRunes = 500

// encode writes an outcome in the platform's own envelope, as field and value in turns.
// Empty fields are left out.
func encode(o notify.Outcome) []any {
	d, e := o.Delivery, o.Delivery.Event
	f := fields{"type", typePrefix + string(o.Status), "timestamp", strconv.FormatInt(o.Time.Unix(), 10), "version", version}
	f.text("delivery_id", outcomeID(o)).text("event_id", e.ID).text("event_type", e.Type)
	f.text("source", e.Source.Source).text("stream", e.Source.Stream).text("entry_id", e.Source.Entry)
	f.text("user_id", d.To.UserID).text("role", d.To.Role).text("channel", string(d.Channel))
	f.text("locale", d.Locale).text("priority", string(d.Priority)).text("message", d.Message).text("words", o.Words)
	f.text("provider", o.Provider).text("provider_message_id", o.MessageID)
	f.count("attempt", int64(o.Attempt)).count("parts", int64(o.Parts))
	f.text("reason", o.Reason).text("detail", notify.Printable(o.Detail, errorRunes)).text("error", notify.Printable(o.Error, errorRunes))
	f.count("latency_ms", o.Latency().Milliseconds()).flag("maybe_duplicate", o.MaybeDuplicate)
	f.text("resend_of", d.ResendOf).text("actor", d.Actor).text("note", notify.Printable(d.Note, errorRunes))
	f.text("trace_id", e.TraceID())
	if !o.NextAt.IsZero() {
		f.count("next_at", o.NextAt.Unix())
	}
	return f
}

type fields []any

func (f *fields) text(name, value string) *fields {
	if value != "" {
		*f = append(*f, name, value)
	}
	return f
}

func (f *fields) count(name string, n int64) *fields {
	if n != 0 {
		*f = append(*f, name, strconv.FormatInt(n, 10))
	}
	return f
}

func (f *fields) flag(name string, on bool) *fields {
	if on {
		*f = append(*f, name, "true")
	}
	return f
}

// decode reads what [encode] wrote. Fields that it doesn't know are left alone: the log
// outlives a release.
func decode(id string, values map[string]any) (Entry, error) {
	t := func(name string) string { s, _ := values[name].(string); return s }
	n := func(name string) int64 { i, _ := strconv.ParseInt(t(name), 10, 64); return i }
	status, ok := strings.CutPrefix(t("type"), typePrefix)
	if !ok {
		return Entry{}, fmt.Errorf("log entry %s: type %q is none of ours", id, notify.Printable(t("type"), 40))
	}
	o := notify.Outcome{
		Status: notify.Status(status), Time: time.Unix(n("timestamp"), 0).UTC(), Reason: t("reason"), Detail: t("detail"), Error: t("error"),
		Provider: t("provider"), MessageID: t("provider_message_id"), Attempt: int(n("attempt")), Parts: int(n("parts")),
		MaybeDuplicate: t("maybe_duplicate") == "true", Words: t("words"),
		Delivery: notify.Delivery{
			ID: t("delivery_id"), To: notify.Recipient{UserID: t("user_id"), Role: t("role")}, Channel: notify.Channel(t("channel")),
			Locale: t("locale"), Priority: notify.Priority(t("priority")), Message: t("message"),
			ResendOf: t("resend_of"), Actor: t("actor"), Note: t("note"),
			Event: notify.Event{
				ID: t("event_id"), Type: t("event_type"),
				Source: notify.Position{Source: t("source"), Stream: t("stream"), Entry: t("entry_id")},
			},
		},
	}
	if next := n("next_at"); next != 0 {
		o.NextAt = time.Unix(next, 0).UTC()
	}
	return Entry{ID: id, Outcome: o, Latency: time.Duration(n("latency_ms")) * time.Millisecond}, nil
}
