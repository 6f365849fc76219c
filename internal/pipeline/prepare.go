package pipeline

import (
	"cmp"
	"context"
	"errors"
	"runtime/debug"

	"github.com/vondi-global/notifications/internal/notify"
)

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
	if end, err := t.tell(); end != nil || err != nil {
		return m, end, err
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
	if m, err = t.render(c); err == nil {
		t.words, t.d.Locale = m.Words, cmp.Or(m.Locale, t.d.Locale)
	}
	return m, nil, err
}

// tell takes the event from the claim. A delivery whose event is gone ends here; one whose
// event can't be read yet waits.
func (t *try) tell() (end *notify.Outcome, err error) {
	switch err = t.claim.EventErr; {
	case err == nil:
		t.d.Event = t.claim.Event
		return nil, nil
	case errors.Is(err, notify.ErrUnavailable):
		return nil, err
	}
	return t.outcome(notify.Skipped, notify.ReasonEventLost), nil
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
