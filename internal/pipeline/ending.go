package pipeline

import (
	"context"
	"errors"

	"github.com/vondi-global/notifications/internal/notify"
)

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
		Attempt: t.attempt.Number, MaybeDuplicate: t.again, Words: t.words,
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
