package pipeline

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/vondi-global/notifications/internal/notify"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errAway = errors.New("away")

func noon() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }

// world is every collaborator of the pipeline in memory. It writes down what it was asked
// to do, in order, and fails at the steps named in broken.
type world struct {
	mu      sync.Mutex
	story   []string
	broken  map[string]error
	claim   notify.Claim
	held    *notify.Postponed
	contact notify.Contact
	skip    *notify.Outcome
	answer  error
	receipt notify.Receipt
	panics  bool
	covered bool
	plan    notify.Plan
	settled []notify.Outcome
	retried []notify.Outcome
	skipped []notify.Outcome
	letters []notify.Letter
	queued  []notify.Delivery
	ended   []string // ids of deliveries that have ended
	waits   []time.Duration
}

func newWorld() *world {
	return &world{
		broken:  map[string]error{},
		receipt: notify.Receipt{Provider: "smtp", ID: "m1"},
		contact: notify.Contact{UserID: "890", Email: "ana@example.com", TelegramChat: "555"},
	}
}

// note writes a step down and answers with its failure, if it has one.
func (w *world) note(step string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.story = append(w.story, step)
	return w.broken[step]
}

func (w *world) Claim(_ context.Context, d notify.Delivery, _ time.Duration) (notify.Claim, error) {
	c := w.claim
	c.Event, c.EventErr = notify.Event{ID: d.Event.ID, Type: "order.created", Time: noon()}, w.broken["event"]
	return c, w.note("claim")
}
func (w *world) Release(context.Context, notify.Delivery) error { return w.note("release") }
func (w *world) Settle(_ context.Context, o notify.Outcome) (bool, error) {
	w.settled = append(w.settled, o)
	return true, w.note("settle")
}

func (w *world) Retry(_ context.Context, o notify.Outcome) error {
	w.retried = append(w.retried, o)
	return w.note("retry")
}
func (w *world) Note(context.Context, notify.Outcome) error { return w.note("note") }
func (w *world) AnySent(context.Context, []string) (bool, error) {
	return w.covered, w.note("any sent")
}

func (w *world) Event(_ context.Context, id string) (notify.Event, error) {
	return notify.Event{ID: id, Type: "order.created", Time: noon()}, w.note("event")
}

func (w *world) For(context.Context, notify.Delivery) (notify.Contact, error) {
	return w.contact, w.note("contact")
}

func (w *world) StillWanted(notify.Delivery, notify.Contact, time.Time) (notify.Outcome, bool) {
	if w.skip != nil {
		return *w.skip, false
	}
	return notify.Outcome{}, true
}

func (w *world) Render(notify.Delivery, notify.Contact) (notify.Message, error) {
	if w.panics {
		panic("template")
	}
	return notify.Message{Text: "hi", Words: "v1", Locale: "en"}, w.note("render")
}

func (w *world) Send(ctx context.Context, _ notify.Address, _ notify.Message) (notify.Receipt, error) {
	if _, ok := ctx.Deadline(); !ok {
		return notify.Receipt{}, errors.New("no deadline")
	}
	_ = w.note("send")
	return w.receipt, w.answer
}

func (w *world) Bury(_ context.Context, l notify.Letter) error {
	w.letters = append(w.letters, l)
	return w.note("bury")
}

func (w *world) Unreachable(context.Context, string, notify.Address, *notify.SendError) error {
	return w.note("unreachable")
}
func (w *world) Moved(context.Context, string, string) error { return w.note("moved") }
func (w *world) Held(context.Context, notify.Delivery) (*notify.Postponed, error) {
	return w.held, w.note("held")
}
func (w *world) Learn(context.Context, []notify.Event) error { return w.note("learn") }
func (w *world) RouteAll(_ context.Context, events []notify.Event) ([]notify.Plan, []error) {
	plans, errs := make([]notify.Plan, len(events)), make([]error, len(events))
	for i, e := range events {
		if w.panics && e.ID == "e1" {
			panic("rule")
		}
		plans[i], errs[i] = w.plan, w.note("route "+e.ID)
	}
	return plans, errs
}
func (w *world) Keep(context.Context, []notify.Planned) error { return w.note("keep") }
func (w *world) Skip(_ context.Context, skips []notify.Outcome) error {
	w.skipped = append(w.skipped, skips...)
	return w.note("skip")
}

func (w *world) Settled(_ context.Context, ids []string) ([]bool, error) {
	settled := make([]bool, len(ids))
	for i, id := range ids {
		settled[i] = slices.Contains(w.ended, id)
	}
	return settled, w.note("settled?")
}

func (w *world) Enqueue(_ context.Context, d []notify.Delivery) error {
	w.queued = append(w.queued, d...)
	return w.note("enqueue")
}

func (w *world) Later(_ context.Context, _ notify.Event, _ int, after time.Duration) error {
	w.waits = append(w.waits, after)
	return w.note("later")
}
func (w *world) Broadcast(context.Context, notify.Broadcast) error { return w.note("broadcast") }

func (w *world) Wait(context.Context) error { return w.note("barrier") }

func (w *world) deliverer() *Deliverer {
	return &Deliverer{
		Ledger: w, Contacts: w, Wanted: w, Renderer: w, Graveyard: w, Health: w, Gate: w,
		Senders: map[notify.Channel]Sender{notify.Email: w}, Budget: 20 * time.Second, Timeout: 10 * time.Second,
		Judge: func(err error, _ notify.Delivery, _ notify.Attempt, _ time.Time) notify.Decision {
			f := notify.FaultOf(err)
			if f == notify.Rejected || f == notify.Unreachable {
				return notify.Decision{Action: notify.GiveUp, Reason: f.String()}
			}
			return notify.Decision{Action: notify.Retry, After: time.Minute, Reason: f.String()}
		},
		DropAmbiguous: func(string) bool { return false },
		Observe:       func(notify.Outcome, time.Duration) {},
		Log:           zerolog.Nop(), Now: noon,
	}
}

func (w *world) dispatcher() *Dispatcher {
	return &Dispatcher{
		Learner: w, Router: w, Keeper: w, Queue: w, Barrier: w, MaxAge: 24 * time.Hour, Waits: Waits(),
		Log: zerolog.Nop(), Now: noon,
	}
}

func email() notify.Delivery {
	return notify.Delivery{
		ID: "d1", Event: notify.Event{ID: "e1", Type: "order.created"}, Channel: notify.Email,
		To: notify.Recipient{UserID: "890", Role: "buyer"},
	}
}
