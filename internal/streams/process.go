package streams

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/redis/go-redis/v9"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/notify"
)

// entry is an entry in hand.
type entry struct {
	stream string
	msg    redis.XMessage
	tries  int64 // deliveries, this one included
	event  notify.Event
	err    error // why it is not done; nil: it may be acknowledged
}

// abandoned is how many deliveries an entry survives without anyone finishing it. More
// means that it takes the process down with it: it is set aside before it is tried again.
func (c Config) abandoned() int64 { return int64(3*c.MaxTries + 1) }

// closing is how long a batch may take, after its dispatch, to be set aside and
// acknowledged: a dispatch that used up its own time must not cost others theirs.
const closing = 10 * time.Second

// process takes a batch to its end.
func (r *Reader) process(ctx context.Context, batch []entry) error {
	r.prepare(batch)
	return r.finish(ctx, batch)
}

// prepare brings a batch in order and decodes it. The streams of a source share a clock:
// together they tell a story in its order.
func (r *Reader) prepare(batch []entry) {
	slices.SortStableFunc(batch, func(a, b entry) int { return CompareIDs(a.msg.ID, b.msg.ID) })
	r.read(batch)
}

// finish dispatches a batch: what is safe is acknowledged, what can't be read or failed too
// often is set aside, the rest stays pending. Its error says that a server was in the way, and
// that the entries left are to be tried again after a pause. A stop does not interrupt it.
func (r *Reader) finish(ctx context.Context, batch []entry) error {
	if len(batch) == 0 {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	began := time.Now()
	r.dispatchAll(ctx, batch)
	ctx, cancel := context.WithTimeout(ctx, closing)
	defer cancel()
	r.buryAll(ctx, batch)
	err := r.ack(ctx, batch)
	r.report(batch, time.Since(began))
	return first(err, r.uncount(ctx, batch))
}

// read decodes and checks the batch.
func (r *Reader) read(batch []entry) {
	bytes := 0
	for i := range batch {
		e := &batch[i]
		size := size(e.msg)
		bytes += size
		e.event, e.err = r.readOne(*e, size)
		if e.err == nil {
			r.logProcessing(e.event)
		}
	}
	r.weigh(bytes, len(batch))
}

func (r *Reader) readOne(e entry, size int) (notify.Event, error) {
	at := notify.Position{Source: r.src.Name, Stream: e.stream, Entry: e.msg.ID}
	switch {
	case size > r.cfg.MaxEntryBytes:
		return notify.Event{Source: at}, unreadable(ReasonTooLarge, "the entry has %d bytes; at most %d are read", size, r.cfg.MaxEntryBytes)
	case e.tries > r.cfg.abandoned():
		return notify.Event{Source: at}, unreadable(ReasonDispatchFailed, "delivered %d times, and nobody finished it", e.tries)
	}
	event, err := Decode(at.Source, at.Stream, e.msg)
	if err != nil {
		return notify.Event{Source: at}, err
	}
	if !isPlainID(event.Type) { // it may be anything, even an address
		event.Type = ""
		return event, unreadable(ReasonUnknownType, "the type is no name such as order.confirmed")
	}
	if _, err := eventtypes.Check(&event); err != nil {
		return event, refused(err)
	}
	return event, nil
}

func size(m redis.XMessage) int {
	n := 0
	for k, v := range m.Values {
		s, _ := v.(string)
		n += len(k) + len(s)
	}
	return n
}

// dispatchAll dispatches what could be read. If the batch panics, its events go one by
// one, so that only the one to blame suffers.
func (r *Reader) dispatchAll(ctx context.Context, batch []entry) {
	var events []notify.Event
	var of []*entry
	for i := range batch {
		if batch[i].err == nil {
			events, of = append(events, batch[i].event), append(of, &batch[i])
		}
	}
	if len(events) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Budget)
	defer cancel()
	errs, ok := r.guarded(ctx, events)
	for i, e := range of {
		if !ok {
			errs[i] = r.alone(ctx, e.event)
		}
		e.err = ofTime(errs[i])
	}
}

