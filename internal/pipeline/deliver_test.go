package pipeline

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

func refused(f notify.Fault) error {
	return &notify.SendError{Fault: f, Provider: "smtp", Err: errors.New("no")}
}

// TestDeliver tells the story of one attempt for everything that may stand in its way.
func TestDeliver(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*world, *notify.Delivery)
		story  string
		want   notify.Action
		status notify.Status // settled or retried with it
		reason string
	}{
		"accepted": {
			nil, "held claim contact render send settle", notify.Done, notify.Sent, "",
		},
		"sent before": {
			func(w *world, _ *notify.Delivery) { w.claim.State = notify.Settled },
			"held claim note", notify.Done, "", "",
		},
		"another worker is at it": {
			func(w *world, _ *notify.Delivery) { w.claim = notify.Claim{State: notify.Busy, After: time.Second} },
			"held claim", notify.Wait, "", "",
		},
		"held by an operator": {
			func(w *world, _ *notify.Delivery) { w.held = &notify.Postponed{After: time.Minute, Reason: "hold"} },
			"held", notify.Wait, "", "",
		},
		"superseded": {
			func(w *world, _ *notify.Delivery) { w.claim.State = notify.Superseded },
			"held claim settle", notify.Done, notify.Skipped, notify.ReasonSuperseded,
		},
		"muted since it was planned": {
			func(w *world, d *notify.Delivery) {
				w.skip = &notify.Outcome{Status: notify.Skipped, Reason: notify.ReasonMuted, Delivery: *d}
			},
			"held claim contact settle", notify.Done, notify.Skipped, notify.ReasonMuted,
		},
		"channel off": {
			func(_ *world, d *notify.Delivery) { d.Channel = notify.SMS },
			"held claim contact settle", notify.Done, notify.Skipped, notify.ReasonChannelOff,
		},
		"no address": {
			func(w *world, _ *notify.Delivery) { w.contact.Email = "" },
			"held claim contact settle", notify.Done, notify.Skipped, notify.ReasonNoAddress,
		},
		"event gone": {
			func(w *world, _ *notify.Delivery) { w.broken["event"] = errors.New("gone") },
			"held claim settle", notify.Done, notify.Skipped, notify.ReasonEventLost,
		},
		"fallback that isn't needed": {
			func(w *world, d *notify.Delivery) { d.Unless, w.covered = []string{"d0"}, true },
			"held claim any sent settle", notify.Done, notify.Skipped, notify.ReasonCovered,
		},
		"fallback that is": {
			func(_ *world, d *notify.Delivery) { d.Unless = []string{"d0"} },
			"held claim any sent contact render send settle", notify.Done, notify.Sent, "",
		},
		"temporary": {
			func(w *world, _ *notify.Delivery) { w.answer = refused(notify.Temporary) },
			"held claim contact render send retry", notify.Retry, notify.Retried, "temporary",
		},
		"rejected": {
			func(w *world, _ *notify.Delivery) { w.answer = refused(notify.Rejected) },
			"held claim contact render send bury settle", notify.Done, notify.Failed, "rejected",
		},
		"unreachable": {
			func(w *world, _ *notify.Delivery) { w.answer = refused(notify.Unreachable) },
			"held claim contact render send unreachable bury settle", notify.Done, notify.Failed, "unreachable",
		},
		"chat moved": {
			func(w *world, _ *notify.Delivery) {
				w.answer = &notify.SendError{Fault: notify.Temporary, NewChat: "777", Err: errors.New("moved")}
			},
			"held claim contact render send moved retry", notify.Retry, notify.Retried, "temporary",
		},
		"pace": {
			func(w *world, _ *notify.Delivery) { w.answer = &notify.Postponed{After: time.Second, Reason: "pace"} },
			"held claim contact render send release", notify.Wait, "", "",
		},
		"template broken": {
			func(w *world, _ *notify.Delivery) { w.broken["render"] = errors.New("no such field") },
			"held claim contact render bury settle", notify.Done, notify.Failed, notify.ReasonRender,
		},
		"template panics": {
			func(w *world, _ *notify.Delivery) { w.panics = true },
			"held claim contact bury settle", notify.Done, notify.Failed, notify.ReasonRender,
		},
		"ledger away": {
			func(w *world, _ *notify.Delivery) { w.broken["claim"] = errAway },
			"held claim", notify.Wait, "", "",
		},
		"address book away": {
			func(w *world, _ *notify.Delivery) { w.broken["contact"] = errAway },
			"held claim contact release", notify.Wait, "", "",
		},
		"sent, but the note failed": {
			func(w *world, _ *notify.Delivery) { w.broken["settle"] = errAway },
			"held claim contact render send settle", notify.Wait, notify.Sent, "",
		},
		"dead letters away": {
			func(w *world, _ *notify.Delivery) { w.answer = refused(notify.Rejected); w.broken["bury"] = errAway },
			"held claim contact render send bury release", notify.Wait, "", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, d := newWorld(), email()
			if tc.change != nil {
				tc.change(w, &d)
			}
			got := w.deliverer().Deliver(t.Context(), d, notify.Attempt{Number: 1})
			if got.Action != tc.want {
				t.Errorf("decided %v (%s), want %v", got.Action, got.Reason, tc.want)
			}
			if s := strings.Join(w.story, " "); s != tc.story {
				t.Errorf("story:\n got %s\nwant %s", s, tc.story)
			}
			for _, o := range append(w.settled, w.retried...) {
				if o.Status != tc.status || o.Reason != tc.reason {
					t.Errorf("recorded %s(%s), want %s(%s)", o.Status, o.Reason, tc.status, tc.reason)
				}
				if o.Delivery.Event.ID != "e1" {
					t.Errorf("recorded of event %q", o.Delivery.Event.ID)
				}
			}
		})
	}
}

