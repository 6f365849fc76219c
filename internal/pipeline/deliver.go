package pipeline

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/notify"
)

// Ledger remembers what became of each delivery: claimed, then settled once.
type Ledger interface {
	Claim(ctx context.Context, d notify.Delivery, budget time.Duration) (notify.Claim, error)
	Release(ctx context.Context, d notify.Delivery) error
	Settle(ctx context.Context, o notify.Outcome) (first bool, err error)
	Retry(ctx context.Context, o notify.Outcome) error
	Note(ctx context.Context, o notify.Outcome) error
	AnySent(ctx context.Context, deliveryIDs []string) (bool, error)
}

// Events finds an event by its id.
type Events interface {
	Event(ctx context.Context, id string) (notify.Event, error)
}

// Contacts finds a person, or the guest that an event's payload names.
type Contacts interface {
	For(ctx context.Context, d notify.Delivery) (notify.Contact, error)
}

// Wanted says whether a delivery should still be made, and if not, with which outcome it ends.
type Wanted interface {
	StillWanted(d notify.Delivery, c notify.Contact, now time.Time) (notify.Outcome, bool)
}

// Renderer makes words of a delivery.
type Renderer interface {
	Render(d notify.Delivery, c notify.Contact) (notify.Message, error)
}

// Sender hands a message to a provider. Its errors are [*notify.SendError] or
// [*notify.Postponed].
type Sender interface {
	Send(ctx context.Context, to notify.Address, m notify.Message) (notify.Receipt, error)
}

// Judge turns an attempt's error into what happens next.
type Judge func(err error, d notify.Delivery, a notify.Attempt, now time.Time) notify.Decision

// Graveyard sets a dead letter aside, once.
type Graveyard interface {
	Bury(ctx context.Context, l notify.Letter) error
}

// Health keeps what providers say about addresses.
type Health interface {
	Unreachable(ctx context.Context, userID string, a notify.Address, e *notify.SendError) error
	Moved(ctx context.Context, userID, chat string) error
}

// Gate holds deliveries back by an operator's will.
type Gate interface {
	Held(ctx context.Context, d notify.Delivery) (*notify.Postponed, error)
}

// Deliverer turns a job into a sent message.
type Deliverer struct {
	Ledger    Ledger
	Events    Events
	Contacts  Contacts
	Wanted    Wanted
	Renderer  Renderer
	Senders   map[notify.Channel]Sender // a channel without a sender is off
	Judge     Judge
	Graveyard Graveyard
	Health    Health
	Gate      Gate
	Budget    time.Duration // after it a claim that never settled is ambiguous
	Timeout   time.Duration // for one send; shorter than Budget
	// DropAmbiguous says whether a message of the type is rather dropped than perhaps
	// sent twice.
	DropAmbiguous func(eventType string) bool
	Observe       func(o notify.Outcome, took time.Duration)
	Log           zerolog.Logger
	Now           func() time.Time
}

// retryLedger is how soon a delivery comes back when the ledger or the address book did
// not answer.
const retryLedger = 5 * time.Second

// Deliver makes one attempt at a delivery and says what happens to its job. It never
// panics, and whatever it decides has been recorded before it returns.
func (p *Deliverer) Deliver(ctx context.Context, d notify.Delivery, a notify.Attempt) notify.Decision {
	held, err := p.Gate.Held(ctx, d)
	if err != nil {
		return later("holds", err)
	}
	if held != nil {
		return notify.Decision{Action: notify.Wait, After: held.After, Reason: held.Reason}
	}
	claim, err := p.Ledger.Claim(ctx, d, p.Budget)
	if err != nil {
		return later("claim", err)
	}
	switch claim.State {
	case notify.Settled:
		return p.duplicate(ctx, d)
	case notify.Busy:
		return notify.Decision{Action: notify.Wait, After: claim.After, Reason: "in_flight"}
	case notify.Superseded, notify.Ambiguous, notify.Claimed:
	}
	t := try{Deliverer: p, d: d, attempt: a, again: claim.State == notify.Ambiguous, start: p.Now()}
	if claim.State == notify.Superseded {
		return t.settle(ctx, *t.outcome(notify.Skipped, notify.ReasonSuperseded))
	}
	return t.run(ctx)
}

