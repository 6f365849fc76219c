package jobs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"github.com/vondi-global/notifications/internal/notify"
)

// Handlers are what the workers do. They are called side by side and may be called again
// for the same job.
type Handlers struct {
	// Deliver makes one attempt. Of the delivery's event only id, type, time and position
	// are there.
	Deliver func(ctx context.Context, d notify.Delivery, a notify.Attempt) notify.Decision
	// Resume dispatches an event again that has waited for somebody.
	Resume func(ctx context.Context, eventID string, step int) error
	// Broadcast plans and enqueues one page of an audience; next is "" after the last.
	Broadcast func(ctx context.Context, b notify.Broadcast, cursor string) (next string, err error)
}

// Workers work jobs off. One set is started once and stopped once.
type Workers struct {
	cfg     Config
	handle  Handlers
	log     zerolog.Logger
	bells   *Bells
	clients []redis.UniversalClient
	servers []*asynq.Server
	lanes   []asynq.HandlerFunc // what the servers do, in their order
	crates  []*crate
	crew    *crew
	ear     *ear
	pages   progress

	stopping chan struct{}   // closed: no server is held back any more
	base     context.Context // of all handlers
	abort    context.CancelFunc
	once     sync.Once
	stopped  chan error
}

// NewWorkers prepares the servers of cfg's lanes. newClient opens a client for each
// channel, which is the workers' own from then on; see [Tune].
func NewWorkers(cfg Config, newClient func() redis.UniversalClient, h Handlers, log zerolog.Logger) *Workers {
	cfg.Doorbell = cfg.Doorbell && knownAsynq()
	w := &Workers{cfg: cfg, handle: h, log: log, bells: cfg.Bells, crew: newCrew(), stopping: make(chan struct{}), stopped: make(chan error, 1)}
	if w.bells == nil {
		w.bells = NewBells()
	}
	w.base, w.abort = context.WithCancel(context.Background())
	var queues []string
	for _, ch := range cfg.Channels {
		client, bell := w.open(newClient)
		for _, p := range notify.Priorities() {
			queues = append(queues, QueueName(ch, p))
			w.serveLane(client, bell, QueueName(ch, p), cfg.concurrency(ch, p))
		}
	}
	client, _ := w.open(newClient)
	w.pages = progress{client}
	w.serve(client, LaterQueue, resumesAtOnce, w.resume)
	w.serve(client, BroadcastQueue, broadcastsAtOnce, w.broadcast)
	w.ear = newEar(client, w.bells, append(queues, LaterQueue, BroadcastQueue))
	return w
}

const (
	resumesAtOnce    = 16
	broadcastsAtOnce = 2
)

// open makes a client fit for asynq's servers. The doorbell comes after the hook that
// keeps commands from being cancelled, and so waits in its shelter.
func (w *Workers) open(newClient func() redis.UniversalClient) (redis.UniversalClient, *doorbell) {
	client := newClient()
	client.AddHook(uncancelled{})
	w.clients = append(w.clients, client)
	if !w.cfg.Doorbell {
		return client, nil
	}
	bell := newDoorbell(client, w.bells, Queues(), w.cfg.Look, w.stopping)
	client.AddHook(bell)
	return client, bell
}

// serveLane has n jobs of a lane worked off at once.
func (w *Workers) serveLane(client redis.UniversalClient, bell *doorbell, queue string, n int) {
	c := &crate{queue: queue, client: client, places: int64(n)}
	if bell != nil {
		bell.fetches(c)
	}
	w.crates = append(w.crates, c)
	servers := max(1, w.cfg.Servers)
	for range servers {
		w.serve(client, queue, (n+servers-1)/servers, c.counted(w.deliver))
	}
}

// askAgain is how soon a server asks again that its doorbell holds back.
const askAgain = time.Millisecond

func (w *Workers) serve(client redis.UniversalClient, queue string, concurrency int, handle asynq.HandlerFunc) {
	poll := w.cfg.Poll
	if w.cfg.Doorbell {
		poll = askAgain
	}
	w.servers = append(w.servers, asynq.NewServerFromRedisClient(client, asynq.Config{
		Concurrency: concurrency, Queues: map[string]int{queue: 1},
		TaskCheckInterval: poll, DelayedTaskCheckInterval: w.cfg.Forward, ShutdownTimeout: w.cfg.Drain,
		BaseContext:    func() context.Context { return w.base },
		RetryDelayFunc: delay, IsFailure: isFailure, JanitorInterval: w.janitor(),
		Logger: logger{w.log}, LogLevel: level(w.log),
	}))
	w.lanes = append(w.lanes, w.crew.doing(w.guard(handle)))
}

