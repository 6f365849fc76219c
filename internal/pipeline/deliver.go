package pipeline

import (
	"context"
	"errors"
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
	t := try{Deliverer: p, d: d, claim: claim, attempt: a, again: claim.State == notify.Ambiguous, start: p.Now()}
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
	claim   notify.Claim
	attempt notify.Attempt
	again   bool // an earlier attempt may have been accepted
	start   time.Time
	to      notify.Address
	words   string // version of the message's
}

func (t *try) run(ctx context.Context) notify.Decision {
	m, o, err := t.prepare(ctx)
	switch {
	case errors.Is(err, notify.ErrUnavailable):
		t.Log.Warn().Err(err).Str("delivery_id", t.d.ID).Msg("A delivery waits for what it refers to")
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