// duplicate notes that a job came again after its delivery was settled.
func (p *Deliverer) duplicate(ctx context.Context, d notify.Delivery) notify.Decision {
	o := notify.Outcome{Status: notify.Suppressed, Time: p.Now(), Delivery: d, Reason: notify.ReasonDuplicate}
	if err := p.Ledger.Note(ctx, o); err != nil {
		return later("note", err)
	}
	p.Observe(o, 0)
	return notify.Decision{Action: notify.Done, Reason: notify.ReasonDuplicate}
}

func later(step string, err error) notify.Decision {
	return notify.Decision{Action: notify.Wait, After: retryLedger, Reason: step + ": " + err.Error()}
}

// try is one attempt at a claimed delivery.
type try struct {
	*Deliverer
	d       notify.Delivery
	attempt notify.Attempt
	again   bool // an earlier attempt may have been accepted
	start   time.Time
	to      notify.Address
}

func (t *try) run(ctx context.Context) notify.Decision {
	m, o, err := t.prepare(ctx)
	switch {
	case errors.Is(err, notify.ErrUnavailable):
		return t.release(ctx, later("prepare", err))
	case err != nil:
		return t.giveUp(ctx, notify.ReasonRender, err)
	case o != nil:
		return t.settle(ctx, *o)
	}
	receipt, err := t.send(ctx, m)
	if err == nil {
		return t.sent(ctx, receipt)
	}
	if p, ok := errors.AsType[*notify.Postponed](err); ok {
		return t.release(ctx, notify.Decision{Action: notify.Wait, After: p.After, Reason: p.Reason})
	}
	return t.failed(ctx, err)
}

// prepare looks up what the delivery refers to and makes its words. An outcome instead of
// a message means that it ends here, unsent.
func (t *try) prepare(ctx context.Context) (m notify.Message, end *notify.Outcome, err error) {
	if t.again && t.DropAmbiguous(t.d.Event.Type) {
		return m, t.outcome(notify.Suppressed, notify.ReasonAmbiguous), nil
	}
	if len(t.d.Unless) > 0 {
		covered, err := t.Ledger.AnySent(ctx, t.d.Unless)
		if err != nil {
			return m, nil, unavailable("fallback", err)
		}
		if covered {
			return m, t.outcome(notify.Skipped, notify.ReasonCovered), nil
		}
	}
	if t.d.Event, err = t.Events.Event(ctx, t.d.Event.ID); err != nil {
		if errors.Is(err, notify.ErrUnavailable) {
			return m, nil, err
		}
		return m, t.outcome(notify.Skipped, notify.ReasonEventLost), nil
	}
	c, err := t.Contacts.For(ctx, t.d)
	if err != nil && !errors.Is(err, notify.ErrNoContact) {
		return m, nil, unavailable("contact", err)
	}
	if o, ok := t.Wanted.StillWanted(t.d, c, t.Now()); !ok {
		return m, &o, nil
	}
	if t.Senders[t.d.Channel] == nil {
		return m, t.outcome(notify.Skipped, notify.ReasonChannelOff), nil
	}
	to, ok := address(t.d, c)
	if !ok {
		return m, t.outcome(notify.Skipped, notify.ReasonNoAddress), nil
	}
	t.to = to
	m, err = t.render(c)
	return m, nil, err
}

func address(d notify.Delivery, c notify.Contact) (notify.Address, bool) {
	if d.To.Other != nil {
		return *d.To.Other, true
	}
	return c.Address(d.Channel, d.Device)
}

// render makes the words. A template that panics loses its own message only.
func (t *try) render(c notify.Contact) (m notify.Message, err error) {
	defer func() {
		if r := recover(); r != nil {
			t.Log.Error().Str("event_type", t.d.Event.Type).Str("delivery_id", t.d.ID).Bytes("stack", debug.Stack()).Msg("Rendering panicked")
			err = errors.New("rendering panicked")
		}
	}()
	return t.Renderer.Render(t.d, c)
}

func (t *try) send(ctx context.Context, m notify.Message) (notify.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, t.Timeout)
	defer cancel()
	return t.Senders[t.d.Channel].Send(ctx, t.to, m)
}