// janitor is how often done jobs that were kept are thrown away.
func (w *Workers) janitor() time.Duration {
	if w.cfg.Retention == 0 {
		return time.Minute // there are none
	}
	return 8 * time.Second
}

// Start begins to work. After an error nothing runs.
func (w *Workers) Start(ctx context.Context) error {
	for _, c := range w.clients {
		if err := c.Ping(ctx).Err(); err != nil {
			return errors.Join(fmt.Errorf("workers: %w", err), w.Stop(ctx))
		}
	}
	w.ear.start()
	for i, s := range w.servers {
		if err := s.Start(w.lanes[i]); err != nil {
			return errors.Join(fmt.Errorf("workers: %w", err), w.Stop(ctx))
		}
	}
	return nil
}

// Stop takes no more jobs, lets the running ones end for [Config.Drain], gives the rest
// back to their queues, and waits for all goroutines; but not longer than ctx, for asynq's
// servers wait for a Redis that hangs. After that error the process should end.
func (w *Workers) Stop(ctx context.Context) error {
	w.once.Do(func() {
		close(w.stopping)
		go func() { w.stopped <- w.shutdown(); close(w.stopped) }()
	})
	select {
	case err := <-w.stopped:
		return err
	case <-ctx.Done():
		return fmt.Errorf("workers have not stopped: %w", context.Cause(ctx))
	}
}

func (w *Workers) shutdown() error {
	var g errgroup.Group
	for _, s := range w.servers {
		g.Go(func() error { s.Shutdown(); return nil })
	}
	_ = g.Wait() // never fails
	w.abort()    // handlers whose jobs went back: their claims tell the next ones
	w.crew.dismiss()
	w.ear.stop()
	var errs []error
	for _, c := range w.crates {
		errs = append(errs, c.clear(context.Background()))
	}
	for _, c := range w.clients {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// guard keeps a handler's panic to its own job.
func (w *Workers) guard(handle asynq.HandlerFunc) asynq.HandlerFunc {
	return func(ctx context.Context, t *asynq.Task) (err error) {
		defer func() {
			if r := recover(); r != nil {
				w.log.Error().Str("job", t.Type()).Bytes("stack", debug.Stack()).Msg("A job panicked")
				err = undone{notify.Decision{Action: notify.Retry, After: pauseAfterPanic, Reason: "panic"}}
			}
		}()
		return handle(ctx, t)
	}
}

const (
	pauseAfterPanic = 30 * time.Second
	pauseForNewer   = time.Minute // a payload of a newer release: a newer pod takes it
)

func (w *Workers) deliver(ctx context.Context, t *asynq.Task) error {
	id, _ := asynq.GetTaskID(ctx)
	queue, _ := asynq.GetQueueName(ctx)
	d, err := decodeDelivery(id, queue, t.Payload())
	if err != nil {
		return w.unreadable(id, err)
	}
	// asynq counts the attempts, not the ledger: it also knows those that ended in a
	// crash, and a job that kills its worker must come to an end.
	retried, _ := asynq.GetRetryCount(ctx)
	return result(w.handle.Deliver(ctx, d, notify.Attempt{Number: retried + 1}))
}

// unreadable sets a job aside that can't be read; the reconciler buries it.
func (w *Workers) unreadable(id string, err error) error {
	w.log.Error().Err(err).Str("job_id", id).Msg("A job can't be read")
	if errors.Is(err, errVersion) {
		return undone{notify.Decision{Action: notify.Wait, After: pauseForNewer, Reason: "version"}}
	}
	return fmt.Errorf("unreadable: %w", asynq.SkipRetry)
}

func (w *Workers) resume(ctx context.Context, t *asynq.Task) error {
	eventID, step, err := decodeResume(t.Payload())
	if err != nil {
		id, _ := asynq.GetTaskID(ctx)
		return w.unreadable(id, err)
	}
	err = w.handle.Resume(ctx, eventID, step)
	if err == nil {
		return nil
	}
	w.log.Warn().Err(err).Str("event_id", eventID).Msg("An event could not be resumed")
	retried, _ := asynq.GetRetryCount(ctx)
	d := notify.Decision{Action: notify.Retry, After: FullJitter(classOf(notify.High).delay(retried + 1)), Reason: "resume"}
	if errors.Is(err, notify.ErrUnavailable) {
		d.Action = notify.Wait
	}
	return undone{d}
}
