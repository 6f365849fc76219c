package ctl

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vondi-global/notifications/internal/notify"
)

func TestEveryReasonHasWords(t *testing.T) {
	all := notify.Reasons()
	for _, f := range notify.Faults() {
		if f != notify.Rejected && f != notify.Unreachable { // reasons by themselves
			all = append(all, f.String())
		}
	}
	all = append(all, "no_fields", "too_large", "broken_json", "no_type", "unknown_type", "invalid_payload", "dispatch_failed")
	for _, reason := range all {
		if reasons[reason] == "" {
			t.Errorf("%s has no words", reason)
		}
	}
	if len(reasons) != len(all) {
		t.Errorf("%d reasons have words, %d are known", len(reasons), len(all))
	}
	for reason, want := range map[string]string{
		"muted": "the person has turned these messages off (preference order/sms)", "no_address": "the person has no address for this channel",
		"condition": "preference order/sms", "made_up": "made up (preference order/sms)",
	} {
		if got := reasonWords(reason, "preference order/sms"); got != want {
			t.Errorf("%s: %q, want %q", reason, got, want)
		}
	}
}

func TestTimesAsPeopleSayThem(t *testing.T) {
	belgrade, err := time.LoadLocation("Europe/Belgrade")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 24, 15, 30, 0, 0, belgrade)
	s := &session{IO: IO{Zone: belgrade, Now: func() time.Time { return now }}}
	for text, want := range map[string]string{
		"2h": "2026-11-24T13:30:00+01:00", "3d": "2026-11-21T15:30:00+01:00", "1.5d": "2026-11-23T03:30:00+01:00", "now": "2026-11-24T15:30:00+01:00",
		"today": "2026-11-24T00:00:00+01:00", "yesterday": "2026-11-23T00:00:00+01:00", "09:05": "2026-11-24T09:05:00+01:00",
		"2026-11-01": "2026-11-01T00:00:00+01:00", "2026-11-01 08:00": "2026-11-01T08:00:00+01:00", "2026-11-01T08:00:00Z": "2026-11-01T08:00:00Z",
	} {
		got, err := s.parseTime("since", text)
		if err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%s: %s %v, want %s", text, got.Format(time.RFC3339), err, want)
		}
	}
	for _, text := range []string{"", "tomorrow", "2026-13-01", "d", "25:00"} {
		if got, err := s.parseTime("since", text); err == nil {
			t.Errorf("%q is read as %s", text, got)
		}
	}
}

func TestFieldsAreRepaired(t *testing.T) {
	fields := func() map[string]any {
		return map[string]any{"type": "x", "payload": `{"amount":12345678901234567890,"buyer":{"id":1}}`, "data": "{broken"}
	}
	for _, c := range []struct{ name, value, at, want string }{
		{"type", "order.created", "type", "order.created"},
		{"new", "1", "new", "1"},
		{"payload.currency", "RSD", "payload", `{"amount":12345678901234567890,"buyer":{"id":1},"currency":"RSD"}`},
		{"payload.buyer.id", "890", "payload", `{"amount":12345678901234567890,"buyer":{"id":890}}`},
		{"payload.buyer.name.first", "Ana", "payload", `{"amount":12345678901234567890,"buyer":{"id":1,"name":{"first":"Ana"}}}`},
		{"payload.items", `[{"id":1}]`, "payload", `{"amount":12345678901234567890,"buyer":{"id":1},"items":[{"id":1}]}`},
		{"payload.amount", "007", "payload", `{"amount":"007","buyer":{"id":1}}`},
		{"order.id", "5", "order", `{"id":5}`},
	} {
		f := fields()
		if err := setField(f, c.name, c.value); err != nil || f[c.at] != c.want {
			t.Errorf("%s=%s: %v %v, want %s", c.name, c.value, f[c.at], err, c.want)
		}
	}
	for _, name := range []string{"data.amount", "payload.amount.cents", "type.x"} {
		if err := setField(fields(), name, "1"); err == nil {
			t.Errorf("%s was set", name)
		}
	}
}

func TestAHistogramHasEveryStretch(t *testing.T) {
	h := histogram{width: time.Minute}
	at := time.Date(2026, 11, 24, 10, 0, 30, 0, time.UTC)
	for _, minute := range []int{0, 0, 3, 2, 4} { // one comes late
		h.add(at.Add(time.Duration(minute)*time.Minute), "sent")
	}
	var totals []int
	for _, b := range h.buckets {
		totals = append(totals, b.Total)
	}
	if diff := cmp.Diff([]int{2, 0, 0, 2, 1}, totals); diff != "" {
		t.Error(diff)
	}
	for span, want := range map[time.Duration]time.Duration{time.Minute: 5 * time.Second, time.Hour: 5 * time.Minute, 24 * time.Hour: time.Hour, 90 * 24 * time.Hour: 7 * 24 * time.Hour} {
		if got := bucketWidth(span); got != want {
			t.Errorf("%s: buckets of %s, want %s", span, got, want)
		}
	}
}

func TestASieveTakesWhatIsAskedFor(t *testing.T) {
	s := &session{IO: IO{Zone: time.UTC}}
	for _, bad := range []logFlags{{channel: "fax"}, {status: "done"}, {typ: "order.shiped"}, {since: "never"}, {since: "1h", until: "2h"}} {
		if _, err := s.sieve(t.Context(), nil, bad); err == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
	if got := words("email, sms,,push"); !slices.Equal(got, []string{"email", "sms", "push"}) {
		t.Error(got)
	}
}
