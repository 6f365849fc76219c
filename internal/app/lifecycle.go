package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/rs/zerolog"
)

// lifecycle remembers how to undo each step of the building, and undoes them backwards.
type lifecycle struct {
	log   zerolog.Logger
	once  sync.Once
	steps []step
	begin []func() error // what starts, in order
	err   error
}

type step struct {
	name string
	undo func(context.Context) error
}

// onStop stands on the line after each thing that has to be stopped.
func (l *lifecycle) onStop(name string, undo func(context.Context) error) {
	l.steps = append(l.steps, step{name, undo})
}

// stop undoes everything, the newest first. A failed step doesn't keep the others from
// being undone. Further calls wait for the first and return its error.
func (l *lifecycle) stop(ctx context.Context) error {
	l.once.Do(func() {
		for _, s := range slices.Backward(l.steps) {
			l.log.Debug().Str("step", s.name).Msg("Stopping")
			if err := s.undo(ctx); err != nil {
				l.err = errors.Join(l.err, fmt.Errorf("stop %s: %w", s.name, err))
			}
		}
	})
	return l.err
}

// supervised starts a loop with the rest, and stops it with the rest: run ends when its
// context does.
func (l *lifecycle) supervised(name string, run func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	started := false
	l.begin = append(l.begin, func() error {
		started = true
		go func() {
			defer close(done)
			if err := run(ctx); err != nil && ctx.Err() == nil {
				l.log.Error().Err(err).Str("part", name).Msg("A part ended on its own")
			}
		}()
		return nil
	})
	l.onStop(name, func(stop context.Context) error {
		cancel()
		if !started {
			return nil
		}
		select {
		case <-done:
			return nil
		case <-stop.Done():
			return fmt.Errorf("still running: %w", stop.Err())
		}
	})
}