// ofTime tells a dispatch that ran out of time from one that failed: that is nobody's
// fault but the server's that did not answer.
func ofTime(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return fmt.Errorf("%w: %w", notify.ErrUnavailable, err)
	}
	return err
}

func (r *Reader) alone(ctx context.Context, e notify.Event) error {
	errs, _ := r.guarded(ctx, []notify.Event{e})
	return errs[0]
}

var errPanicked = errors.New("dispatch panicked")

// guarded dispatches and survives a panic. It always answers for each event.
func (r *Reader) guarded(ctx context.Context, events []notify.Event) (errs []error, ok bool) {
	defer func() {
		if p := recover(); p != nil {
			r.log.Error().Int("events", len(events)).Bytes("stack", debug.Stack()).Msg("Dispatch panicked")
			errs, ok = repeat(errPanicked, len(events)), false
		}
	}()
	errs = r.dispatch.Dispatch(ctx, events)
	if len(errs) != len(events) {
		return repeat(fmt.Errorf("dispatch answered for %d events of %d", len(errs), len(events)), len(events)), true
	}
	return errs, true
}

func repeat(err error, n int) []error {
	errs := make([]error, n)
	for i := range errs {
		errs[i] = err
	}
	return errs
}

// buryAtOnce bounds the letters that are written side by side.
const buryAtOnce = 16

// buryAll sets aside what can't be read and what failed too often.
func (r *Reader) buryAll(ctx context.Context, batch []entry) {
	var g errgroup.Group
	g.SetLimit(buryAtOnce)
	for i := range batch {
		if e := &batch[i]; r.hopeless(*e) {
			g.Go(func() error { r.bury(ctx, e); return nil })
		}
	}
	_ = g.Wait() // the functions keep their errors in the entries
}

func (r *Reader) hopeless(e entry) bool {
	if e.err == nil || errors.Is(e.err, notify.ErrUnavailable) {
		return false
	}
	_, unreadable := errors.AsType[*Unreadable](e.err)
	return unreadable || e.tries >= int64(r.cfg.MaxTries)
}

// buried marks an entry that lies in the dead letters.
type buried struct{ error }

func (r *Reader) bury(ctx context.Context, e *entry) {
	if err := r.dead.Bury(ctx, r.letter(*e)); err != nil {
		e.err = fmt.Errorf("bury: %w: %w", notify.ErrUnavailable, err)
		return
	}
	e.err = buried{e.err}
}

func (r *Reader) letter(e entry) notify.Letter {
	l := notify.Letter{
		Kind: notify.DeadEntry, Reason: ReasonDispatchFailed, Error: notify.Printable(e.err.Error(), 1000),
		Source:  notify.Position{Source: r.src.Name, Stream: e.stream, Entry: e.msg.ID},
		EventID: e.event.ID, EventType: e.event.Type,
		Tries: int(e.tries), Consumer: r.cfg.Consumer, Time: time.Now().UTC(),
		Fields: fieldsOf(e.msg),
	}
	if u, ok := errors.AsType[*Unreadable](e.err); ok {
		l.Reason, l.Error = u.Reason, notify.Printable(u.Err.Error(), 1000)
	}
	l.Key = hash(e.event.ID, l.Source.Source, l.Source.Stream, l.Source.Entry)
	return l
}

func fieldsOf(m redis.XMessage) map[string]string {
	fields := make(map[string]string, len(m.Values))
	for k, v := range m.Values {
		fields[k], _ = v.(string)
	}
	return fields
}

// report counts and logs what became of the batch.
func (r *Reader) report(batch []entry, took time.Duration) {
	for _, e := range batch {
		status := StatusOK
		if e.err != nil {
			status = StatusError
			if _, ok := errors.AsType[buried](e.err); ok {
				status = StatusDead
			}
			r.logFailed(e, status)
		}
		if e.msg.Values == nil {
			r.obs.Lost(e.stream, 1)
		}
		r.obs.Consumed(e.stream, e.event.Type, status, took)
	}
}