func TestTheLogNamesTheWords(t *testing.T) {
	w, d := newWorld(), email()
	d.Locale = "sr-Cyrl" // of which something was missing
	w.deliverer().Deliver(t.Context(), d, notify.Attempt{Number: 1})
	if o := w.settled[0]; o.Words != "v1" || o.Delivery.Locale != "en" {
		t.Errorf("recorded %q in %s, want v1 in en", o.Words, o.Delivery.Locale)
	}
}

func TestAmbiguousAttempts(t *testing.T) {
	w := newWorld()
	w.claim.State = notify.Ambiguous
	w.deliverer().Deliver(t.Context(), email(), notify.Attempt{Number: 2})
	if len(w.settled) != 1 || !w.settled[0].MaybeDuplicate {
		t.Errorf("an attempt after an unknown end must be flagged: %+v", w.settled)
	}
	w = newWorld()
	w.claim.State = notify.Ambiguous
	p := w.deliverer()
	p.DropAmbiguous = func(string) bool { return true }
	p.Deliver(t.Context(), email(), notify.Attempt{Number: 2})
	if len(w.settled) != 1 || w.settled[0].Reason != notify.ReasonAmbiguous {
		t.Errorf("a secret must rather be dropped than repeated: %+v", w.settled)
	}
}

func TestUnsentMarksWhatCertainlyWasNotTaken(t *testing.T) {
	for f, want := range map[notify.Fault]bool{notify.Temporary: true, notify.Throttled: true, notify.Unknown: false} {
		w := newWorld()
		w.answer = refused(f)
		w.deliverer().Deliver(t.Context(), email(), notify.Attempt{Number: 1})
		if len(w.retried) != 1 || w.retried[0].Unsent != want {
			t.Errorf("%s: %+v", f, w.retried)
		}
	}
}

func TestDeadLetterCarriesNoAddress(t *testing.T) {
	w := newWorld()
	w.answer = refused(notify.Rejected)
	w.deliverer().Deliver(t.Context(), email(), notify.Attempt{Number: 3})
	if len(w.letters) != 1 {
		t.Fatalf("letters: %+v", w.letters)
	}
	l := w.letters[0]
	if l.Key != "d1" || l.Tries != 3 || l.Channel != notify.Email || strings.Contains(l.Error, "ana@") {
		t.Errorf("got %+v", l)
	}
}

func TestACrashIsRecordedUnlessItWasSettled(t *testing.T) {
	for state, want := range map[notify.ClaimState]string{
		notify.Claimed: "claim bury settle", notify.Ambiguous: "claim bury settle", notify.Settled: "claim",
	} {
		w := newWorld()
		w.claim.State = state
		if err := w.deliverer().Crashed(t.Context(), email(), 5); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(w.story, " "); got != want {
			t.Errorf("claim %v: %s, want %s", state, got, want)
		}
	}
}

func TestAGroupThatMovedIsLearntFromTheReceipt(t *testing.T) {
	w := newWorld()
	w.receipt.NewChat = "777"
	w.deliverer().Deliver(t.Context(), email(), notify.Attempt{Number: 1})
	if got := strings.Join(w.story, " "); !strings.HasSuffix(got, "send moved settle") {
		t.Errorf("got %s", got)
	}
}