func (t *try) sent(ctx context.Context, r notify.Receipt) notify.Decision {
	if r.NewChat != "" && t.d.To.UserID != "" && t.d.To.Other == nil {
		t.learnt(t.Health.Moved(ctx, t.d.To.UserID, r.NewChat))
	}
	o := t.outcome(notify.Sent, "")
	o.Provider, o.MessageID, o.Parts = r.Provider, r.ID, r.Parts
	return t.settle(ctx, *o)
}

// settle records how the delivery ended. The message is out or never will be: only the
// note is repeated, never the message.
func (t *try) settle(ctx context.Context, o notify.Outcome) notify.Decision {
	o.Delivery = t.d
	if _, err := t.Ledger.Settle(ctx, o); err != nil {
		t.Log.Error().Str("delivery_id", t.d.ID).Str("status", string(o.Status)).Err(err).Msg("Outcome could not be recorded")
		return later("settle", err)
	}
	t.Observe(o, t.Now().Sub(t.start))
	return notify.Decision{Action: notify.Done, Reason: o.Reason}
}

// failed records a refusal and decides what follows.
func (t *try) failed(ctx context.Context, err error) notify.Decision {
	t.learn(ctx, err)
	dec := t.Judge(err, t.d, t.attempt, t.Now())
	if dec.Action == notify.GiveUp {
		return t.giveUp(ctx, dec.Reason, err)
	}
	o := t.refusal(notify.Retried, dec.Reason, err)
	o.Unsent = notify.FaultOf(err) != notify.Unknown
	o.NextAt = t.Now().Add(dec.After)
	if lerr := t.Ledger.Retry(ctx, *o); lerr != nil {
		return later("retry", lerr)
	}
	t.Observe(*o, t.Now().Sub(t.start))
	return dec
}

// giveUp sets the delivery aside. The dead letter comes first: a crash in between
// repeats it without effect, the other way round would lose it.
func (t *try) giveUp(ctx context.Context, reason string, err error) notify.Decision {
	o := t.refusal(notify.Failed, reason, err)
	if berr := t.Graveyard.Bury(ctx, t.letter(*o)); berr != nil {
		return t.release(ctx, later("bury", berr))
	}
	return t.settle(ctx, *o)
}

// learn tells the address book what the refusal says about the address.
func (t *try) learn(ctx context.Context, err error) {
	se, ok := errors.AsType[*notify.SendError](err)
	if !ok || t.d.To.UserID == "" || t.d.To.Other != nil {
		return
	}
	switch {
	case se.NewChat != "":
		t.learnt(t.Health.Moved(ctx, t.d.To.UserID, se.NewChat))
	case se.Fault == notify.Unreachable:
		t.learnt(t.Health.Unreachable(ctx, t.d.To.UserID, t.to, se))
	}
}

// learnt notes that the address book did not take something. The next refusal tells it
// again.
func (t *try) learnt(err error) {
	if err != nil {
		t.Log.Warn().Err(err).Str("delivery_id", t.d.ID).Msg("Contact health could not be written")
	}
}

func (t *try) release(ctx context.Context, dec notify.Decision) notify.Decision {
	if err := t.Ledger.Release(ctx, t.d); err != nil {
		t.Log.Warn().Err(err).Str("delivery_id", t.d.ID).Msg("Claim could not be released")
	}
	return dec
}

func (t *try) outcome(s notify.Status, reason string) *notify.Outcome {
	return &notify.Outcome{
		Status: s, Time: t.Now(), Delivery: t.d, Reason: reason,
		Attempt: t.attempt.Number, MaybeDuplicate: t.again,
	}
}

func (t *try) refusal(s notify.Status, reason string, err error) *notify.Outcome {
	o := t.outcome(s, reason)
	o.Error = err.Error()
	if se, ok := errors.AsType[*notify.SendError](err); ok {
		o.Provider = se.Provider
	}
	return o
}

func (t *try) letter(o notify.Outcome) notify.Letter {
	return notify.Letter{
		Kind: notify.DeadDelivery, Key: t.d.ID, Reason: o.Reason, Error: o.Error, Source: t.d.Event.Source,
		EventID: t.d.Event.ID, EventType: t.d.Event.Type, Delivery: t.d.ID, UserID: t.d.To.UserID, Role: t.d.To.Role,
		Channel: t.d.Channel, Tries: t.attempt.Number, Time: o.Time,
	}
}
