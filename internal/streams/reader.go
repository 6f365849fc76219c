package streams

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/vondi-global/notifications/internal/notify"
)

// Dispatcher takes a batch of checked events and answers for each: nil means that the
// entry may be acknowledged. Errors that are not the event's fault wrap
// [notify.ErrUnavailable].
type Dispatcher interface {
	Dispatch(ctx context.Context, events []notify.Event) []error
}

// Graveyard takes dead letters. Burying twice is burying once.
type Graveyard interface {
	Bury(ctx context.Context, l notify.Letter) error
}

// Reader reads all streams of one source. One goroutine reads, dispatches, acknowledges
// and takes over what others left; beside it run discovery, inspection and trimming.
type Reader struct {
	cfg      Config
	src      Source
	dispatch Dispatcher
	dead     Graveyard
	obs      Observer
	log      zerolog.Logger
	status   *status
	found    chan []string // what discovery saw last

	// What follows belongs to the reading goroutine.
	streams []string
	resume  map[string]string // streams whose own pending entries come first → the last one seen
	full    []string          // streams that had more than they were asked for
	ahead   []entry           // read while the batch before was dispatched, decoded
	backoff backoff
	poll    backoff              // Cluster: pauses between looks that found nothing
	lonely  backoff              // Cluster: pauses while a part of it is away
	away    map[string]time.Time // Cluster: streams whose node did not answer → when to ask again
	share   int                  // entries of all streams in a read: Config.Batch, less while entries are large
	swept   time.Time
}

// NewReader prepares a reader. Nothing happens before [Reader.Run].
func NewReader(cfg Config, src Source, d Dispatcher, g Graveyard, obs Observer, log zerolog.Logger) *Reader {
	cfg = cfg.Defaults()
	return &Reader{
		cfg: cfg, src: src, dispatch: d, dead: g, obs: obs,
		log:     log.With().Str("source", src.Name).Logger(),
		status:  newStatus(cfg, src),
		found:   make(chan []string, 1),
		resume:  map[string]string{},
		backoff: backoff{base: cfg.Backoff, most: cfg.MaxBackoff},
		poll:    backoff{base: cfg.Poll / 16, most: cfg.Poll},
		lonely:  backoff{base: cfg.Backoff, most: cfg.MaxBackoff},
		away:    map[string]time.Time{},
		share:   cfg.Batch,
	}
}

// Run reads until ctx ends. The batch in hand, and one that was read ahead, are then finished and
// acknowledged, which takes at most Config.Block and twice Config.Budget and ten seconds. An unreachable source is no error: it is
// tried again for ever.
func (r *Reader) Run(ctx context.Context) error {
	var beside sync.WaitGroup
	beside.Go(func() { r.discoverForever(ctx) })
	beside.Go(func() { r.inspectForever(ctx) })
	if r.cfg.Trim > 0 {
		beside.Go(func() { r.trimForever(ctx) })
	}
	r.readForever(ctx)
	beside.Wait()
	return nil
}

func (r *Reader) readForever(ctx context.Context) {
	r.swept = time.Now()
	for ctx.Err() == nil {
		r.status.turned()
		r.adopt()
		if err := r.turn(ctx); err != nil {
			r.stumbled(ctx, err)
			continue
		}
		r.backoff.reset()
		r.status.connected()
	}
	if err := r.finish(ctx, r.ahead); err != nil {
		r.log.Warn().Err(err).Msg("What was read ahead stays pending")
	}
}

// turn does one thing: the most urgent.
func (r *Reader) turn(ctx context.Context) error {
	switch {
	case len(r.streams) == 0:
		return r.awaitStreams(ctx)
	case len(r.resumable()) > 0:
		return r.readOwn(ctx)
	case time.Since(r.swept) < r.cfg.Sweep:
		return r.readNew(ctx, r.cfg.Block)
	}
	if more, err := r.sweep(ctx); err != nil || !more {
		return err
	}
	r.swept = time.Time{} // go on at the next turn, but let news through between
	return r.readNew(ctx, noBlock)
}

// stumbled deals with a failed turn: mend the stream that caused it, or wait. Either way
// our own pending entries come first from now on, because the reply that was lost may
// have held some.
func (r *Reader) stumbled(ctx context.Context, err error) {
	for _, s := range r.streams {
		r.resume[s] = "0"
	}
	r.full, r.ahead = nil, nil
	if isStreams(err) && r.repair(ctx) {
		return
	}
	if ctx.Err() != nil {
		return
	}
	r.askAround(ctx)
	wait := r.backoff.take()
	r.obs.ReadError(r.src.Name)
	r.status.failed(err)
	r.log.Error().Err(err).Dur("retry_in", wait).Msg("Failed to read streams")
	for ; wait > 0 && ctx.Err() == nil; wait -= time.Second {
		r.status.turned() // waiting for a source is no standstill
		pause(ctx, min(wait, time.Second))
	}
}

// adopt takes over what discovery found.
func (r *Reader) adopt() {
	select {
	case found := <-r.found:
		r.follow(found)
	default:
	}
}

// follow reads these streams from now on; of new ones, our own pending entries first. The
// list is sorted.
func (r *Reader) follow(found []string) {
	for _, s := range found {
		if _, known := slices.BinarySearch(r.streams, s); !known {
			r.resume[s] = "0"
		}
	}
	r.streams = found
	maps.DeleteFunc(r.resume, func(s, _ string) bool {
		_, still := slices.BinarySearch(found, s)
		return !still
	})
}

// awaitStreams waits for discovery while there is nothing to read.
func (r *Reader) awaitStreams(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case found := <-r.found:
		r.follow(found)
		return nil
	case <-time.After(r.cfg.Block):
	}
	return r.tried("PING", r.src.Client.Ping(ctx).Err())
}

// tried says in an error what was tried, and where.
func (r *Reader) tried(what string, err error) error {
	if err == nil || errors.Is(err, redis.Nil) {
		return nil
	}
	return fmt.Errorf("source %s at %s: %s: %w", r.src.Name, r.src.address(), what, err)
}
