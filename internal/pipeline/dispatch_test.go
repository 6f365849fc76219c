package pipeline

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

func events(ids ...string) []notify.Event {
	list := make([]notify.Event, len(ids))
	for i, id := range ids {
		list[i] = notify.Event{ID: id, Type: "order.created", Time: noon()}
	}
	return list
}

func TestDispatchOrder(t *testing.T) {
	w := newWorld()
	w.plan = notify.Plan{
		Send: []notify.Delivery{email()}, Skip: []notify.Outcome{{Reason: notify.ReasonMuted}},
		Broadcast: []notify.Broadcast{{ID: "b"}},
	}
	if err := w.dispatcher().Dispatch(t.Context(), events("e1"))[0]; err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(w.story, " "), "learn route e1 keep enqueue broadcast skip barrier"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestNothingIsAcknowledgedBeforeItIsDurable breaks each step: no event may then count as
// done, and the failure must not count as the event's own.
func TestNothingIsAcknowledgedBeforeItIsDurable(t *testing.T) {
	for _, step := range []string{"learn", "keep", "enqueue", "later", "broadcast", "skip", "barrier"} {
		w := newWorld()
		w.broken[step] = errAway
		w.plan = notify.Plan{
			Send: []notify.Delivery{email()}, Skip: []notify.Outcome{{}},
			Missing: []string{"seller"}, Broadcast: []notify.Broadcast{{}},
		}
		for _, err := range w.dispatcher().Dispatch(t.Context(), events("e1", "e2")) {
			if !errors.Is(err, notify.ErrUnavailable) || !errors.Is(err, errAway) {
				t.Errorf("%s broken: got %v", step, err)
			}
		}
	}
}

func TestOneBadEventDoesNotHinderTheOthers(t *testing.T) {
	w := newWorld()
	w.broken["route e2"] = errors.New("bad")
	errs := w.dispatcher().Dispatch(t.Context(), events("e1", "e2", "e3"))
	if errs[0] != nil || errs[1] == nil || errs[2] != nil {
		t.Errorf("got %v", errs)
	}
	w = newWorld()
	w.panics = true
	errs = w.dispatcher().Dispatch(t.Context(), events("e1", "e2"))
	if errs[0] == nil || errors.Is(errs[0], notify.ErrUnavailable) || errs[1] != nil {
		t.Errorf("a panic is its event's own error, and nobody else's: got %v", errs)
	}
}

func TestOldEventsAreLearntFromButNotSent(t *testing.T) {
	w := newWorld()
	e := events("e1")
	e[0].Time = noon().Add(-25 * time.Hour)
	if err := w.dispatcher().Dispatch(t.Context(), e)[0]; err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(w.story, " "); got != "learn keep skip barrier" || w.skipped[0].Reason != notify.ReasonTooOld {
		t.Errorf("got %s, %+v", got, w.skipped)
	}
}

func TestMissingPeopleAreWaitedFor(t *testing.T) {
	w := newWorld()
	w.plan = notify.Plan{Missing: []string{"buyer"}}
	p := w.dispatcher()
	for step := range len(Waits()) + 1 {
		if err := p.Resume(t.Context(), events("e1")[0], step); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(w.waits, Waits()) {
		t.Errorf("waited %v, want %v", w.waits, Waits())
	}
	if len(w.skipped) != 1 || w.skipped[0].Reason != notify.ReasonNoRecipient || w.skipped[0].Detail != "buyer" {
		t.Errorf("after the last wait: %+v", w.skipped)
	}
}

func TestWhatHasEndedIsNotQueuedAgain(t *testing.T) {
	w := newWorld()
	w.plan = notify.Plan{Send: []notify.Delivery{email(), {ID: "d2"}}, Missing: []string{"buyer"}}
	w.ended = []string{email().ID}
	p := w.dispatcher()
	if err := p.Resume(t.Context(), events("e1")[0], 1); err != nil {
		t.Fatal(err)
	}
	if len(w.queued) != 1 || w.queued[0].ID != "d2" {
		t.Errorf("queued %+v, want d2 alone", w.queued)
	}
	w.queued, w.ended = nil, []string{email().ID, "d2"}
	if err := p.Resume(t.Context(), events("e1")[0], 2); err != nil || len(w.queued) != 0 || len(w.waits) != 2 {
		t.Errorf("queued %+v, waited %v, %v", w.queued, w.waits, err)
	}
	w.broken["settled?"] = errAway
	if err := p.Resume(t.Context(), events("e1")[0], 2); !errors.Is(err, notify.ErrUnavailable) || len(w.queued) != 0 {
		t.Errorf("while the ledger is away: %v, queued %+v", err, w.queued)
	}
}

func TestFallbacksAreQueuedForLater(t *testing.T) {
	w := newWorld()
	at := noon().Add(time.Minute)
	w.plan = notify.Plan{Send: []notify.Delivery{email()}, Fallback: []notify.Fallback{{Delivery: notify.Delivery{ID: "d2"}, Unless: []string{"d1"}, At: at}}}
	if err := w.dispatcher().Dispatch(t.Context(), events("e1"))[0]; err != nil {
		t.Fatal(err)
	}
	if len(w.queued) != 2 || w.queued[1].NotBefore != at || !slices.Equal(w.queued[1].Unless, []string{"d1"}) {
		t.Errorf("got %+v", w.queued)
	}
}

func TestALargeBatchIsDispatchedInParts(t *testing.T) {
	var ids []string
	for i := range 5*partSize + 1 {
		ids = append(ids, fmt.Sprint("e", i))
	}
	w := newWorld()
	w.broken["route e7"] = errors.New("bad")
	w.broken["route "+ids[4*partSize]] = errors.New("bad too")
	errs := w.dispatcher().Dispatch(t.Context(), events(ids...))
	if len(errs) != len(ids) {
		t.Fatalf("%d answers for %d events", len(errs), len(ids))
	}
	for i, err := range errs {
		if bad := i == 7 || i == 4*partSize; (err != nil) != bad {
			t.Errorf("event %d: %v", i, err)
		}
	}
}
