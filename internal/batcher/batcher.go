// Package batcher lets calls that come while another is under way travel together in the
// next one: group commit. A call that finds nobody on the way goes at once and alone, so that
// nothing ever waits for company. It has no goroutines of its own: one of the callers
// carries the batch, and the next batch is carried by one of those in it.
package batcher

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Run makes a batch of calls. It answers for each at its place, or for all with an error.
type Run[In, Out any] func(ctx context.Context, in []In) ([]Out, error)

// Batcher is safe for concurrent use.
type Batcher[In, Out any] struct {
	run     Run[In, Out]
	most    int
	timeout time.Duration

	mu      sync.Mutex
	busy    bool // a batch is under way
	waiting []*passenger[In, Out]
}

// passenger is a call that waits. Its carrier sends the word once.
type passenger[In, Out any] struct {
	in   In
	out  Out
	err  error
	word chan word
}

type word int

const (
	arrived word = iota // out and err say how it went
	carry               // the next batch is yours
)

// New makes a batcher whose batches hold at most most calls and take at most timeout.
func New[In, Out any](most int, timeout time.Duration, run Run[In, Out]) *Batcher[In, Out] {
	return &Batcher[In, Out]{run: run, most: most, timeout: timeout}
}

// Do makes a call in the next batch and waits until it is made: ctx gives its values, not
// its end, because others travel in the same batch.
func (b *Batcher[In, Out]) Do(ctx context.Context, in In) (Out, error) {
	p := &passenger[In, Out]{in: in, word: make(chan word, 1)}
	if !b.board(p) && <-p.word == arrived {
		return p.out, p.err
	}
	b.carry(context.WithoutCancel(ctx))
	<-p.word // we have told ourselves
	return p.out, p.err
}

// board queues a call. It reports whether the caller is the one to carry.
func (b *Batcher[In, Out]) board(p *passenger[In, Out]) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = append(b.waiting, p)
	first := !b.busy
	b.busy = true
	return first
}

// errBroke is what the others of a batch get whose run has panicked; the panic itself is its
// carrier's.
var errBroke = errors.New("the batch broke off")

// carry makes the batch at whose head the caller stands, and hands over.
func (b *Batcher[In, Out]) carry(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, b.timeout)
	defer cancel()
	batch := b.load()
	in := make([]In, len(batch))
	for i, p := range batch {
		in[i], p.err = p.in, errBroke
	}
	defer func() {
		for _, p := range batch {
			p.word <- arrived
		}
		b.next()
	}()
	out, err := b.run(ctx, in)
	for i, p := range batch {
		if p.err = err; err == nil {
			p.out = out[i]
		}
	}
}

func (b *Batcher[In, Out]) load() []*passenger[In, Out] {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := min(b.most, len(b.waiting))
	batch := b.waiting[:n:n]
	b.waiting = b.waiting[n:]
	return batch
}

// next makes the first of those who wait the next to carry.
func (b *Batcher[In, Out]) next() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waiting) == 0 {
		b.busy, b.waiting = false, nil
		return
	}
	b.waiting[0].word <- carry
}
